// The main loop of a virtual world in which programs take part.
#include <functional>
#include <memory>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../host/fake_participants.h"
#include "scenario/world_loop.h"

namespace mlosim::scenario {
namespace {

using namespace std::chrono_literals;
using sim::Time;
using testing::ElementsAre;

constexpr std::int64_t zero_ns = 1'000'000'000'000;

/// A program that does something whenever it gets the turn, and then waits until a moment.
class Program final : public host::TimeChannel {
public:
    Program(host::TimeServer& server, boost::asio::io_context& io, pid_t pid,
            std::function<std::int64_t(bool& ran)> act)
        : server_(server), io_(io), act_(std::move(act)) {
        mlosim_join join{MLOSIM_JOIN_PROGRAM, pid, "program"};
        number_ = server.join(*this, join, pid).value().participant;
        say_idle(MLOSIM_TIME_NEVER, false);
    }
    ~Program() { leave(); }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    void leave() {
        if (number_ != 0) server_.closed(std::exchange(number_, 0));
    }

private:
    void send(const mlosim_time_message& message) override {
        if (message.kind != MLOSIM_TIME_TURN) return;
        boost::asio::post(io_, [this] {
            bool ran = false;
            const std::int64_t deadline = act_(ran);
            if (number_ != 0) say_idle(deadline, ran);
        });
    }
    void end() override {}
    void say_idle(std::int64_t deadline, bool ran) {
        ASSERT_TRUE(server_.message(number_, {MLOSIM_TIME_IDLE, ran ? 1U : 0U, deadline}));
    }

    host::TimeServer& server_;
    boost::asio::io_context& io_;
    std::function<std::int64_t(bool& ran)> act_;
    std::uint32_t number_ = 0;
};

struct LoopWithPrograms : testing::Test {
    boost::asio::io_context io;
    sim::EventQueue queue;
    host::testing::ClockInHand wall;
    std::multimap<pid_t, std::function<void()>> watched;
    std::unique_ptr<host::TimeServer> server =
        host::TimeServer::open(io, wall, {}, std::make_unique<host::testing::FakeProcesses>(watched)).value();
    std::unique_ptr<WorldLoop> loop;
    std::vector<Time> seen;

