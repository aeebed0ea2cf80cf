#include "scenario/processes.h"

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdio>

#include "mld/netdev.h"
#include "mld/wdev.h"
#include "scenario/duration_text.h"
#include "scenario/error_name.h"
#include "scenario/scenario.h"
#include "sim/invariant.h"

namespace mlosim::scenario {

namespace {

constexpr std::size_t last_lines_kept = 8;
/// How long after its start a program may come up with a control interface that nobody has asked for.
constexpr sim::Duration control_appears_within = std::chrono::seconds(5);

void tell(std::string* seen, const std::string& text) {
    if (seen != nullptr) *seen += (seen->empty() ? "" : "; ") + text;
}

const char* to_text(ProcessState state) {
    switch (state) {
        case ProcessState::waiting:
            return "waiting to start";
        case ProcessState::running:
            return "running, but not ready";
        case ProcessState::ready:
            return "ready";
        case ProcessState::ended:
            break;
    }
    return "ended";
}

std::string one_line(std::string text) {
    return replaced(std::move(text), "\n", " | ");
}

/// What it said, in words.
std::string described(const Result<std::string>& answer) {
    if (answer) return "the answer \"" + one_line(*answer) + "\"";
    return answer.error().message.empty() ? error_name(answer.error().code) : answer.error().message;
}

bool as_wanted(const Result<std::string>& answer, const std::optional<TextMatch>& wanted) {
    return answer && (!wanted || wanted->holds(*answer));
}

}  // namespace

Processes::Processes(sim::EventQueue& queue, sim::Trace& trace, const Cast& cast, const Scenario& scenario)
    : queue_(queue), trace_(trace), cast_(cast), processes_(scenario.processes.size()) {
    for (ProcessIndex i = 0; i < processes_.size(); ++i) {
        processes_[i].plan = &scenario.processes[i];
        processes_[i].attachments.emplace_back(std::nullopt, false);
    }
    for (const ProcessPlan& plan : scenario.processes) {
        if (plan.start_when) count_what(*plan.start_when);
        if (plan.ready) count_what(*plan.ready);
    }
    for (const Expectation& expectation : scenario.expectations)
        count_what(expectation.condition);
}

Processes::~Processes() {
    set_runner(nullptr);
}

void Processes::set_runner(ProcessRunner* runner) {
    if (runner_ != nullptr) runner_->set_events(nullptr);
    runner_ = runner;
    if (runner_ != nullptr) runner_->set_events(this);
}

/// Lines and events are counted as they come: nobody keeps them all.
void Processes::count_what(const Condition& condition) {
    std::visit(
        [this](const auto& what) {
            using T = std::decay_t<decltype(what)>;
            if constexpr (std::is_same_v<T, NotCondition>) {
                count_what(*what.what);
            } else if constexpr (std::is_same_v<T, OutputCondition>) {
                counts_[&what] = {what.line, 0};
                outputs_.emplace_back(&what, index_of(named(what.process)));
            } else if constexpr (std::is_same_v<T, EventCondition>) {
                counts_[&what] = {what.event, 0};
                Process& process = named(what.process);
                events_.emplace_back(&what, index_of(process));
                const std::pair<ControlName, bool> attachment{what.interface, false};
                if (std::ranges::find(process.attachments, attachment) == process.attachments.end())
                    process.attachments.push_back(attachment);
            }
        },
        condition.what);
}

Processes::Process& Processes::named(const std::string& name) {
    const auto found =
        std::ranges::find_if(processes_, [&](const Process& process) { return process.plan->name == name; });
    MLOSIM_INVARIANT(found != processes_.end(), "a scenario that was found good names only processes that it has");
    return *found;
}
const Processes::Process& Processes::named(const std::string& name) const {
    return const_cast<Processes*>(this)->named(name);
}
ProcessIndex Processes::index_of(const Process& process) const {
    return static_cast<ProcessIndex>(&process - processes_.data());
}

void Processes::begin(Judge judge, std::function<void()> news) {
    judge_ = std::move(judge);
    news_ = std::move(news);
    if (!processes_.empty()) soon();
}

bool Processes::done() const {
    return std::ranges::all_of(
        processes_, [](const Process& process) { return !process.plan->exit || process.state == ProcessState::ended; });
}

void Processes::close() {
    if (closed_) return;
    for (Process& process : processes_) {
        const ProcessPlan& plan = *process.plan;
        if (process.state == ProcessState::waiting && !plan.starts_by_step && plan.start_at < queue_.now())
            fail_process(process, plan.name + " to start", "what it waits for never came");
        else if (process.state != ProcessState::ended && process.was_started && plan.exit)
            fail_process(process, plan.name + " to end with exit code " + std::to_string(*plan.exit),
                         std::string("it is ") + to_text(process.state));
    }
    closed_ = true;
    next_look_.cancel();
    look_soon_.cancel();
    for (Process& process : processes_)
        process.last_chance.cancel();
}

void Processes::fail_process(Process& process, std::string expected, std::string seen) {
    Failure failure{process.plan->pointer, queue_.now(), std::move(expected), std::move(seen), {}};
    for (const std::string& line : process.last_lines)
        failure.details.push_back(process.plan->name + ": " + line);
    failures_.push_back(std::move(failure));
}

// ---- coming up

bool Processes::may_start(const Process& process) const {
    const ProcessPlan& plan = *process.plan;
    if (process.state != ProcessState::waiting || plan.starts_by_step || queue_.now() < plan.start_at) return false;
    for (const std::string& other : plan.start_after)
        if (named(other).state != ProcessState::ready) return false;
    return !plan.start_when || judge_(*plan.start_when);
}

Result<void> Processes::launch(Process& process) {
    process.started = queue_.now();
    process.was_started = true;
    process.late = process.may_end = false;
    process.ending.reset();
    for (auto& [interface, attached] : process.attachments)
        attached = false;
    for (auto& [what, poll] : process.polls)
        if (!poll.pending) poll.last.reset();
    trace_.record(queue_.now(), "process/start", {{"process", process.plan->name}});
    const auto meaning = [this](const std::string& name) -> std::optional<std::string> {
        constexpr std::string_view of_interface = "interface:";
        if (!name.starts_with(of_interface)) return std::nullopt;
        const std::vector<mld::Wdev*> found = cast_.interfaces({name.substr(of_interface.size()), {}, {}});
        return found.empty() ? std::string() : found.front()->name();
    };
    const Result<void> started =
        runner_ != nullptr ? runner_->start(index_of(process), meaning) : fail(ENOTSUP, "nobody runs programs here");
    if (!started) {
        process.state = ProcessState::ended;
        fail_process(process, process.plan->name + " to start", error_text(started.error()));
        return started;
    }
    process.state = process.plan->ready ? ProcessState::running : ProcessState::ready;
    return {};
}

void Processes::soon() {
    if (!closed_ && !look_soon_.pending()) look_soon_ = queue_.after(sim::Duration::zero(), [this] { look(); });
}

void Processes::look() {
    if (closed_) return;
    bool again = true;
    while (again) {  // one that is ready may be what another waits for
        again = false;
        for (Process& process : processes_) {
            const ProcessState before = process.state;
            look_at(process);
            again = again || process.state != before;
        }
    }
    sim::Time next = sim::Time::max();
    for (const Process& process : processes_) {
        const bool waits = process.state == ProcessState::waiting && !process.plan->starts_by_step;
        const bool is_up = process.state == ProcessState::running || process.state == ProcessState::ready;
        bool unattached = false;
        for (const auto& [interface, attached] : process.attachments)
            unattached = unattached || !attached;
        if (waits && process.plan->start_at > queue_.now())
            next = std::min(next, process.plan->start_at);
        else if (waits || process.state == ProcessState::running ||
                 (is_up && unattached && queue_.now() < process.started + control_appears_within))
            next = std::min(next, queue_.now() + interval);
    }
    if (next != sim::Time::max()) next_look_ = queue_.at(next, [this] { look(); });
    if (news_) news_();
}

void Processes::look_at(Process& process) {
    const ProcessPlan& plan = *process.plan;
    if (may_start(process)) (void)launch(process);
    if (process.state == ProcessState::running || process.state == ProcessState::ready)
        for (auto& [interface, attached] : process.attachments)
            if (!attached) attached = runner_->attach(index_of(process), interface);
    if (process.state != ProcessState::running) return;
    if (judge_(*plan.ready)) {
        process.state = ProcessState::ready;
        trace_.record(queue_.now(), "process/ready", {{"process", plan.name}});
    } else if (!process.late && queue_.now() >= process.started + plan.ready_within) {
        process.late = true;
        fail_process(process, plan.name + " to be ready within " + in_seconds(plan.ready_within), "it is not");
    }
}

// ---- steps

Result<void> Processes::start(const std::string& name) {
    Process& process = named(name);
    if (process.state == ProcessState::running || process.state == ProcessState::ready)
        return fail(EALREADY, name + " runs");
    Result<void> started = launch(process);
    soon();
    return started;
}

Result<void> Processes::stop(const std::string& name) {
    Result<void> told = signal(name, SIGTERM);
    if (!told) return told;
    Process& process = named(name);
    process.last_chance = queue_.after(patience, [this, &process] {
        fail_process(process, process.plan->name + " to end when it is told to", "it runs on");
        (void)runner_->signal(index_of(process), SIGKILL);
    });
    return {};
}

Result<void> Processes::signal(const std::string& name, int number) {
    Process& process = named(name);
    if (process.state == ProcessState::waiting || process.state == ProcessState::ended)
        return fail(ESRCH, name + " does not run");
    process.may_end = process.may_end || number == SIGTERM || number == SIGINT || number == SIGKILL;
    trace_.record(queue_.now(), "process/signal", {{"process", name}, {"signal", number}});
    return runner_->signal(index_of(process), number);
}

void Processes::command(const ControlStep& step, std::function<void(Result<void>)> done) {
    Process& process = named(step.process);
    trace_.record(queue_.now(), "control/command", {{"process", step.process}, {"command", step.command}});
    ask(process,
        {step.interface, step.command, [this, &step, done = std::move(done)](const Result<std::string>& answer) {
             if (!closed_)
                 trace_.record(
                     queue_.now(), "control/answer",
                     {{"process", step.process}, {"answer", answer ? *answer : error_name(answer.error().code)}});
             if (!answer) return done(fail(answer.error().code, described(answer)));
             const bool refused = answer->starts_with("FAIL") || answer->starts_with("UNKNOWN COMMAND");
             const bool good = step.answer ? step.answer->holds(*answer) : !refused;
             done(good ? Result<void>() : fail(EBADMSG, described(answer)));
         }});
}

void Processes::ask(Process& process, Question question) {
    process.questions.push_back(std::move(question));
    if (process.questions.size() == 1) ask_next(index_of(process));
}

void Processes::ask_next(ProcessIndex index) {
    const Question& question = processes_[index].questions.front();
    const auto answered = [this, index, alive = std::weak_ptr(alive_)](Result<std::string> answer) {
        if (alive.expired()) return;
        Process& process = processes_[index];
        const auto tell_asker = std::move(process.questions.front().answered);
        process.questions.pop_front();
        if (!process.questions.empty()) ask_next(index);
        tell_asker(std::move(answer));
        soon();
    };
    const ProcessState state = processes_[index].state;
    if (runner_ == nullptr || state == ProcessState::waiting || state == ProcessState::ended)
        queue_.post([answered, name = processes_[index].plan->name] { answered(fail(ESRCH, name + " does not run")); });
    else
        runner_->ask(index, question.interface, question.command, answered);
}

// ---- what they say

void Processes::wrote(ProcessIndex index, const std::string& line) {
    Process& process = processes_[index];
    if (process.last_lines.size() == last_lines_kept) process.last_lines.pop_front();
    process.last_lines.push_back(line);
    if (closed_) return;
    trace_.record(queue_.now(), "process/output", {{"process", process.plan->name}, {"line", line}});
    for (const auto& [condition, whose] : outputs_)
        if (Count& counted = counts_.at(condition); whose == index && counted.match.holds(line)) ++counted.count;
}

void Processes::told(ProcessIndex index, const ControlName& interface, const std::string& event) {
    if (closed_) return;
    trace_.record(queue_.now(), "process/event", {{"process", processes_[index].plan->name}, {"event", event}});
    for (const auto& [condition, whose] : events_)
        if (Count& counted = counts_.at(condition);
            whose == index && condition->interface == interface && counted.match.holds(event))
            ++counted.count;
}

void Processes::ended(ProcessIndex index, const host::ProgramEnding& ending) {
    Process& process = processes_[index];
    const ProcessPlan& plan = *process.plan;
    process.state = ProcessState::ended;
    process.ending = ending;
    process.last_chance.cancel();
    if (closed_) return;
    trace_.record(queue_.now(), "process/end",
                  {{"process", plan.name}, {ending.killed ? "signal" : "exit", ending.number}});
    if (plan.exit) {
        if (ending != host::ProgramEnding{false, *plan.exit})
            fail_process(process, plan.name + " to end with exit code " + std::to_string(*plan.exit),
                         "it ended with " + to_string(ending));
    } else if (!process.may_end) {
        fail_process(process, plan.name + " to run until the end", "it ended with " + to_string(ending));
    }
}

void Processes::heard() {
    soon();
}

// ---- conditions

bool Processes::holds(const OutputCondition& condition, std::string* seen) const {
    const std::uint64_t count = counts_.at(&condition).count;
    tell(seen, std::to_string(count) + " such lines of " + condition.process);
    return condition.count.contain(static_cast<double>(count));
}

bool Processes::holds(const EventCondition& condition, std::string* seen) const {
    const std::uint64_t count = counts_.at(&condition).count;
    tell(seen, std::to_string(count) + " such events of " + condition.process);
    return condition.count.contain(static_cast<double>(count));
}

bool Processes::holds(const ProcessCondition& condition, std::string* seen) const {
    const Process& process = named(condition.process);
    tell(seen, condition.process + (process.ending ? " ended with " + to_string(*process.ending)
                                                   : std::string(" is ") + to_text(process.state)));
    if (condition.exit) return process.ending == host::ProgramEnding{false, *condition.exit};
    const ProcessState wanted = *condition.state;
    return process.state == wanted || (wanted == ProcessState::running && process.state == ProcessState::ready);
}

/// The last answer, and a new one if that is old or a new one is wanted.
Processes::Poll& Processes::poll(const ControlCondition& condition, bool anew) {
    Process& process = named(condition.process);
    Poll& poll = process.polls[{condition.interface, condition.command}];
    const bool old = !poll.last || queue_.now() >= poll.asked + poll_interval;
    if (poll.pending || (!old && !anew)) return poll;
    poll.pending = true;
    poll.asked = queue_.now();
    ask(process, {condition.interface, condition.command, [&process, condition](Result<std::string> answer) {
                      Poll& asked = process.polls[{condition.interface, condition.command}];
                      asked.pending = false;
                      asked.last = std::move(answer);
                      const auto waiting = std::exchange(asked.waiting, {});
                      for (const auto& heard : waiting)
                          heard();
                  }});
    return poll;
}

bool Processes::holds(const ControlCondition& condition, std::string* seen) {
    const Poll& last = poll(condition, false);
    tell(seen, condition.process + ": " + (last.last ? described(*last.last) : "no answer yet"));
    return last.last && as_wanted(*last.last, condition.answer);
}

void Processes::hear(const Condition& condition, std::function<void()> heard) {
    if (runner_ == nullptr) return queue_.post(std::move(heard));
    const Condition* what = &condition;
    while (const auto* inverse = std::get_if<NotCondition>(&what->what))
        what = inverse->what.get();
    const auto* control = std::get_if<ControlCondition>(&what->what);
    runner_->settle([this, control, heard = std::move(heard), alive = std::weak_ptr(alive_)] {
        if (alive.expired()) return;
        if (control == nullptr) return heard();
        // One that is on its way was asked before this moment.
        Poll& now = poll(*control, false);
        if (!now.pending) return poll(*control, true).waiting.push_back(heard);
        now.waiting.push_back([this, control, heard] { poll(*control, true).waiting.push_back(heard); });
    });
}

}  // namespace mlosim::scenario
