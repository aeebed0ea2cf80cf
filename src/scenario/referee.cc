#include "scenario/referee.h"

#include <algorithm>
#include <utility>

#include "scenario/duration_text.h"

namespace mlosim::scenario {

namespace {

bool about_processes(const Condition& condition) {
    return std::visit(
        [](const auto& what) {
            using T = std::decay_t<decltype(what)>;
            if constexpr (std::is_same_v<T, NotCondition>)
                return about_processes(*what.what);
            else
                return requires {
                    what.process;
                };
        },
        condition.what);
}

}  // namespace

Referee::Referee(mld::World& world, const phy::Medium& medium, const Cast& cast, Processes& processes,
                 const std::vector<Expectation>& expectations)
    : world_(world),
      medium_(medium),
      cast_(cast),
      processes_(processes),
      expectations_(expectations),
      decided_(expectations.size(), false),
      hearings_(expectations.size(), Hearing::none),
      open_(expectations.size()) {
    world_.subscribe(*this);
}

Referee::~Referee() {
    world_.unsubscribe(*this);
}

void Referee::start(std::function<void()> decided) {
    all_decided_ = std::move(decided);
    look(false);
}

void Referee::close() {
    next_look_.cancel();
    std::ranges::replace(hearings_, Hearing::asked, Hearing::done);
    look(true);
}

void Referee::scan_finished(mld::Wdev& wdev, const mld::Scan& scan) {
    ScanCounts& counts = scans_[wdev.wiphy().index()];
    ++(scan.aborted ? counts.aborted : counts.finished);
}

/// Judges what can be judged now, and comes back when there may be something new: after the interval, or at the next
/// deadline.
void Referee::look(bool last) {
    if (open_ > 0) {
        const sim::Time now = world_.now();
        sim::Time next = sim::Time::max();
        for (std::size_t i = 0; i < expectations_.size(); ++i) {
            if (decided_[i]) continue;
            const Expectation& expectation = expectations_[i];
            if ((last || now >= expectation.from) && judge(i, last)) {
                decided_[i] = true;
                --open_;
                continue;
            }
            if (hearings_[i] == Hearing::asked) continue;  // looks again when it has heard
            const bool only_then = expectation.when == Expectation::When::at;
            const sim::Time soon = only_then ? expectation.until : std::max(now + interval, expectation.from);
            next = std::min({next, soon, expectation.until});
        }
        if (next != sim::Time::max() && !last)
            // What happens at the same moment, but was put on the agenda later, is to be seen as well.
            next_look_ = world_.queue().at(
                next, [this] { next_look_ = world_.queue().at(world_.now(), [this] { look(false); }); });
    }
    if (open_ == 0 && all_decided_) std::exchange(all_decided_, nullptr)();
    if (when_decided_ && std::ranges::find(hearings_, Hearing::asked) == hearings_.end())
        std::exchange(when_decided_, nullptr)();
}

void Referee::when_decided(std::function<void()> decided) {
    when_decided_ = std::move(decided);
    look(false);
}

/// True: not before that has been heard; then looks again.
bool Referee::must_hear(std::size_t index) {
    if (hearings_[index] == Hearing::done || !about_processes(expectations_[index].condition)) return false;
    if (std::exchange(hearings_[index], Hearing::asked) == Hearing::none)
        processes_.hear(expectations_[index].condition, [this, index] {
            hearings_[index] = Hearing::done;
            look(false);
        });
    return true;
}

bool Referee::judge(std::size_t index, bool last) {
    using When = Expectation::When;
    const Expectation& expectation = expectations_[index];
    const bool over = last || world_.now() >= expectation.until;
    if (expectation.when == When::at && !over) return false;
    if (over && !last && must_hear(index)) return false;
    const bool so = holds(expectation.condition, nullptr);
    const bool met = expectation.when == When::throughout ? over : so;
    if (so && !met) return false;
    if (!so && expectation.when == When::within && !over) return false;
    if (so) {
        world_.trace().record(world_.now(), "scenario/expectation", {{"expect", expectation.pointer}, {"met", true}});
        return true;
    }
    std::string seen;
    (void)holds(expectation.condition, &seen);
    world_.trace().record(world_.now(), "scenario/expectation", {{"expect", expectation.pointer}, {"met", false}});
    failures_.push_back({expectation.pointer, world_.now(), expectation.text, std::move(seen), {}});
    return true;
}

}  // namespace mlosim::scenario