    void start(bool paused = false, bool ends_by_itself = false) {
        WorldLoopOptions options;
        options.mode = netlink::ClockMode::virtual_time;
        options.paused = paused;
        options.programs = server.get();
        options.ends_by_itself = ends_by_itself;
        loop = std::make_unique<WorldLoop>(io, queue, wall, std::move(options));
    }
    void note_at(sim::Duration when) {
        queue.post_at(Time{when}, [this] { seen.push_back(queue.now()); });
    }
    static std::int64_t page(sim::Duration when) { return zero_ns + when.count(); }
    void from_outside(std::function<void()> what) { boost::asio::post(io, std::move(what)); }
    /// Ends the process, as the kernel and the watcher see it.
    void end(Program& program, pid_t pid) {
        program.leave();
        const auto [first, last] = watched.equal_range(pid);
        const std::vector<std::pair<pid_t, std::function<void()>>> told(first, last);
        for (const auto& [number, ended] : told)
            ended();
    }
};

TEST_F(LoopWithPrograms, GoesToTheMomentThatAProgramWaitsFor) {
    start();
    note_at(1s);
    note_at(3s);
    std::vector<Time> woken;
    Program program(*server, io, 100, [&](bool& ran) {
        woken.push_back(queue.now());
        ran = true;
        if (queue.now() >= Time{2s}) loop->stop();
        return page(queue.now().since_start() + 2s);
    });
    loop->run();
    EXPECT_THAT(woken, ElementsAre(Time{}, Time{2s}));
    EXPECT_THAT(seen, ElementsAre(Time{1s}));
}

TEST_F(LoopWithPrograms, ArrivesEarlyWhenAProgramHasDoneSomething) {
    start(true);
    Program program(*server, io, 100, [&](bool& ran) {
        ran = queue.now() >= Time{2s};
        return queue.now() < Time{2s} ? page(2s) : MLOSIM_TIME_NEVER;
    });
    note_at(1s);
    note_at(2s);
    std::vector<Time> arrived;
    from_outside([&] {
        ASSERT_TRUE(loop->run_to(
            Time{9s},
            [&] {
                arrived.push_back(queue.now());
                ASSERT_TRUE(loop->run_to(
                    Time{9s},
                    [&] {
                        arrived.push_back(queue.now());
                        loop->stop();
                    },
                    true));
            },
            true));
    });
    loop->run();
    EXPECT_THAT(arrived, ElementsAre(Time{2s}, Time{9s})) << "the second time it has nothing to do";
    EXPECT_THAT(seen, ElementsAre(Time{1s}, Time{2s}));
}

TEST_F(LoopWithPrograms, ArrivesEarlyWhenTheLastProgramHasEnded) {
    start(true);
    Program* last = nullptr;
    Program program(*server, io, 100, [&](bool&) {
        if (queue.now() >= Time{2s}) end(*last, 100);
        return page(2s);
    });
    last = &program;
    std::vector<Time> arrived;
    from_outside([&] {
        ASSERT_TRUE(loop->run_to(
            Time{9s},
            [&] {
                arrived.push_back(queue.now());
                loop->stop();
            },
            true));
    });
    loop->run();
    EXPECT_THAT(arrived, ElementsAre(Time{2s}));
}

TEST_F(LoopWithPrograms, StopsAtTheMomentThatSendsSomethingToAProgram) {
    start();
    note_at(1s);
    queue.post_at(Time{2s}, [this] { server->sent_to(100); });
    note_at(2s);
    note_at(3s);
    std::vector<Time> woken;
    Program program(*server, io, 100, [&](bool& ran) {
        woken.push_back(queue.now());
        if (queue.now() == Time{2s}) {
            EXPECT_THAT(seen, ElementsAre(Time{1s}, Time{2s})) << "the world comes first, at each moment";
            loop->stop();
        }
        ran = true;
        return MLOSIM_TIME_NEVER;
    });
    loop->run();
    EXPECT_THAT(woken, ElementsAre(Time{}, Time{2s}));
}

TEST_F(LoopWithPrograms, StandsUntilTheFirstOneTakesPart) {
    start();
    note_at(1s);
    std::unique_ptr<Program> program;
    from_outside([&] {
        EXPECT_TRUE(seen.empty());
        program = std::make_unique<Program>(*server, io, 100, [&](bool&) {
            if (!seen.empty()) loop->stop();
            return page(5s);
        });
    });
    loop->run();
    EXPECT_THAT(seen, ElementsAre(Time{1s}));
    EXPECT_EQ(queue.now(), Time{5s});
}

TEST_F(LoopWithPrograms, StandsAgainWhenTheLastOneHasEnded) {
    start();
    std::function<void()> tick = [&] { queue.post_at(queue.now() + 1s, [&] { tick(); }); };
    tick();
    std::unique_ptr<Program> program;
    program = std::make_unique<Program>(*server, io, 100, [&](bool& ran) {
        if (queue.now() >= Time{10s}) {
            from_outside([&] {
                end(*program, 100);  // which the loop hears while it takes turns
                from_outside([&] { from_outside([&] { loop->stop(); }); });
            });
        }
        ran = true;
        return page(10s);
    });
    loop->run();
    EXPECT_EQ(queue.now(), Time{10s});
}

TEST_F(LoopWithPrograms, GoesOnWithoutAnyIfTheWorldEndsByItself) {
    start(false, true);
    note_at(1s);
    queue.post_at(Time{2s}, [this] { loop->stop(); });
    loop->run();
    EXPECT_THAT(seen, ElementsAre(Time{1s}));
}

TEST_F(LoopWithPrograms, LetsThemRunWhilePausedWithoutMovingTime) {
    start(true);
    note_at(1s);
    int turns = 0;
    Program program(*server, io, 100, [&](bool& ran) {
        ran = true;
        if (++turns == 3)
            loop->stop();
        else
            from_outside([&] { server->look_again(); });
        return page(1s);
    });
    loop->run();
    EXPECT_EQ(turns, 3);
    EXPECT_EQ(queue.now(), Time{});
}

TEST_F(LoopWithPrograms, ArrivesWhenAllAreSettledAtThatMoment) {
    start(true);
    std::vector<std::string> order;
    Program program(*server, io, 100, [&](bool& ran) {
        order.push_back("turn at " + std::to_string(queue.now().ns()));
        ran = true;
        return page(2s);
    });
    from_outside([&] {
        ASSERT_TRUE(loop->run_to(Time{2s}, [&] {
            order.emplace_back("reached");
            loop->stop();
        }));
    });
    loop->run();
    EXPECT_THAT(order, ElementsAre("turn at 0", "turn at 2000000000", "reached"));
}

TEST_F(LoopWithPrograms, SettlesEvenWhilePaused) {
    start(true);
    std::vector<std::string> order;
    from_outside([&] {
        ASSERT_TRUE(loop->settle({}, [&](bool takes_part) {
            order.emplace_back(takes_part ? "?" : "nobody");
            from_outside([&] {
                ASSERT_TRUE(loop->settle(100, [&](bool joined) {
                    order.emplace_back(joined ? "joined" : "?");
                    loop->stop();
                }));
            });
        }));
    });
    std::unique_ptr<Program> program;
    std::function<void()> later = [&] {
        if (order.empty() || !server->present()) return from_outside(later);
        program = std::make_unique<Program>(*server, io, 100, [&](bool&) {
            order.emplace_back("turn");
            return MLOSIM_TIME_NEVER;
        });
    };
    from_outside(later);
    loop->run();
    EXPECT_THAT(order, ElementsAre("nobody", "turn", "joined"));
}

}  // namespace
}  // namespace mlosim::scenario
