// Replays a recorded session with a real kernel, request by request, and compares what comes back byte by byte.

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "program.h"
#include "small_world.h"

namespace mlosim::netlink::test {
namespace {

/// What was kept of each link event.
constexpr std::size_t kept_of_events = 48;

struct Step {
    std::string name;
    Bytes request;  ///< empty: look at what the listener got
    std::vector<Bytes> answers;
};

std::vector<Step> read_steps(const std::string& file) {
    std::vector<Step> steps;
    std::ifstream in(std::string(NETLINK_TEST_DATA) + "/" + file);
    EXPECT_TRUE(in.is_open()) << file;
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with("#")) continue;
        std::istringstream fields(line);
        Step step;
        std::getline(fields, step.name, '\t');
        std::string field;
        std::getline(fields, field, '\t');
        step.request = from_hex(field);
        while (std::getline(fields, field, '\t'))
            step.answers.push_back(from_hex(field));
        steps.push_back(std::move(step));
    }
    return steps;
}

/// Takes out what no two machines have in common: ports, and the moment when an IPv6 device was made.
void normalize(Bytes& datagram) {
    for (std::size_t at = 0; at + NLMSG_HDRLEN <= datagram.size();) {
        auto* header = reinterpret_cast<nlmsghdr*>(datagram.data() + at);
        header->nlmsg_pid = 0;
        const std::size_t end = std::min<std::size_t>(at + header->nlmsg_len, datagram.size());
        if (header->nlmsg_type == RTM_NEWLINK && end - at > NLMSG_HDRLEN + sizeof(ifinfomsg)) {
            const std::size_t start = at + NLMSG_HDRLEN + sizeof(ifinfomsg);
            for (const Attribute a : AttributeRange(std::span(datagram).subspan(start, end - start), 0)) {
                if (a.type() != IFLA_AF_SPEC) continue;
                for (const Attribute family : AttributeRange(a))
                    for (const Attribute setting : AttributeRange(family))
                        if (family.type() == AF_INET6 && setting.type() == IFLA_INET6_CACHEINFO)
                            std::memset(const_cast<std::uint8_t*>(setting.bytes().data()) + 4, 0, 8);
            }
        }
        at += NLMSG_ALIGN(header->nlmsg_len);
    }
}

/// Whole datagrams, as a recording holds them.
class Recorder final : public Outlet {
public:
    Recorder(Core& core, Protocol protocol, std::uint32_t group = 0)
        : core_(core), socket_(core.open(protocol, {.pid = 134, .uid = 0}, *this)) {
        core_.set_option(socket_, SocketOption::ext_ack, true);
        core_.note_receive_size(socket_, 65536);
        if (group != 0) {
            EXPECT_TRUE(core_.set_membership(socket_, group, true));
        }
    }
    Recorder(const Recorder&) = delete;
    Recorder& operator=(const Recorder&) = delete;
    ~Recorder() override { core_.close(socket_); }

    void deliver(std::span<const std::uint8_t> datagram, std::uint32_t, std::uint32_t) override {
        received_.emplace_back(datagram.begin(), datagram.end());
    }
    [[nodiscard]] bool writable() const override { return true; }
    void send(const Bytes& bytes) { core_.receive(socket_, bytes); }
    void make_strict() { core_.set_option(socket_, SocketOption::strict_check, true); }
    std::vector<Bytes> take() { return std::exchange(received_, {}); }

private:
    Core& core_;
    SocketId socket_;
    std::vector<Bytes> received_;
};

std::string hex(const Bytes& bytes) {
    std::string out;
    for (const std::uint8_t octet : bytes) {
        constexpr char digits[] = "0123456789abcdef";
        out += digits[octet >> 4U];
        out += digits[octet & 15U];
    }
    return out;
}

void expect_equal(const Step& step, std::vector<Bytes> got) {
    ASSERT_EQ(got.size(), step.answers.size()) << step.name;
    for (std::size_t i = 0; i < got.size(); ++i) {
        Bytes expected = step.answers[i];
        normalize(got[i]);
        normalize(expected);
        if (step.name.starts_with("link events")) got[i].resize(std::min(got[i].size(), kept_of_events));
        EXPECT_EQ(hex(got[i]), hex(expected)) << step.name << ", datagram " << i;
    }
}

/// The daemon as that kernel was: one radio, then hwsim0.
struct RecordedMachine {
    SmallWorld small;
    Recorder generic{small.core, Protocol::generic};
    Recorder hwsim{small.core, Protocol::generic};
    Recorder hwsim_events{small.core, Protocol::generic, SmallWorld::hwsim_group};
    Recorder route{small.core, Protocol::route};
    Recorder strict{small.core, Protocol::route};
    Recorder link_events{small.core, Protocol::route, RTNLGRP_LINK};

    RecordedMachine() {
        strict.make_strict();
        small.add_radio();
        small.world.add_hwsim_monitor();
        wait(1000);
        (void)hwsim_events.take();
        (void)link_events.take();
    }
    void wait(int ms) { (void)small.queue.run_until(small.queue.now() + std::chrono::milliseconds(ms)); }

    Recorder& program_for(const Step& step) {
        if (step.name.starts_with("rtnl strict")) return strict;
        if (step.name.starts_with("rtnl")) return route;
        return step.name.starts_with("hwsim") ? hwsim : generic;
    }
    std::vector<Bytes> play(const Step& step) {
        if (step.request.empty()) {
            wait(300);
            return step.name.starts_with("link") ? link_events.take() : hwsim_events.take();
        }
        Recorder& program = program_for(step);
        (void)program.take();
        program.send(step.request);
        if (step.name.starts_with("del ")) (void)hwsim_events.take();
        if (step.name == "del 19") (void)link_events.take();
        return program.take();
    }
};

/// Where we answer otherwise, and why.
const std::map<std::string, std::string, std::less<>> differences = {
    {"hwsim new pmsr empty", "peer measurement is refused as a whole"},
    {"getpolicy MAC80211_HWSIM", "nothing is said of what peer measurement's attributes consist of"},
    {"rtnl getroute dump", "no IP stack: not even the loopback has routes"},
    {"rtnl qdisc dump", "no queue disciplines"},
    {"rtnl getaddr dump", "addresses of the loopback were not made at any time"},
    {"rtnl getaddr4 dump", "addresses of the loopback were not made at any time"},
};

TEST(KernelSessionTest, AnswersAsTheKernelDid) {
    RecordedMachine machine;
    int compared = 0;
    for (const Step& step : read_steps("kernel-session.txt")) {
        const auto got = machine.play(step);
        if (differences.contains(step.name)) continue;
        expect_equal(step, got);
        ++compared;
    }
    EXPECT_GT(compared, 300);
}

TEST(KernelSessionTest, TellsThePoliciesThatTheKernelTells) {
    RecordedMachine machine;
    int compared = 0;
    for (const Step& step : read_steps("kernel-policies.txt")) {
        if (differences.contains(step.name)) continue;
        expect_equal(step, machine.play(step));
        ++compared;
    }
    EXPECT_GE(compared, 3);
}

}  // namespace
}  // namespace mlosim::netlink::test
