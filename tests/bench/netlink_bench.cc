// What a request costs inside of the daemon, without a transport.

#include <benchmark/benchmark.h>
#include <linux/genetlink.h>
#include <linux/nl80211.h>
#include <linux/rtnetlink.h>

#include "../unit/netlink/small_world.h"
#include "netlink/attributes.h"
#include "netlink/hwsim_numbers.h"
#include "netlink/message.h"

namespace {

using namespace mlosim;
using namespace mlosim::netlink;

constexpr std::uint16_t nl80211_id = 0x25;

class Sink final : public Outlet {
public:
    void deliver(std::span<const std::uint8_t> datagram, std::uint32_t, std::uint32_t) override {
        bytes += datagram.size();
    }
    [[nodiscard]] bool writable() const override { return true; }
    std::size_t bytes = 0;
};

struct Daemon {
    test::SmallWorld small;
    Sink sink;
    SocketId socket;

    explicit Daemon(Protocol protocol) : socket(small.core.open(protocol, {.pid = 1, .uid = 0}, sink)) {
        small.add_radio();
    }

    void round_trips(benchmark::State& state, const MessageBuilder& request) {
        for (auto _ : state)
            small.core.receive(socket, request.bytes());
        state.SetItemsProcessed(state.iterations());
        state.SetBytesProcessed(static_cast<std::int64_t>(sink.bytes));
        if (sink.bytes == 0) state.SkipWithError("nothing was answered");
    }
};

MessageBuilder genl_request(std::uint16_t family, std::uint8_t command, std::uint16_t flags) {
    MessageBuilder message({.type = family, .flags = static_cast<std::uint16_t>(flags | NLM_F_REQUEST), .seq = 1});
    message.put_header(genlmsghdr{.cmd = command, .version = 1, .reserved = 0});
    return message;
}

void get_family(benchmark::State& state) {
    Daemon daemon(Protocol::generic);
    MessageBuilder request = genl_request(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, NLM_F_ACK);
    request.put_string(CTRL_ATTR_FAMILY_NAME, "MAC80211_HWSIM");
    daemon.round_trips(state, request);
}
BENCHMARK(get_family);

void get_radio(benchmark::State& state) {
    Daemon daemon(Protocol::generic);
    MessageBuilder request = genl_request(test::SmallWorld::hwsim_id, hwsim::cmd_get_radio, 0);
    request.put_u32(hwsim::attr_radio_id, 0);
    daemon.round_trips(state, request);
}
BENCHMARK(get_radio);

void get_interface(benchmark::State& state) {
    Daemon daemon(Protocol::generic);
    MessageBuilder request = genl_request(nl80211_id, NL80211_CMD_GET_INTERFACE, 0);
    request.put_u32(NL80211_ATTR_IFINDEX, daemon.small.world.find_netdev("wlan0")->index().value);
    daemon.round_trips(state, request);
}
BENCHMARK(get_interface);

/// Split, as `iw` asks for it: every radio in many datagrams.
void dump_wiphys(benchmark::State& state) {
    Daemon daemon(Protocol::generic);
    for (std::int64_t i = 1; i < state.range(0); ++i)
        daemon.small.add_radio();
    daemon.small.core.note_receive_size(daemon.socket, 32768);
    MessageBuilder request = genl_request(nl80211_id, NL80211_CMD_GET_WIPHY, NLM_F_DUMP);
    request.put_flag(NL80211_ATTR_SPLIT_WIPHY_DUMP);
    daemon.round_trips(state, request);
}
BENCHMARK(dump_wiphys)->Arg(1)->Arg(100);

void get_link(benchmark::State& state) {
    Daemon daemon(Protocol::route);
    MessageBuilder request({.type = RTM_GETLINK, .flags = NLM_F_REQUEST, .seq = 1});
    request.put_header(ifinfomsg{});
    request.put_string(IFLA_IFNAME, "wlan0");
    daemon.round_trips(state, request);
}
BENCHMARK(get_link);

void refused_with_ext_ack(benchmark::State& state) {
    Daemon daemon(Protocol::generic);
    daemon.small.core.set_option(daemon.socket, SocketOption::ext_ack, true);
    MessageBuilder request = genl_request(test::SmallWorld::hwsim_id, hwsim::cmd_new_radio, 0);
    request.put_string(hwsim::attr_reg_hint_alpha2, "DEU");
    daemon.round_trips(state, request);
}
BENCHMARK(refused_with_ext_ack);

/// Checking alone: `range` attributes against a policy of 350 types.
void check_attributes(benchmark::State& state) {
    constexpr std::uint16_t types = 350;
    std::vector<AttributePolicy> rules(types + 1, attr::u32());
    const Policy policy{rules};
    MessageBuilder message({}, 65536);
    for (std::int64_t i = 0; i < state.range(0); ++i)
        message.put_u32(static_cast<std::uint16_t>(1 + i % types), 7);
    const auto bytes = message.bytes().subspan(NLMSG_HDRLEN);
    for (auto _ : state) {
        ExtAck ack;
        auto parsed = Attributes::parse(bytes, NLMSG_HDRLEN, policy, Strictness::strict, ack);
        benchmark::DoNotOptimize(parsed);
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(check_attributes)->Arg(4)->Arg(32)->Arg(350);

void dump_links(benchmark::State& state) {
    Daemon daemon(Protocol::route);
    for (std::int64_t i = 1; i < state.range(0); ++i)
        daemon.small.add_radio();
    daemon.small.core.note_receive_size(daemon.socket, 32768);
    MessageBuilder request({.type = RTM_GETLINK, .flags = NLM_F_REQUEST | NLM_F_DUMP, .seq = 1});
    request.put_header(ifinfomsg{});
    daemon.round_trips(state, request);
}
BENCHMARK(dump_links)->Arg(1)->Arg(100);

}  // namespace

BENCHMARK_MAIN();
