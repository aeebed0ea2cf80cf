// Datagrams from hostile programs, into a netlink core with all families over a small world.
//
// An input is a series of records: one byte of options (bit 0: rtnetlink, else generic; bit 1: a second program's
// socket; bit 2: NETLINK_EXT_ACK; bit 3: NETLINK_GET_STRICT_CHK; bit 4: the program does not read), two bytes of
// length, the datagram.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "../unit/netlink/small_world.h"
#include "netlink/hwsim_numbers.h"

namespace {

using namespace mlosim;
using namespace mlosim::netlink;

constexpr std::size_t record_header = 3;
constexpr std::size_t most_radios = 12;

/// A program that only counts what it gets; a core that answered without bound would be a finding.
class Sink final : public Outlet {
public:
    void deliver(std::span<const std::uint8_t> datagram, std::uint32_t, std::uint32_t) override {
        bytes += datagram.size();
    }
    [[nodiscard]] bool writable() const override { return reading; }

    bool reading = true;
    std::size_t bytes = 0;
};

/// Inputs are series of datagrams; what counts is how many of those there were.
struct Tally {
    std::uint64_t datagrams = 0;
    Tally() = default;
    Tally(const Tally&) = delete;
    Tally& operator=(const Tally&) = delete;
    ~Tally() { std::fprintf(stderr, "datagrams: %llu\n", static_cast<unsigned long long>(datagrams)); }
};

struct Program {
    Sink sink;
    SocketId socket;
};

void open(test::SmallWorld& small, Program& program, Protocol protocol, int pid) {
    program.socket = small.core.open(protocol, {.pid = pid, .uid = 0}, program.sink);
    for (std::uint32_t group = 1; group < 32; ++group)
        (void)small.core.set_membership(program.socket, group, true);
}

void run(std::span<const std::uint8_t> input) {
    static Tally tally;
    test::SmallWorld small;
    small.add_radio();
    Program programs[4];
    for (int i = 0; i < 4; ++i)
        open(small, programs[i], i % 2 != 0 ? Protocol::route : Protocol::generic, 100 + i);

    while (input.size() >= record_header) {
        const std::uint8_t options = input[0];
        const std::size_t length = std::min<std::size_t>(input[1] | input[2] << 8U, input.size() - record_header);
        Program& program = programs[options & 3U];
        program.sink.reading = (options & 0x10U) == 0;
        small.core.set_option(program.socket, SocketOption::ext_ack, (options & 4U) != 0);
        small.core.set_option(program.socket, SocketOption::strict_check, (options & 8U) != 0);
        ++tally.datagrams;
        small.core.receive(program.socket, input.subspan(record_header, length));
        small.core.drained(program.socket);
        input = input.subspan(record_header + length);
        if (small.world.radios().size() > most_radios) break;  // each is legal; they only make the run slow
    }
    small.clock.turn();
    (void)small.queue.run_until(small.queue.now() + std::chrono::seconds(1));
    for (Program& program : programs)
        small.core.close(program.socket);
    MLOSIM_INVARIANT(small.core.socket_count() == 0, "closed sockets are gone");
}

// A mutator that knows netlink, so that most inputs reach a handler.

class Dice {
public:
    explicit Dice(unsigned seed) : state_(seed * 2654435761U + 1) {}
    std::uint32_t roll() {
        state_ ^= state_ << 13U;
        state_ ^= state_ >> 17U;
        state_ ^= state_ << 5U;
        return state_;
    }
    std::uint32_t below(std::uint32_t bound) { return roll() % bound; }
    bool one_in(std::uint32_t n) { return below(n) == 0; }

private:
    std::uint32_t state_;
};

void append_attribute(std::vector<std::uint8_t>& out, Dice& dice, std::uint16_t most, unsigned depth) {
    std::vector<std::uint8_t> payload;
    if (depth < 4 && dice.one_in(4)) {
        for (std::uint32_t n = dice.below(4); n > 0; --n)
            append_attribute(payload, dice, 40, depth + 1);
    } else {
        static constexpr std::uint8_t lengths[] = {0, 1, 2, 4, 4, 4, 6, 8, 8, 12, 16, 33};
        payload.resize(lengths[dice.below(sizeof(lengths))]);
        for (auto& octet : payload)
            octet = static_cast<std::uint8_t>(dice.one_in(2) ? dice.below(4) : dice.roll());
        if (dice.one_in(6)) {
            static constexpr char name[] = "wlan0";
            payload.assign(name, name + sizeof(name));
        }
    }
    nlattr header{static_cast<std::uint16_t>(sizeof(nlattr) + payload.size()),
                  static_cast<std::uint16_t>(1 + dice.below(most))};
    if (dice.one_in(3)) header.nla_type |= NLA_F_NESTED;
    if (dice.one_in(40)) header.nla_len = static_cast<std::uint16_t>(dice.roll());
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&header);
    out.insert(out.end(), bytes, bytes + sizeof(header));
    out.insert(out.end(), payload.begin(), payload.end());
    out.resize((out.size() + 3) / 4 * 4);
}

