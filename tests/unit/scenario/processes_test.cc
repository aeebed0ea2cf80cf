#include "scenario/processes.h"

#include <csignal>
#include <map>

#include "scenario/placeholders.h"
#include "scenario/simulation.h"
#include "simulation_fixture.h"

namespace mlosim::scenario {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Programs that are not: what they do, the test says.
class FakeRunner final : public ProcessRunner {
public:
    explicit FakeRunner(sim::EventQueue& queue) : queue_(queue) {}

    void set_events(ProcessEvents* events) override { events_ = events; }
    Result<void> start(ProcessIndex process, const Meaning& meaning) override {
        did.push_back("start " + std::to_string(process) + filled(" ${interface:sta}", meaning));
        if (const auto refused = refuses.find(process); refused != refuses.end()) return fail(refused->second);
        if (const auto does = on_start.find(process); does != on_start.end()) queue_.post([does] { does->second(); });
        return {};
    }
    Result<void> signal(ProcessIndex process, int number) override {
        did.push_back("signal " + std::to_string(process) + " " + std::to_string(number));
        if (number == SIGKILL || !stubborn) queue_.post([this, process, number] { end(process, {true, number}); });
        return {};
    }
    void ask(ProcessIndex process, const ControlName& interface, const std::string& command,
             std::function<void(Result<std::string>)> answered) override {
        did.push_back("ask " + std::to_string(process) + " " + interface.value_or("-") + " " + command);
        ++asking;
        EXPECT_EQ(asking, 1) << "one question at a time";
        const auto found = answers.find(command);
        Result<std::string> answer = found == answers.end() ? fail(ETIMEDOUT, "no answer") : found->second;
        queue_.post_at(queue_.now() + answers_after, [this, answered, answer] {
            --asking;
            answered(answer);
        });
    }
    bool attach(ProcessIndex process, const ControlName& interface) override {
        if (!has_control) return false;
        did.push_back("attach " + std::to_string(process) + " " + interface.value_or("-"));
        return true;
    }
    void settle(std::function<void()> settled) override { queue_.post(std::move(settled)); }

    void write(ProcessIndex process, const std::string& line) {
        events_->wrote(process, line);
        events_->heard();
    }
    void tell(ProcessIndex process, const std::string& event) {
        events_->told(process, std::nullopt, event);
        events_->heard();
    }
    void end(ProcessIndex process, host::ProgramEnding ending) {
        events_->ended(process, ending);
        events_->heard();
    }

    std::map<ProcessIndex, std::function<void()>> on_start;
    std::map<ProcessIndex, Error> refuses;
    std::map<std::string, Result<std::string>> answers;
    sim::Duration answers_after{0};
    bool has_control = false;
    bool stubborn = false;
    int asking = 0;
    std::vector<std::string> did;

private:
    sim::EventQueue& queue_;
    ProcessEvents* events_ = nullptr;
};

struct Programs : Simulated {
    std::unique_ptr<FakeRunner> runner;

    void TearDown() override {
        if (simulation) simulation->processes().set_runner(nullptr);
    }

