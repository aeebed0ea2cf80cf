// What programs in virtual time say to the time server, in any order: a list of records {who, what, size, bytes}.
// Whatever comes, at most one has the turn, and nothing is left of programs that are gone.
#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "host/time_codec.h"
#include "host/time_server.h"
#include "sim/invariant.h"

namespace {

using namespace mlosim;
using Bytes = std::span<const std::uint8_t>;

class ClockInHand final : public sim::WallClock {
public:
    [[nodiscard]] sim::Duration now() const override { return {}; }
};

class Nobody final : public host::ProcessWatcher {
public:
    std::map<pid_t, std::function<void()>>* watched = nullptr;
    [[nodiscard]] std::unique_ptr<Watch> watch(pid_t pid, std::function<void()> ended) override {
        (*watched)[pid] = std::move(ended);
        return std::make_unique<Watch>();
    }
    [[nodiscard]] std::unique_ptr<Thread> thread(pid_t, pid_t) override { return nullptr; }
};

struct Thread final : host::TimeChannel {
    std::uint32_t number = 0;
    bool has_turn = false;
    bool ending = false;
    void send(const mlosim_time_message& message) override { has_turn = has_turn || message.kind == MLOSIM_TIME_TURN; }
    void end() override { ending = true; }
};

constexpr std::size_t places = 8;
constexpr pid_t first_pid = 100;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    boost::asio::io_context io;
    ClockInHand wall;
    std::map<pid_t, std::function<void()>> watched;
    auto watcher = std::make_unique<Nobody>();
    watcher->watched = &watched;
    auto opened = host::TimeServer::open(io, wall, {}, std::move(watcher));
    MLOSIM_INVARIANT(opened.has_value(), "there is memory for a page");
    host::TimeServer& server = **opened;
    std::array<Thread, places> threads;
    sim::Time now;

    const auto close = [&](Thread& thread) {
        if (thread.number != 0) server.closed(thread.number);
        thread = {};
    };
    Bytes input(data, size);
    while (input.size() >= 3) {
        Thread& thread = threads[input[0] % places];
        const auto pid = static_cast<pid_t>(first_pid + (input[0] / places) % 4);
        const unsigned what = input[1] % 6;
        const std::size_t length = std::min<std::size_t>(input[2], input.size() - 3);
        const Bytes packet = input.subspan(3, length);
        input = input.subspan(3 + length);
        if (what == 0) {
            const auto join = host::parse_join(packet);
            if (!join || thread.number != 0) continue;
            if (const auto joined = server.join(thread, *join, pid)) thread.number = joined->participant;
        } else if (what == 1 && thread.number != 0) {
            const auto message = host::parse_time_message(packet);
            if (message && message->kind == MLOSIM_TIME_IDLE) thread.has_turn = false;
            if (!message || !server.message(thread.number, *message)) close(thread);
        } else if (what == 2) {
            close(thread);
        } else if (what == 3) {
            if (const auto ended = watched.find(pid); ended != watched.end()) ended->second();
        } else if (what == 4) {
            server.sent_to(pid);
        } else if (server.settled()) {
            now = server.earliest_deadline().value_or(now);
        }
        (void)server.proceed(now);
        for (Thread& one : threads)
            if (one.ending) close(one);
        const auto turns =
            std::count_if(threads.begin(), threads.end(), [](const Thread& one) { return one.has_turn; });
        MLOSIM_INVARIANT(turns == 0 || !server.settled(), "nobody has the turn in a settled world");
    }
    for (Thread& thread : threads)
        close(thread);
    const auto all = watched;
    for (const auto& [pid, ended] : all)
        ended();
    return 0;
}
