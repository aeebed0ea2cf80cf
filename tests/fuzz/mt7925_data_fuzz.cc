// Any bytes as packets of the data rings, read by both halves; what is read is written again and must come back alike.
// Then as frames of a host and of the air, at a chip with keys of its own.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

#include "mt7925/data_path.h"
#include "mt7925/rx_descriptor.h"
#include "mt7925/tx_descriptor.h"
#include "mt7925/tx_status.h"

namespace {

using namespace mlosim;
using namespace mlosim::mt7925;

void must(bool held, const char* belief) {
    if (held) return;
    std::fprintf(stderr, "broken: %s\n", belief);
    std::abort();
}

class Air final : public Radio {
public:
    void set_home(std::uint8_t, std::optional<RadioChannel>) override {}
    void visit(const RadioChannel&, Visit) override {}
    void return_home() override {}
    void rest(std::uint8_t, bool) override {}
    void transmit(RadioFrame frame) override { sent.push_back(frame.number); }
    std::vector<std::uint64_t> sent;
};

/// BSS 0 is a station with an MLD's link and its keys, BSS 1 an access point with a station and a group key.
FirmwareTables tables_of_a_guest() {
    const auto address = [](std::uint8_t last) { return MacAddress{std::array<std::uint8_t, 6>{2, 0, 0, 0, 0, last}}; };
    FirmwareTables tables;
    for (std::uint8_t idx = 0; idx < 2; ++idx) {
        Bss& bss = tables.bss[idx];
        bss.active = true;
        bss.basic.conn_type = idx == 0 ? ConnectionType::station : ConnectionType::access_point;
        bss.basic.link_idx = idx;
        bss.rlm = BssRlm{};
        bss.rlm->band = 2;
        bss.rlm->control_ch = 36;
        bss.mld = BssMld{};
        bss.mld->group_mld_id = idx == 0 ? std::uint8_t{0} : BssMld::none;
        bss.mld->mac_addr = address(10);
        tables.devices[0].links[idx] = address(static_cast<std::uint8_t>(1 + idx));
        const KeyCipher ciphers[] = {KeyCipher::ccmp, KeyCipher::gcmp256};
        WtblEntry& peer = tables.wtbl[1U + idx];
        peer.valid = true;
        peer.bss_idx = idx;
        peer.basic.peer_addr = address(static_cast<std::uint8_t>(3 + idx));
        peer.state = StaState{};
        peer.state->state = 2;
        peer.mld = StaMld{};
        peer.mld->mld_addr = address(11);
        peer.mld->primary_id = static_cast<std::uint16_t>(1 + idx);
        const auto length = static_cast<std::uint8_t>(idx == 0 ? 16 : 32);
        peer.keys.push_back({true, ciphers[idx], 0, length, peer.basic.peer_addr, {}});
        WtblEntry& self = tables.wtbl[self_wcid(idx)];
        self.valid = self.self = true;
        self.bss_idx = idx;
        self.keys.push_back({false, ciphers[idx], 1, length, {}, {}});
        self.keys.push_back({false, KeyCipher::bip, 1, 32, {}, {}});
    }
    return tables;
}

/// What the host gave comes back, whatever it was.
void play(ByteView bytes) {
    static const FirmwareTables tables = tables_of_a_guest();
    sim::EventQueue queue;
    EventQueueClock clock(queue);
    Air air;
    FirmwareConfig config;
    config.chip_crypto = true;
    FaultRules faults;
    RadioTime time(tables, clock, air, config.timing, config.timing.link_turn);
    std::size_t freed = 0;
    DataPath data(tables, clock, time, faults, config, [&](const Bytes& packet) {
        if (const auto frames = parse_tx_free(packet))
            freed += frames->size();
        else
            must(parse_tx_status(packet).has_value() || parse_received(packet).has_value(), "the driver can read it");
    });
    data.update();
    time.update();
    const auto settle = [&] {
        for (unsigned i = 0; i < 8; ++i) {
            for (const std::uint64_t number : std::exchange(air.sent, {}))
                if (number != 0) time.reported({.number = number, .acknowledged = (number & 1U) != 0});
            queue.run_until(queue.now() + std::chrono::milliseconds(30));
        }
    };
    if (bytes.size() >= TxDescriptor::size) {
        const ByteView frame = bytes.subspan(TxDescriptor::size);
        data.accept(bytes.first(TxDescriptor::size), frame);
        // The same, made to fit: what the frame is says its first octet.
        TxDescriptor fit = parse_tx_descriptor(bytes.first(TxDescriptor::size)).value_or(TxDescriptor{});
        fit.buffers = {};
        fit.frame_bytes = static_cast<std::uint16_t>(std::min<std::size_t>(frame.size(), 0xfff));
        fit.token = 1;
        fit.wlan_idx = bytes[0] % 20U;
        fit.protect = (bytes[1] & 1U) != 0;
        fit.bip = (bytes[1] & 2U) != 0;
        if ((bytes[1] & 4U) != 0) {
            fit.header = TxDescriptor::Header::ethernet;
            fit.frame_type = 2;
            fit.frame_subtype = bytes[2] & 8U;
        } else if (const auto view = ieee80211::FrameView::parse(frame)) {
            fit.header = TxDescriptor::Header::ieee80211;
            fit.frame_type = static_cast<std::uint8_t>(view->frame_control().type());
            fit.frame_subtype = static_cast<std::uint8_t>(view->frame_control().subtype());
            fit.header_size = static_cast<std::uint8_t>(view->header().size());
            fit.group = view->addr1().is_group();
        }
        data.accept(build_tx_descriptor(fit), frame.first(fit.frame_bytes));
        settle();
        must(data.frames() == 0 && freed >= data.counts().taken, "every token comes back");
    }
    (void)data.receive({{2, 36, 36, 0, 0}, bytes, -50}, true);
    // From the entries' peers.
    Bytes known(bytes.begin(), bytes.end());
    if (known.size() >= 24) {
        const std::uint8_t addresses[] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 3};
        std::copy(std::begin(addresses), std::end(addresses), known.begin() + 4);
        known[9] = static_cast<std::uint8_t>(1 + known[0] % 2U);
        known[15] = static_cast<std::uint8_t>(known[9] + 2);
        if ((known[2] & 1U) != 0) known[4] |= 1U;  // to a group
        (void)data.receive({{2, 36, 36, 0, 0}, known, -50}, true);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView bytes(data, size);
    if (const auto descriptor = parse_tx_descriptor(bytes))
        must(parse_tx_descriptor(build_tx_descriptor(*descriptor)).value() == *descriptor, "a descriptor comes back");
    if (const auto reports = parse_tx_status(bytes))
        must(parse_tx_status(build_tx_status(*reports)).value().size() == reports->size(), "reports come back");
    if (const auto freed = parse_tx_free(bytes))
        must(parse_tx_free(build_tx_free(*freed)).value() == *freed, "freed frames come back");
    if (const auto received = parse_received(bytes)) {
        const Bytes again = build_received(received->descriptor, received->frame);
        const auto back = parse_received(again);
        must(back.has_value() && back->frame.size() == received->frame.size(), "a received frame comes back");
    }
    play(bytes);
    return 0;
}