    /// A world with a station and programs.
    void world(const std::string& processes, const std::string& members) {
        if (simulation) simulation->processes().set_runner(nullptr);
        ASSERT_TRUE(build(with_station("\"processes\": [" + processes + "], " + members)));
        runner = std::make_unique<FakeRunner>(simulation->queue());
        simulation->processes().set_runner(runner.get());
    }
    std::vector<std::string> failures() {
        simulation->run();
        std::vector<std::string> out;
        for (const Failure& failure : simulation->failures())
            out.push_back(failure.pointer + " at " + std::to_string(failure.at.ns() / 1'000'000) + " ms: expected " +
                          failure.expected + ", seen " + failure.seen);
        return out;
    }
    void after(sim::Duration time, std::function<void()> what) {
        simulation->queue().post_at(sim::Time{time}, std::move(what));
    }
    /// Names of the trace's records about processes.
    std::vector<std::string> told() {
        std::vector<std::string> out;
        for (std::size_t at = trace.find("\"ev\":\""); at != std::string::npos; at = trace.find("\"ev\":\"", at + 1)) {
            const std::string name = trace.substr(at + 6, trace.find('"', at + 6) - at - 6);
            if (name.starts_with("process/") || name.starts_with("control/")) out.push_back(name);
        }
        return out;
    }
};

constexpr auto ms = [](int count) { return sim::Duration(std::chrono::milliseconds(count)); };

TEST_F(Programs, StartAtTheBeginningAndKnowTheWorldsInterfaces) {
    world(R"({"name": "p", "argv": ["x"]})", R"("duration": "1 s")");
    EXPECT_THAT(failures(), IsEmpty());
    EXPECT_THAT(runner->did, ElementsAre("start 0 wlan0"));
    EXPECT_THAT(told(), ElementsAre("process/start"));
}

TEST_F(Programs, WaitForATimeForOthersAndForConditions) {
    world(R"({"name": "a", "argv": ["x"], "start": {"at": "300 ms"}, "ready": {"output": {"contains": "up"}}},
             {"name": "b", "argv": ["x"], "start": {"after": "a"}},
             {"name": "c", "argv": ["x"], "start": {"after": ["a", "b"], "when": {"interface": {"radio": "sta", "up": false}}}},
             {"name": "d", "argv": ["x"], "start": "step"})",
          R"("duration": "1 s", "steps": [{"at": "800 ms", "down": {"radio": "sta"}}])");
    std::vector<std::int64_t> started;
    runner->on_start[0] = [&] { after(ms(500), [&] { runner->write(0, "it is up now"); }); };
    for (const ProcessIndex i : {1U, 2U})
        runner->on_start[i] = [&] { started.push_back(simulation->queue().now().ns() / 1'000'000); };
    EXPECT_THAT(failures(), IsEmpty());
    EXPECT_THAT(started, ElementsAre(500, 800));
    EXPECT_THAT(told(),
                ElementsAre("process/start", "process/output", "process/ready", "process/start", "process/start"));
}

TEST_F(Programs, ThatAreNotReadyInTimeHaveFailedAndSoHaveThoseBehindThem) {
    world(R"({"name": "a", "argv": ["x"], "ready": {"event": {"contains": "up"}, "within": "200 ms"}},
             {"name": "b", "argv": ["x"], "start": {"after": "a"}})",
          R"("duration": "1 s")");
    runner->on_start[0] = [&] { runner->write(0, "so it goes"); };
    EXPECT_THAT(failures(),
                ElementsAre("/processes/0 at 200 ms: expected a to be ready within 0.2 s, seen it is not",
                            "/processes/1 at 1000 ms: expected b to start, seen what it waits for never came"));
    EXPECT_THAT(simulation->failures().front().details, ElementsAre("a: so it goes"));
}

TEST_F(Programs, ThatCannotBeStartedHaveFailed) {
    world(R"({"name": "a", "argv": ["x"]})", R"("duration": "1 s")");
    runner->refuses[0] = Error{EACCES, "x: Permission denied", {}};
    EXPECT_THAT(failures(),
                ElementsAre("/processes/0 at 0 ms: expected a to start, seen EACCES (x: Permission denied)"));
}

TEST_F(Programs, AreFailuresWithoutARunner) {
    ASSERT_TRUE(build(with_station(R"("processes": [{"name": "a", "argv": ["x"]}], "duration": "1 s")")));
    EXPECT_THAT(failures(), ElementsAre(HasSubstr("nobody runs programs here")));
}

TEST_F(Programs, ThatEndUnaskedHaveFailed) {
    world(
        R"({"name": "a", "argv": ["x"]}, {"name": "b", "argv": ["x"], "exit": 0}, {"name": "c", "argv": ["x"], "exit": 3},
             {"name": "d", "argv": ["x"], "exit": 0})",
        R"("duration": "1 s")");
    after(ms(100), [&] { runner->end(0, {false, 0}); });
    after(ms(200), [&] { runner->end(1, {true, 11}); });
    after(ms(300), [&] { runner->end(2, {false, 3}); });
    EXPECT_THAT(
        failures(),
        ElementsAre(
            "/processes/0 at 100 ms: expected a to run until the end, seen it ended with exit code 0",
            HasSubstr("/processes/1 at 200 ms: expected b to end with exit code 0, seen it ended with signal 11"),
            "/processes/3 at 1000 ms: expected d to end with exit code 0, seen it is ready"));
}

TEST_F(Programs, ThatAreToEndAreWaitedFor) {
    world(R"({"name": "a", "argv": ["x"], "exit": 0})", R"("seed": 1)");
    after(ms(1234), [&] { runner->end(0, {false, 0}); });
    EXPECT_THAT(failures(), IsEmpty());
    EXPECT_EQ(simulation->last_moment(), sim::Time{ms(1234)});
}

