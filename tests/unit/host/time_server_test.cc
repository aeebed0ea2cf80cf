#include "host/time_server.h"

#include <csignal>
#include <cstring>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake_participants.h"
#include "host/time_codec.h"

namespace mlosim::host {
namespace {

using namespace std::chrono_literals;
using sim::Time;
using ::testing::ElementsAre;
using testing::FakeParticipant;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::int64_t zero_ns = 1'000'000'000'000;  // what the page shows at the beginning

struct PartInVirtualTime : ::testing::Test {
    boost::asio::io_context io;
    testing::ClockInHand wall;
    std::multimap<pid_t, std::function<void()>> watched;
    std::vector<std::string> warnings;
    std::set<pid_t> sleepers;
    std::unique_ptr<TimeServer> server = make();
    Time now;

    std::unique_ptr<TimeServer> make(std::optional<std::uint64_t> seed = {}) {
        TimeOptions options;
        options.realtime_at_zero = 1767225600s;
        options.entropy_seed = seed;
        options.warn = [this](const std::string& what) { warnings.push_back(what); };
        auto opened = TimeServer::open(io, wall, std::move(options),
                                       std::make_unique<testing::FakeProcesses>(watched, &sleepers));
        return opened ? std::move(*opened) : nullptr;
    }

    std::unique_ptr<FakeParticipant> program(pid_t pid, const std::string& name = "program") {
        auto made = std::make_unique<FakeParticipant>(*server, MLOSIM_JOIN_PROGRAM, pid, name);
        EXPECT_TRUE(made->joined);
        return made;
    }
    std::unique_ptr<FakeParticipant> member(mlosim_join_kind kind, pid_t pid) {
        return std::make_unique<FakeParticipant>(*server, kind, pid, "program");
    }
    bool proceed() {
        while (true) {
            const auto progress = server->proceed(now);
            if (progress != TimeServer::Progress::again) return progress == TimeServer::Progress::settled;
        }
    }
    void dies(pid_t pid) {
        const auto [first, last] = watched.equal_range(pid);
        const std::vector<std::pair<pid_t, std::function<void()>>> told(first, last);
        for (const auto& [number, ended] : told)
            ended();
    }
    /// Lets everybody who is asked say that there was nothing.
    void settle(std::initializer_list<FakeParticipant*> all) {
        for (int i = 0; i < 100 && !proceed(); ++i)
            for (FakeParticipant* one : all)
                if (one->turns > 0) {
                    one->turns = 0;
                    ASSERT_TRUE(one->idle(false));
                }
        EXPECT_TRUE(server->settled());
    }
    void let_seconds_pass(sim::Duration span) {
        wall.advance(span);
        io.restart();
        io.run_for(250ms);
    }
};

TEST_F(PartInVirtualTime, ShowsProgramsThePage) {
    const auto a = program(100);
    const void* mapped = ::mmap(nullptr, 4096, PROT_READ, MAP_SHARED, a->joined->page, 0);
    ASSERT_NE(mapped, MAP_FAILED);
    const auto* page = static_cast<const mlosim_time_page*>(mapped);
    EXPECT_EQ(page->magic, MLOSIM_TIME_PAGE_MAGIC);
    EXPECT_EQ(page->now_ns, zero_ns);
    EXPECT_EQ(page->realtime_offset_ns + page->now_ns, 1767225600'000000000);
    EXPECT_EQ(::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, a->joined->page, 0), MAP_FAILED);
    a->idle(false);
    settle({a.get()});
    now = Time{3s};
    proceed();
    EXPECT_EQ(page->now_ns, zero_ns + 3'000'000'000);
    ::munmap(const_cast<void*>(mapped), 4096);
}

TEST_F(PartInVirtualTime, GivesTheTurnToOneAfterTheOtherAndSettlesAfterAWholeRowOfNothing) {
    const auto a = program(100);
    const auto b = program(50);  // numbers of processes mean nothing
    const auto c = program(75);
    EXPECT_FALSE(proceed()) << "they have only begun";
    EXPECT_TRUE(a->idle(false) && b->idle(false) && c->idle(false));
    std::vector<std::string> order;
    const auto ask = [&] {
        if (proceed()) return false;
        for (const auto& [name, one] : {std::pair{"a", a.get()}, {"b", b.get()}, {"c", c.get()}})
            if (one->turns > 0) order.emplace_back(name);
        return true;
    };
    ASSERT_TRUE(ask());
    EXPECT_THAT(order, ElementsAre("a"));
    EXPECT_FALSE(proceed()) << "it has the turn still";
    EXPECT_EQ(a->turns, 1U);
    a->idle(true), a->turns = 0;
    ASSERT_TRUE(ask());
    b->idle(true), b->turns = 0;
    ASSERT_TRUE(ask());
    c->idle(false), c->turns = 0;
    ASSERT_TRUE(ask());
    a->idle(false), a->turns = 0;
    EXPECT_FALSE(ask()) << "nobody has run since b has looked";
    EXPECT_THAT(order, ElementsAre("a", "b", "c", "a"));
    EXPECT_TRUE(server->settled());
}

TEST_F(PartInVirtualTime, AsksWhoGotSomethingFirstAndThenTheOthers) {
    const auto a = program(100);
    const auto b = program(101);
    a->idle(false), b->idle(false);
    settle({a.get(), b.get()});
    EXPECT_TRUE(proceed());
    const auto before = server->outputs();
    server->sent_to(101);
    EXPECT_GT(server->outputs(), before);
    EXPECT_FALSE(server->settled());
    EXPECT_FALSE(proceed());
    EXPECT_EQ(b->turns, 1U);
    b->idle(true);
    EXPECT_FALSE(proceed());
    EXPECT_EQ(a->turns, 1U);
    a->idle(false);
    EXPECT_TRUE(proceed());
}

TEST_F(PartInVirtualTime, DoesNotCareForWhatIsSentToOthers) {
    const auto a = program(100);
    a->idle(false);
    settle({a.get()});
    server->sent_to(4711);
    EXPECT_EQ(server->outputs(), 0U);
    EXPECT_TRUE(proceed());
}

TEST_F(PartInVirtualTime, AsksEverybodyWhenASocketsMakerIsGone) {
    auto a = program(100);
    const auto b = program(101);
    a->idle(false), b->idle(false);
    settle({a.get(), b.get()});
    a.reset();
    dies(100);
    settle({b.get()});
    server->sent_to(100);
    EXPECT_FALSE(proceed());
    EXPECT_EQ(b->turns, 1U);
}

TEST_F(PartInVirtualTime, WakesAtTheEarliestDeadline) {
    const auto a = program(100);
    const auto b = program(101);
    a->idle(false, zero_ns + 5'000), b->idle(false, zero_ns + 3'000);
    for (FakeParticipant* one : {a.get(), b.get()}) {
        EXPECT_FALSE(proceed());
        EXPECT_EQ(one->turns, 1U);
        one->idle(false, one == a.get() ? zero_ns + 5'000 : zero_ns + 3'000);
        one->turns = 0;
    }
    ASSERT_TRUE(proceed());
    EXPECT_EQ(server->earliest_deadline(), Time{3us});
    now = Time{3us};
    EXPECT_FALSE(proceed());
    EXPECT_EQ(b->turns, 1U);
    EXPECT_EQ(a->turns, 0U);
    b->idle(false);
    ASSERT_TRUE(proceed()) << "nobody ran";
    EXPECT_EQ(server->earliest_deadline(), Time{5us});
}

TEST_F(PartInVirtualTime, LetsWhoWaitsInALoopGetForward) {
    const auto a = program(100);
    a->idle(false, 0);
    EXPECT_FALSE(proceed());
    a->idle(true, zero_ns - 1);
    ASSERT_TRUE(proceed());
    EXPECT_EQ(server->earliest_deadline(), Time{1us});
}

TEST_F(PartInVirtualTime, TakesAnyMomentInThePastForThePresent) {
    const auto a = program(100);
    a->idle(false);
    EXPECT_FALSE(proceed());
    for (const std::int64_t past : {INT64_MIN, INT64_MIN + 1, std::int64_t{-1}, std::int64_t{0}, zero_ns}) {
        a->idle(false, past);
        ASSERT_TRUE(proceed());
        EXPECT_EQ(server->earliest_deadline(), Time{1us}) << past;
        a->say(MLOSIM_TIME_WANT);
        ASSERT_FALSE(proceed());
    }
}

TEST_F(PartInVirtualTime, AnswersASyncWhenAllHasBeenRead) {
    const auto a = program(100);
    a->idle(false);
    EXPECT_FALSE(proceed());
    a->say(MLOSIM_TIME_SYNC);
    EXPECT_EQ(a->synced, 0U);
    server->sent_to(100);  // an answer to what it sent
    EXPECT_FALSE(proceed());
    EXPECT_EQ(a->synced, 1U);
    a->idle(true);
    EXPECT_TRUE(proceed()) << "the answer was there when it looked";
}

TEST_F(PartInVirtualTime, GivesATurnToWhoWantsOne) {
    const auto a = program(100);
    const auto b = program(101);
    a->idle(false), b->idle(false);
    settle({a.get(), b.get()});
    b->say(MLOSIM_TIME_WANT);
    EXPECT_FALSE(proceed());
    EXPECT_EQ(b->turns, 1U);
    b->idle(false);
    EXPECT_TRUE(proceed());
}

TEST_F(PartInVirtualTime, HearsWhoWantsATurnAtOnceAfterItsLast) {
    const auto a = program(100);
    a->idle(false);
    EXPECT_FALSE(proceed());
    a->say(MLOSIM_TIME_WANT);  // crossed the turn on its way
    a->idle(true);
    a->say(MLOSIM_TIME_WANT);  // both are read at once
    a->turns = 0;
    EXPECT_FALSE(proceed());
    EXPECT_EQ(a->turns, 1U);
    a->idle(false);
    EXPECT_TRUE(proceed());
}

TEST_F(PartInVirtualTime, KeepsItsOrderWhenSomebodyWantsATurnEarly) {
    const auto a = program(100);
    const auto b = program(101);
    const auto c = program(102);
    for (FakeParticipant* one : {a.get(), b.get(), c.get()})
        one->idle(false);
    settle({a.get(), b.get(), c.get()});
    server->sent_to(100);
    c->say(MLOSIM_TIME_WANT);  // as early as can be
    EXPECT_FALSE(proceed());
    a->idle(true);
    c->say(MLOSIM_TIME_WANT);
    EXPECT_FALSE(proceed());
    EXPECT_EQ(b->turns, 1U);
    b->idle(false);
    EXPECT_FALSE(proceed());
    EXPECT_EQ(c->turns, 1U);
    c->idle(false);
    EXPECT_TRUE(proceed()) << "its wish has been granted";
}

TEST_F(PartInVirtualTime, LetsThoseSleepWhomNothingHasWoken) {
    const auto a = program(100);
    const auto b = program(101);
    const auto c = program(102);
    const auto d = program(103);
    for (FakeParticipant* one : {a.get(), b.get(), c.get(), d.get()})
        one->idle(false);
    sleepers = {101, 102, 103};
    settle({a.get(), b.get(), c.get(), d.get()});  // the first turn everybody gets
    server->sent_to(100);
    EXPECT_FALSE(proceed());
    ASSERT_EQ(a->turns, 1U);
    sleepers.erase(103);  // woken by what a does
    a->idle(true);
    EXPECT_EQ(server->proceed(now), TimeServer::Progress::again);
    c->say(MLOSIM_TIME_WANT);  // it was awake for a moment, and asleep again when looked at
    EXPECT_FALSE(proceed());
    EXPECT_EQ(c->turns, 1U);
    c->idle(false);
    EXPECT_FALSE(proceed());
    EXPECT_EQ(d->turns, 1U);
    d->idle(false);
    EXPECT_TRUE(proceed());
    EXPECT_EQ(b->turns, 0U);
}

TEST_F(PartInVirtualTime, AsksSleepersWhomNothingWouldWake) {
    const auto a = program(100);
    const auto locked = program(101);
    a->idle(false), locked->idle(false);
    sleepers = {100, 101};
    settle({a.get(), locked.get()});
    server->sent_to(101);
    EXPECT_FALSE(proceed());
    locked->say(MLOSIM_TIME_IDLE, MLOSIM_TIME_NEVER, MLOSIM_IDLE_LOOKS);
    EXPECT_TRUE(proceed());
    server->sent_to(100);
    EXPECT_FALSE(proceed());
    locked->turns = 0;
    a->idle(true);
    EXPECT_FALSE(proceed());
    EXPECT_EQ(locked->turns, 1U);
}

TEST_F(PartInVirtualTime, TellsWhenATurnHasEnded) {
    std::vector<bool> ends;
    server->on_turn_end([&] { ends.push_back(server->settled()); });
    const auto a = program(100);
    a->idle(false);
    EXPECT_FALSE(proceed());
    EXPECT_THAT(ends, IsEmpty());
    a->idle(true);
    EXPECT_TRUE(proceed());
    EXPECT_THAT(ends, ElementsAre(true));
    server->look_again();
    EXPECT_FALSE(proceed());
    a->say(MLOSIM_TIME_LEAVE, 1);
    a->close();
    EXPECT_FALSE(proceed());
    EXPECT_EQ(ends.size(), 1U) << "it is not a zombie yet";
    dies(100);
    EXPECT_TRUE(proceed());
    EXPECT_EQ(ends.size(), 2U);
}

TEST_F(PartInVirtualTime, LooksAgainWhenACallbackSpokeToPrograms) {
    const auto a = program(100);
    a->idle(false);
    bool spoken = false;
    server->on_turn_end([&] {
        if (!std::exchange(spoken, true)) server->look_again();
    });
    EXPECT_FALSE(proceed());
    a->idle(true), a->turns = 0;
    EXPECT_FALSE(proceed());
    EXPECT_EQ(a->turns, 1U);
}

TEST_F(PartInVirtualTime, GivesAForkedChildItsPlaceBeforeItIsThere) {
    const auto parent = program(100, "parent");
    parent->idle(false);
    EXPECT_FALSE(proceed());
    const auto child = member(MLOSIM_JOIN_CHILD, 100);
    ASSERT_TRUE(child->joined);
    EXPECT_EQ(child->joined->facts.virtual_pid, parent->joined->facts.virtual_pid + 1);
    parent->idle(true);
    parent->turns = 0;
    EXPECT_FALSE(proceed());
    EXPECT_EQ(parent->turns + child->turns, 0U) << "the child has not begun";
    EXPECT_FALSE(server->takes_part(101));
    EXPECT_TRUE(child->say(MLOSIM_TIME_ADOPT, 101));
    EXPECT_TRUE(server->takes_part(101));
    EXPECT_TRUE(child->idle(false));
    EXPECT_FALSE(proceed());
    EXPECT_EQ(child->turns, 1U);
    child->idle(false);
    EXPECT_TRUE(proceed());
}

TEST_F(PartInVirtualTime, ForgetsAChildThatCouldNotBeForked) {
    const auto parent = program(100);
    parent->idle(false);
    EXPECT_FALSE(proceed());
    member(MLOSIM_JOIN_CHILD, 100)->close();
    parent->turns = 0;
    parent->idle(true);
    settle({parent.get()});
}

TEST_F(PartInVirtualTime, WaitsForAThreadThatWasStarted) {
    const auto parent = program(100);
    parent->idle(false);
    EXPECT_FALSE(proceed());
    const auto thread = member(MLOSIM_JOIN_THREAD, 100);
    ASSERT_TRUE(thread->joined);
    EXPECT_EQ(thread->joined->facts.virtual_pid, parent->joined->facts.virtual_pid);
    parent->idle(true);
    EXPECT_FALSE(proceed());
    EXPECT_EQ(thread->turns, 0U);
    thread->idle(false);
    EXPECT_FALSE(proceed());
    EXPECT_EQ(thread->turns, 1U);
    thread->say(MLOSIM_TIME_LEAVE);
    thread->close();
    parent->turns = 0;
    EXPECT_FALSE(proceed());
    EXPECT_EQ(parent->turns, 1U) << "it may join the thread";
}

TEST_F(PartInVirtualTime, RefusesThreadsAndChildrenOfStrangers) {
    for (const auto kind : {MLOSIM_JOIN_THREAD, MLOSIM_JOIN_CHILD}) {
        const auto stranger = member(kind, 4711);
        ASSERT_FALSE(stranger->joined);
        EXPECT_EQ(stranger->joined.error().code, ESRCH);
    }
    EXPECT_FALSE(server->present());
}

TEST_F(PartInVirtualTime, RefusesProcessesThatItCannotSee) {
    const auto parent = program(100);
    parent->idle(false);
    EXPECT_FALSE(proceed());
    const auto child = member(MLOSIM_JOIN_CHILD, 100);  // which has no pid yet
    for (const auto kind : {MLOSIM_JOIN_PROGRAM, MLOSIM_JOIN_THREAD, MLOSIM_JOIN_CHILD}) {
        const auto unseen = member(kind, 0);
        ASSERT_FALSE(unseen->joined);
        EXPECT_EQ(unseen->joined.error().code, ESRCH);
        EXPECT_THAT(unseen->joined.error().message, HasSubstr("PID namespace"));
    }
    EXPECT_FALSE(server->takes_part(0));
    EXPECT_TRUE(child->say(MLOSIM_TIME_ADOPT, 101)) << "its place is still its own";
}

TEST_F(PartInVirtualTime, WaitsForTheProgramThatAProcessBecomes) {
    auto before = program(100, "sh");
    const auto other = program(101);
    before->idle(false), other->idle(false);
    EXPECT_FALSE(proceed());
    const auto facts = before->joined->facts;
    before->close();  // exec(): without LEAVE, and the process lives
    EXPECT_FALSE(proceed());
    EXPECT_EQ(other->turns, 0U);
    EXPECT_TRUE(server->takes_part(100));
    const auto after = program(100, "iw");
    EXPECT_EQ(after->joined->facts.virtual_pid, facts.virtual_pid);
    after->idle(false);
    settle({other.get(), after.get()});
}

TEST_F(PartInVirtualTime, GoesOnWithoutAProgramThatDoesNotJoin) {
    const auto a = program(100);
    a->idle(false);
    server->expect(200, "sleep");
    EXPECT_TRUE(server->takes_part(200));
    EXPECT_FALSE(proceed());
    let_seconds_pass(6s);
    ASSERT_THAT(warnings, ElementsAre(HasSubstr("sleep (pid 200) runs without the library")));
    EXPECT_FALSE(proceed());
    EXPECT_EQ(a->turns, 1U);
    EXPECT_FALSE(server->takes_part(200));
    a->idle(false);
    EXPECT_TRUE(proceed());
    const auto late = program(200, "sleep");
    EXPECT_EQ(late->joined->facts.virtual_pid, a->joined->facts.virtual_pid + 1);
}

TEST_F(PartInVirtualTime, KeepsAnExpectedProgramsPlaceInTheOrder) {
    server->expect(200, "first");
    server->expect(150, "second");
    EXPECT_TRUE(server->present());
    const auto second = program(150);
    const auto first = program(200);
    EXPECT_LT(first->joined->participant, second->joined->participant);
    EXPECT_LT(first->joined->facts.virtual_pid, second->joined->facts.virtual_pid);
    second->idle(false), first->idle(false);
    EXPECT_FALSE(proceed());
    EXPECT_EQ(first->turns, 1U);
}

TEST_F(PartInVirtualTime, WaitsUntilAProcessThatEndsIsAZombie) {
    const auto parent = program(100);
    auto child = program(101);
    parent->idle(false), child->idle(false);
    settle({parent.get(), child.get()});
    child->say(MLOSIM_TIME_WANT);
    EXPECT_FALSE(proceed());
    child->say(MLOSIM_TIME_LEAVE, 1);
    child->close();
    EXPECT_FALSE(proceed());
    EXPECT_EQ(parent->turns, 0U);
    dies(101);
    EXPECT_FALSE(proceed());
    EXPECT_EQ(parent->turns, 1U);
    EXPECT_FALSE(server->takes_part(101));
}

TEST_F(PartInVirtualTime, SurvivesAProgramThatIsKilledInItsTurn) {
    auto victim = program(100);
    const auto other = program(101);
    victim->idle(false), other->idle(false);
    EXPECT_FALSE(proceed());
    ASSERT_EQ(victim->turns, 1U);
    victim->close();
    dies(100);
    EXPECT_FALSE(proceed());
    EXPECT_EQ(other->turns, 1U);
    other->idle(false);
    EXPECT_TRUE(proceed());
    EXPECT_THAT(warnings, IsEmpty());
}

TEST_F(PartInVirtualTime, NamesOnceWhoKeepsTimeWaiting) {
    const auto busy = program(100, "busy");
    busy->idle(false);
    EXPECT_FALSE(proceed());
    let_seconds_pass(9s);
    EXPECT_THAT(warnings, IsEmpty());
    let_seconds_pass(2s);
    let_seconds_pass(60s);
    ASSERT_THAT(warnings, ElementsAre(HasSubstr("busy (pid 100) is busy or stopped")));
    EXPECT_THAT(warnings.front(), HasSubstr("stood still at 0.000000 s"));
    EXPECT_FALSE(proceed());
    busy->idle(true);
    EXPECT_TRUE(proceed());
}

TEST_F(PartInVirtualTime, NamesOnceInAMomentWhoAlwaysHasSomethingToDo) {
    const auto busy = program(100, "yes");
    const auto quiet = program(101, "quiet");
    bool reads = true;  // and so makes room for more
    server->on_turn_end([&] {
        if (reads) server->look_again();
    });
    const auto write_on = [&](sim::Duration span) {
        busy->idle(false), quiet->idle(false);
        for (sim::Duration passed{0}; passed < span; passed += 500ms) {
            ASSERT_FALSE(proceed());
            if (std::exchange(busy->turns, 0) > 0) busy->idle(true);
            if (std::exchange(quiet->turns, 0) > 0) quiet->idle(false);
            wall.advance(500ms);
            io.restart();
            io.run_for(1ms);
        }
        let_seconds_pass(0s);
    };
    write_on(9s);
    EXPECT_THAT(warnings, IsEmpty());
    write_on(60s);
    ASSERT_THAT(warnings, ElementsAre(HasSubstr("yes (pid 100) was the last of programs that always")));
    EXPECT_THAT(warnings.front(), HasSubstr("stood still at 0.000000 s for 10.0 s"));
    reads = false;
    settle({busy.get(), quiet.get()});
    let_seconds_pass(60s);
    now = Time{1s};
    proceed();
    reads = true;
    server->look_again();
    write_on(60s);
    ASSERT_EQ(warnings.size(), 2U);
    EXPECT_THAT(warnings.back(), HasSubstr("stood still at 1.000000 s"));
}

TEST_F(PartInVirtualTime, BlamesNobodyForAWorldThatIsPaused) {
    const auto a = program(100);
    const auto b = program(101);
    a->idle(false), b->idle(false);
    for (int i = 0; i < 5; ++i) {
        server->look_again();
        settle({a.get(), b.get()});
        let_seconds_pass(60s);
        a->say(MLOSIM_TIME_WANT);
        ASSERT_FALSE(proceed());
        a->turns = 0;
        a->idle(true);
        ASSERT_FALSE(proceed()) << "b has not looked since";
        let_seconds_pass(0s);
    }
    EXPECT_THAT(warnings, IsEmpty());
}

TEST_F(PartInVirtualTime, DrawsKeysFromTheSeed) {
    const auto keys = [&](std::optional<std::uint64_t> seed, pid_t pid) {
        server = make(seed);
        std::vector<std::string> out;
        const auto note = [&](const FakeParticipant& one) {
            const auto& facts = one.joined->facts;
            EXPECT_EQ(facts.flags & MLOSIM_TIME_ENTROPY, seed ? 1U : 0U);
            out.emplace_back(reinterpret_cast<const char*>(facts.key), sizeof facts.key);
        };
        auto a = program(pid);
        note(*a);
        const auto thread = member(MLOSIM_JOIN_THREAD, pid);
        note(*thread);
        note(*member(MLOSIM_JOIN_CHILD, pid));
        thread->close();
        a->close();
        a = program(pid);  // exec()
        note(*a);
        return out;
    };
    const auto first = keys(7, 100);
    EXPECT_EQ(first, keys(7, 200)) << "real pids do not matter";
    EXPECT_NE(first, keys(8, 100));
    EXPECT_EQ(first[0], first[1]) << "a process has one key";
    EXPECT_NE(first[0], first[2]);
    EXPECT_NE(first[0], first[3]) << "a new program does not repeat what the former had";
    EXPECT_EQ(keys({}, 100)[0], std::string(32, '\0'));
}

TEST_F(PartInVirtualTime, RefusesWhatMakesNoSense) {
    const auto a = program(100);
    a->idle(false);
    EXPECT_FALSE(a->say(MLOSIM_TIME_ADOPT, 5));
    const auto child = member(MLOSIM_JOIN_CHILD, 100);
    EXPECT_FALSE(child->idle(false)) << "it is nobody yet";
    EXPECT_FALSE(child->say(MLOSIM_TIME_ADOPT, 100)) << "that one takes part already";
}

TEST(AMessageOfTime, IsCheckedOnItsWayIn) {
    const auto bytes = [](const auto& object, std::size_t size) {
        return std::span(reinterpret_cast<const std::uint8_t*>(&object), size);
    };
    const auto bad = [&](mlosim_time_message message, std::size_t size = 16) {
        const auto parsed = parse_time_message(bytes(message, size));
        return !parsed && parsed.error().code == EPROTO;
    };
    EXPECT_FALSE(bad({MLOSIM_TIME_IDLE, 1, MLOSIM_TIME_NEVER}));
    EXPECT_FALSE(bad({MLOSIM_TIME_IDLE, 1, INT64_MIN})) << "long past";
    EXPECT_FALSE(bad({MLOSIM_TIME_EXPECT, 0, 1}));
    EXPECT_TRUE(bad({MLOSIM_TIME_EXPECT, 0, INT64_MIN})) << "no process";
    EXPECT_TRUE(bad({MLOSIM_TIME_IDLE, 1, 0}, 15)) << "too short";
    EXPECT_TRUE(bad({MLOSIM_TIME_IDLE, 4, 0})) << "idle in an unknown way";
    EXPECT_TRUE(bad({0, 0, 0})) << "no kind";
    EXPECT_TRUE(bad({7, 0, 0})) << "no kind";
    EXPECT_TRUE(bad({MLOSIM_TIME_TURN, 0, 0})) << "only the daemon says that";
    EXPECT_TRUE(bad({MLOSIM_TIME_EXPECT, 0, 0})) << "no process";
    EXPECT_TRUE(bad({MLOSIM_TIME_ADOPT, 0, -1})) << "no process";
    EXPECT_TRUE(bad({MLOSIM_TIME_ADOPT, 0, 1LL << 32U})) << "no process";

    const auto bad_join = [&](mlosim_join join, std::size_t size = sizeof(mlosim_join)) {
        const auto parsed = parse_join(bytes(join, size));
        return !parsed && parsed.error().code == EPROTO;
    };
    EXPECT_FALSE(bad_join({MLOSIM_JOIN_THREAD, 1, "fifteen letters"}));
    EXPECT_TRUE(bad_join({MLOSIM_JOIN_PROGRAM, 1, "sh"}, 23)) << "too short";
    EXPECT_TRUE(bad_join({0, 1, "sh"})) << "no kind";
    EXPECT_TRUE(bad_join({4, 1, "sh"})) << "no kind";
    EXPECT_TRUE(bad_join({MLOSIM_JOIN_PROGRAM, 0, "sh"})) << "no thread";
    mlosim_join endless{MLOSIM_JOIN_PROGRAM, 1, {}};
    std::memset(endless.name, 'x', sizeof endless.name);
    EXPECT_TRUE(bad_join(endless)) << "a name without an end";
}

TEST(AProcessWatcher, SeesWhoSleeps) {
    boost::asio::io_context io;
    const auto watcher = make_process_watcher(io);
    const auto own = watcher->thread(::getpid(), ::gettid());
    ASSERT_TRUE(own);
    EXPECT_FALSE(own->asleep());
    const pid_t child = ::fork();
    if (child == 0) {
        ::pause();
        ::_exit(0);
    }
    const auto other = watcher->thread(child, child);
    ASSERT_TRUE(other);
    bool asleep = false;
    for (int i = 0; i < 5000 && !asleep; ++i) {
        asleep = other->asleep();
        ::usleep(1000);
    }
    EXPECT_TRUE(asleep);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    EXPECT_FALSE(other->asleep());
    EXPECT_FALSE(watcher->thread(child, child));
}

TEST(AProcessWatcher, TellsOfAZombie) {
    boost::asio::io_context io;
    const auto watcher = make_process_watcher(io);
    const pid_t child = ::fork();
    if (child == 0) {
        ::pause();
        ::_exit(0);
    }
    bool ended = false;
    bool dropped = false;
    const auto watch = watcher->watch(child, [&] { ended = true; });
    auto other = watcher->watch(child, [&] { dropped = true; });
    io.poll();
    EXPECT_FALSE(ended);
    other.reset();
    ::kill(child, SIGKILL);
    io.restart();
    io.run_for(5s);
    EXPECT_TRUE(ended);
    EXPECT_FALSE(dropped);
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, WNOHANG), child);
    bool gone = false;
    const auto late = watcher->watch(child, [&] { gone = true; });
    io.restart();
    io.run_for(5s);
    EXPECT_TRUE(gone) << "there is none";
}

#ifndef __SANITIZE_ADDRESS__  // which needs descriptors itself, to look at memory
TEST(AProcessWatcher, WaitsForTheEndWithoutADescriptorToSpare) {
    boost::asio::io_context io;
    const auto watcher = make_process_watcher(io);
    const boost::asio::steady_timer first(io);  // of which Asio has descriptors of its own
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    for (const bool forever : {false, true}) {
        const pid_t child = ::fork();
        if (child == 0) {
            ::pause();
            ::_exit(0);
        }
        bool ended = false;
        bool dropped = false;
        const rlimit none{0, before.rlim_max};
        ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
        const auto watch = watcher->watch(child, [&] { ended = true; });
        auto other = watcher->watch(child, [&] { dropped = true; });
        io.restart();
        io.run_for(300ms);
        other.reset();
        EXPECT_FALSE(ended) << "that there are no more descriptors is not its end";
        const rlimit after = forever ? none : before;
        ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &after), 0);
        ::kill(child, SIGKILL);
        if (forever) ::waitpid(child, nullptr, 0);  // of a zombie it could not read
        io.restart();
        io.run_for(5s);
        ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
        EXPECT_TRUE(ended);
        EXPECT_FALSE(dropped);
        if (!forever) ::waitpid(child, nullptr, 0);
    }
}
#endif

}  // namespace
}  // namespace mlosim::host