/// What a program says that is the medium of the first radio, or nearly: chance seldom hits on an address.
std::vector<std::uint8_t> medium_attributes(Dice& dice) {
    using namespace hwsim;
    static constexpr struct {
        std::uint16_t type;
        std::uint16_t length;
    } parts[] = {{attr_addr_receiver, 6}, {attr_addr_transmitter, 6}, {attr_frame, 40},
                 {attr_rx_rate, 4},       {attr_signal, 4},           {attr_freq, 4},
                 {attr_flags, 4},         {attr_cookie, 8},           {attr_tx_info, 8}};
    std::vector<std::uint8_t> out;
    for (const auto& part : parts) {
        if (dice.one_in(10)) continue;
        std::vector<std::uint8_t> payload(dice.one_in(20) ? dice.below(60) : part.length);
        if (part.type == attr_addr_receiver || part.type == attr_addr_transmitter) {
            if (!payload.empty()) payload[0] = 0x42;
        } else if (dice.one_in(2)) {
            for (auto& octet : payload)
                octet = static_cast<std::uint8_t>(dice.roll());
        }
        const nlattr header{static_cast<std::uint16_t>(sizeof(nlattr) + payload.size()), part.type};
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(&header);
        out.insert(out.end(), bytes, bytes + sizeof(header));
        out.insert(out.end(), payload.begin(), payload.end());
        out.resize((out.size() + 3) / 4 * 4);
    }
    return out;
}

std::vector<std::uint8_t> make_message(Dice& dice, bool route) {
    std::vector<std::uint8_t> body;
    nlmsghdr header{};
    if (route) {
        header.nlmsg_type =
            static_cast<std::uint16_t>(dice.one_in(3) ? RTM_BASE + dice.below(RTM_MAX) : RTM_NEWLINK + dice.below(4));
        ifinfomsg link{};
        link.ifi_family = static_cast<std::uint8_t>(dice.one_in(4) ? dice.below(20) : 0);
        link.ifi_index = static_cast<int>(dice.below(5)) - (dice.one_in(20) ? 3 : 0);
        link.ifi_flags = dice.one_in(2) ? dice.below(2) : dice.roll();
        link.ifi_change = dice.one_in(2) ? 1 : dice.roll();
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(&link);
        body.assign(bytes, bytes + sizeof(link));
    } else {
        static constexpr std::uint16_t families[] = {GENL_ID_CTRL, 0x25, 0x25, 0x25, 0x26, 0x27};
        header.nlmsg_type = families[dice.below(std::size(families))];
        body = {static_cast<std::uint8_t>(dice.one_in(3) ? dice.below(160) : dice.below(24)), 1, 0, 0};
    }
    if (header.nlmsg_type == test::SmallWorld::hwsim_id && dice.one_in(2)) {
        body[0] = static_cast<std::uint8_t>(hwsim::cmd_register + dice.below(3));
        const std::vector<std::uint8_t> attributes = medium_attributes(dice);
        body.insert(body.end(), attributes.begin(), attributes.end());
    }
    for (std::uint32_t n = dice.below(6); n > 0; --n)
        append_attribute(body, dice, route ? 70 : dice.one_in(2) ? 48 : 350, 0);
    static constexpr std::uint16_t flags[] = {
        NLM_F_ACK, 0, NLM_F_DUMP, NLM_F_DUMP | NLM_F_ACK, NLM_F_ECHO, NLM_F_CREATE | NLM_F_EXCL};
    header.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags[dice.below(std::size(flags))]);
    header.nlmsg_seq = dice.roll();
    header.nlmsg_len = static_cast<std::uint32_t>(sizeof(header) + body.size());
    if (dice.one_in(40)) header.nlmsg_len = dice.below(200);
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&header);
    body.insert(body.begin(), bytes, bytes + sizeof(header));
    return body;
}

void append_record(std::vector<std::uint8_t>& out, Dice& dice) {
    const auto options = static_cast<std::uint8_t>(dice.roll());
    const std::vector<std::uint8_t> message = make_message(dice, (options & 1U) != 0);
    out.push_back(options);
    out.push_back(static_cast<std::uint8_t>(message.size()));
    out.push_back(static_cast<std::uint8_t>(message.size() >> 8U));
    out.insert(out.end(), message.begin(), message.end());
}

}  // namespace

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
    Dice dice(seed);
    if (dice.one_in(3)) return LLVMFuzzerMutate(data, size, max_size);
    std::vector<std::uint8_t> out(data, data + size);
    if (dice.one_in(4)) out.clear();
    if (dice.one_in(4) &&
        out.size() > record_header) {  // somewhere inside: usually between two records' bytes, sometimes within one
        std::vector<std::uint8_t> piece;
        append_record(piece, dice);
        out.insert(out.begin() + dice.below(static_cast<std::uint32_t>(out.size())), piece.begin(), piece.end());
    }
    for (std::uint32_t n = 1 + dice.below(3); n > 0; --n)
        append_record(out, dice);
    out.resize(std::min(out.size(), max_size));
    std::memcpy(data, out.data(), out.size());
    return out.size();
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    run({data, size});
    return 0;
}