TEST_F(Programs, AreStoppedAndStartedAgain) {
    world(R"({"name": "a", "argv": ["x"]})",
          R"("duration": "2 s", "steps": [{"at": "100 ms", "stop": {"process": "a"}},
              {"at": "200 ms", "stop": {"process": "a"}, "fails_with": "ESRCH"},
              {"at": "300 ms", "start": {"process": "a"}}, {"at": "400 ms", "start": {"process": "a"}, "fails_with": "EALREADY"},
              {"at": "500 ms", "signal": {"process": "a", "signal": "KILL"}}],
             "expect": [{"at": "250 ms", "process": {"process": "a", "state": "ended"}}, {"at": "350 ms", "process": {"process": "a"}}])");
    EXPECT_THAT(failures(), IsEmpty());
    EXPECT_THAT(runner->did, ElementsAre("start 0 wlan0", "signal 0 15", "start 0 wlan0", "signal 0 9"));
}

TEST_F(Programs, ThatDoNotEndWhenToldToAreMadeToAndThatIsAFailure) {
    world(R"({"name": "a", "argv": ["x"]})",
          R"("duration": "10 s", "steps": [{"at": "1 s", "stop": {"process": "a"}}])");
    runner->stubborn = true;
    EXPECT_THAT(failures(),
                ElementsAre("/processes/0 at 6000 ms: expected a to end when it is told to, seen it runs on"));
    EXPECT_THAT(runner->did, ElementsAre("start 0 wlan0", "signal 0 15", "signal 0 9"));
}

TEST_F(Programs, AreToldCommandsOneAfterTheOther) {
    world(R"({"name": "a", "argv": ["x"]})",
          R"("duration": "2 s", "steps": [
              {"at": "100 ms", "control": {"process": "a", "command": "ONE", "answer": "OK"}},
              {"at": "100 ms", "control": {"process": "a", "interface": "wlan7", "command": "TWO", "answer": {"matches": "^a=[0-9]$"}}},
              {"at": "100 ms", "control": {"process": "a", "command": "THREE", "answer": "OK"}},
              {"at": "100 ms", "control": {"process": "a", "command": "FOUR"}},
              {"at": "100 ms", "control": {"process": "a", "command": "FIVE"}, "fails_with": "ETIMEDOUT"}])");
    runner->answers = {{"ONE", "OK"}, {"TWO", "a=5"}, {"THREE", "OK then"}, {"FOUR", "FAIL-BUSY"}};
    runner->answers_after = ms(50);
    EXPECT_THAT(failures(),
                ElementsAre("/steps/2 at 250 ms: expected the answer \"OK\", seen the answer \"OK then\"",
                            "/steps/3 at 300 ms: expected an answer other than FAIL and UNKNOWN COMMAND, seen the "
                            "answer \"FAIL-BUSY\""));
    EXPECT_THAT(runner->did, ElementsAre("start 0 wlan0", "ask 0 - ONE", "ask 0 wlan7 TWO", "ask 0 - THREE",
                                         "ask 0 - FOUR", "ask 0 - FIVE"));
}

TEST_F(Programs, ThatDoNotRunAnswerNothing) {
    world(
        R"({"name": "a", "argv": ["x"], "start": "step"})",
        R"("duration": "1 s", "steps": [{"at": "100 ms", "control": {"process": "a", "command": "PING"}, "fails_with": "ESRCH"}])");
    EXPECT_THAT(failures(), IsEmpty());
    EXPECT_THAT(runner->did, IsEmpty());
}

TEST_F(Programs, AreAskedForExpectationsAndAgainAtTheirLastMoment) {
    world(R"({"name": "a", "argv": ["x"]})",
          R"("duration": "1 s", "expect": [
              {"within": "1 s", "control": {"process": "a", "command": "STATUS", "answer": "good"}},
              {"at": "1 s", "control": {"process": "a", "command": "STATUS", "answer": "last"}},
              {"at": "1 s", "not": {"control": {"process": "a", "command": "STATUS", "answer": "good"}}},
              {"from": "600 ms", "until": "900 ms", "control": {"process": "a", "command": "STATUS", "answer": {"contains": "oo"}}}])");
    runner->answers = {{"STATUS", "bad"}};
    after(ms(500), [&] { runner->answers.at("STATUS") = "good"; });
    after(ms(999), [&] { runner->answers.at("STATUS") = "last"; });
    EXPECT_THAT(failures(), IsEmpty());
    EXPECT_LT(runner->did.size(), 40U) << "not at each look";
}

