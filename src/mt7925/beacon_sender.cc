#include "mt7925/beacon_sender.h"

#include <algorithm>
#include <utility>

namespace mlosim::mt7925 {

namespace {

constexpr std::uint16_t beacon_control = 0x0080;
constexpr std::size_t timestamp_size = 8;
constexpr std::size_t fixed_fields_before_content = timestamp_size + 2;
constexpr std::size_t header_size = 24;
constexpr unsigned usual_interval = 100;
constexpr std::uint8_t tim_element = 5;
constexpr std::size_t dtim_count_at = 2;
constexpr std::size_t dtim_period_at = 3;

}  // namespace

bool BeaconSender::wanted(std::uint8_t idx) const {
    const Bss& bss = tables_.bss[idx];
    return bss.basic.conn_type == ConnectionType::access_point && bss.beacon && bss.beacon->enable != 0 &&
           bss.channel().has_value();
}

void BeaconSender::update() {
    for (std::uint8_t idx = 0; idx < bss_count; ++idx) {
        if (!wanted(idx))
            sources_[idx].next.cancel();
        else if (!sources_[idx].next.pending())
            arm(idx);
    }
}

void BeaconSender::arm(std::uint8_t idx) {
    const unsigned interval = tables_.bss[idx].basic.bcn_int;
    sources_[idx].next = clock_.after(sim::time_unit * (interval != 0 ? interval : usual_interval), [this, idx] {
        if (!wanted(idx)) return;
        if (auto frame = build(idx)) send_(idx, std::move(*frame));
        arm(idx);
    });
}

std::optional<RadioFrame> BeaconSender::build(std::uint8_t idx) {
    const Bss& bss = tables_.bss[idx];
    if (bss.basic.omac_idx >= omac_count || bss.basic.link_idx >= links_per_device) return std::nullopt;
    const auto own = tables_.devices[bss.basic.omac_idx].links[bss.basic.link_idx];
    if (!own) return std::nullopt;
    Source& source = sources_[idx];
    const BssBeaconContent& content = *bss.beacon;
    const std::size_t size = std::min<std::size_t>(content.pkt_len, content.pkt.size());
    RadioFrame frame;
    frame.channel = *bss.channel();
    frame.stamp_time = true;
    ieee80211::ByteWriter out(frame.bytes);
    out.u16le(beacon_control);
    out.u16le(0);
    out.mac(MacAddress::broadcast());
    out.mac(*own);
    out.mac(*own);
    out.u16le(static_cast<std::uint16_t>(source.sequence++ << 4U));
    out.zeros(timestamp_size);
    out.u16le(bss.basic.bcn_int);
    out.bytes(ByteView(content.pkt).first(size));
    const std::size_t tim = content.tim_pos;
    if (tim + dtim_period_at < size && content.pkt[tim] == tim_element) {
        frame.bytes[header_size + fixed_fields_before_content + tim + dtim_count_at] = source.dtim_count;
        const std::uint8_t period = std::max<std::uint8_t>(content.pkt[tim + dtim_period_at], 1);
        source.dtim_count = source.dtim_count == 0 ? static_cast<std::uint8_t>(period - 1)
                                                   : static_cast<std::uint8_t>(source.dtim_count - 1);
    }
    return frame;
}

void BeaconSender::reset() {
    for (Source& source : sources_)
        source = Source{};
}

}  // namespace mlosim::mt7925