TEST_F(Programs, TellLinesAndEventsWhichAreCounted) {
    world(R"({"name": "a", "argv": ["x"]}, {"name": "b", "argv": ["x"]})",
          R"("duration": "1 s", "expect": [
              {"within": "400 ms", "output": {"process": "a", "contains": "up", "count": 2}},
              {"at": "1 s", "output": {"process": "b", "matches": "^u.$", "count": 0}},
              {"at": "1 s", "event": {"process": "a", "matches": "CONNECTED [-]"}},
              {"from": "500 ms", "until": "1 s", "not": {"event": {"process": "a", "contains": "DISCONNECTED"}}},
              {"at": "1 s", "event": {"process": "b", "contains": "CONNECTED"}}])");
    runner->has_control = true;
    after(ms(100), [&] { runner->write(0, "up"); });
    after(ms(300), [&] { runner->write(0, "coming up"); });
    after(ms(300), [&] { runner->write(1, "is up"); });
    after(ms(400), [&] { runner->tell(0, "CTRL-EVENT-CONNECTED - to"); });
    EXPECT_THAT(failures(), ElementsAre(HasSubstr("/expect/4 at 1000 ms: ")));
    EXPECT_THAT(simulation->failures().front().seen, "0 such events of b");
    EXPECT_THAT(told(), ElementsAre("process/start", "process/start", "process/output", "process/output",
                                    "process/output", "process/event"));
}

TEST_F(Programs, WriteNothingIntoATraceThatHasEnded) {
    world(R"({"name": "a", "argv": ["x"]})", R"("duration": "1 s")");
    EXPECT_THAT(failures(), IsEmpty());
    const std::string whole = trace;
    const std::uint64_t hash = simulation->last_hash();
    runner->write(0, "farewell");
    runner->tell(0, "TERMINATING");
    runner->end(0, {false, 1});
    while (simulation->queue().now() < sim::Time{ms(5000)} && simulation->queue().step()) {
    }
    EXPECT_EQ(trace, whole);
    EXPECT_EQ(simulation->last_hash(), hash);
    EXPECT_EQ(simulation->last_moment(), sim::Time{ms(1000)});
    EXPECT_THAT(simulation->failures(), IsEmpty());
}

TEST(TextMatch, IsExactOrWithinOrByPattern) {
    using Kind = TextMatch::Kind;
    EXPECT_TRUE(TextMatch(Kind::is, "OK").holds("OK"));
    EXPECT_FALSE(TextMatch(Kind::is, "OK").holds("OK\n"));
    EXPECT_TRUE(TextMatch(Kind::contains, "b").holds("abc"));
    EXPECT_TRUE(TextMatch(Kind::matches, "^a.c$").holds("abc"));
    EXPECT_FALSE(TextMatch(Kind::matches, "^b").holds("abc"));
    EXPECT_FALSE(TextMatch(Kind::matches, "(").valid());
    EXPECT_FALSE(TextMatch(Kind::matches, "(").holds("("));
    EXPECT_TRUE(TextMatch(Kind::matches, "(x*)*x").holds(std::string(1'000'000, 'x')))
        << "no stack is deep enough for that";
}

TEST(Placeholders, AreReplacedByWhatTheyMean) {
    const Meaning meaning = [](const std::string& name) -> std::optional<std::string> {
        if (name == "a") return "1";
        if (name == "loop") return "${loop}";
        return std::nullopt;
    };
    EXPECT_EQ(filled("x${a}y${a}", meaning), "x1y1");
    EXPECT_EQ(filled("${b} ${ ${a} $a ${", meaning), "${b} ${ 1 $a ${");
    EXPECT_EQ(filled("${loop}", meaning), "${loop}");
    EXPECT_THAT(placeholders_in("${a}${b:c}"), ElementsAre("a", "b:c"));
    EXPECT_EQ(replaced("aXbXc", "X", "XX"), "aXXbXXc");
    EXPECT_EQ(replaced("abc", "", "x"), "abc");
}

}  // namespace
}  // namespace mlosim::scenario
