#include "agent/change_elements.h"

#include <algorithm>
#include <array>

#include "agent/phy_elements.h"
#include "ieee80211/bss_elements.h"
#include "ieee80211/eht_operation.h"
#include "ieee80211/element_builder.h"
#include "ieee80211/element_type.h"

namespace mlosim::agent {

namespace {

using ieee80211::Bytes;
using ieee80211::ElementBuilder;
using ieee80211::ElementList;
using phy::ChannelWidth;
namespace element = ieee80211::element;

void add_secondary_channel(ElementBuilder& out, const phy::ChannelDefinition& to) {
    const auto at_40 = to.narrowed(ChannelWidth::w40);
    const auto& forty = at_40 ? *at_40 : to;
    const std::array<std::uint8_t, 1> side{static_cast<std::uint8_t>(forty.center1 > to.control.center ? 1 : 3)};
    out.add(element::secondary_channel_offset, side);
}

/// 802.11-2020 9.4.2.160: 80 and 160 MHz as VHT Operation has them.
void add_wide_bandwidth(ElementBuilder& out, const phy::ChannelDefinition& to) {
    const bool at_160 = phy::width_mhz(to.width) >= 160;
    const std::array<std::uint8_t, 5> wrapped{element::wide_bandwidth_channel_switch.id, 3, 1,
                                              center_of_primary(to, ChannelWidth::w80),
                                              at_160 ? center_of_primary(to, ChannelWidth::w160) : std::uint8_t{0}};
    out.add(element::channel_switch_wrapper, wrapped);
}

void add_bandwidth_indication(ElementBuilder& out, const phy::ChannelDefinition& to) {
    ieee80211::BandwidthIndication indication;
    indication.info = eht_operation_info(to);
    out.add(indication);
}

void add_switch(ElementBuilder& out, const Bss& bss) {
    const PendingSwitch& next = *bss.switching;
    const auto number = static_cast<std::uint8_t>(next.to.control.number());
    const auto mode = static_cast<std::uint8_t>(next.quiet ? 1 : 0);
    const unsigned mhz = phy::width_mhz(next.to.width);
    const bool six_ghz = next.to.band() == phy::Band::ghz6;
    out.add(ieee80211::ChannelSwitchAnnouncement{mode, number, next.beacons});
    if (const auto operating_class = next.to.operating_class())
        out.add(ieee80211::ExtendedChannelSwitchAnnouncement{mode, *operating_class, number, next.beacons});
    if (!six_ghz && mhz >= 40) add_secondary_channel(out, next.to);
    if (!six_ghz && mhz >= 80) add_wide_bandwidth(out, next.to);
    if (mhz >= 320 || next.to.punctured != 0) add_bandwidth_indication(out, next.to);
}

/// Where the body of the first element of `type` lies.
std::optional<std::size_t> body_of(const Bytes& elements, ieee80211::ElementType type) {
    const auto found = ElementList(elements).find(type);
    if (!found) return std::nullopt;
    return static_cast<std::size_t>(found->first_piece().data() - elements.data());
}

}  // namespace

Bytes switch_elements(const Bss& bss) {
    ElementBuilder out;
    if (bss.switching) add_switch(out, bss);
    return out.build();
}

Bytes change_elements(const Bss& bss) {
    ElementBuilder out;
    if (bss.switching) add_switch(out, bss);
    if (bss.recoloring) {
        const std::array<std::uint8_t, 2> body{bss.recoloring->beacons, bss.recoloring->color};
        out.add(element::bss_color_change_announcement, body);
    }
    return out.build();
}

std::vector<std::uint16_t> switch_counters(const Bytes& elements) {
    constexpr std::size_t in_plain = 2;
    constexpr std::size_t in_extended = 3;
    std::vector<std::uint16_t> out;
    if (const auto body = body_of(elements, element::channel_switch_announcement))
        out.push_back(static_cast<std::uint16_t>(*body + in_plain));
    if (const auto body = body_of(elements, element::extended_channel_switch_announcement))
        out.push_back(static_cast<std::uint16_t>(*body + in_extended));
    return out;
}

std::optional<std::uint16_t> color_counter(const Bytes& elements) {
    const auto body = body_of(elements, element::bss_color_change_announcement);
    return body ? std::optional(static_cast<std::uint16_t>(*body)) : std::nullopt;
}

Bytes critical_parameters(const Bss& bss) {
    constexpr std::array types{element::ht_operation, element::vht_operation, element::he_operation,
                               element::eht_operation};
    ElementBuilder phy;
    add_phy_elements(phy, bss);
    const Bytes all = phy.build();
    Bytes out{static_cast<std::uint8_t>(bss.channel.control.number())};
    ieee80211::ByteWriter w(out);
    for (const ieee80211::ElementView& e : ElementList(all))
        if (std::find(types.begin(), types.end(), e.type()) != types.end()) w.bytes(e.encoded());
    Bss announced = bss;
    if (announced.switching) announced.switching->beacons = 0;
    if (announced.recoloring) announced.recoloring->beacons = 0;
    w.bytes(change_elements(announced));
    w.u8(bss.mld && bss.mld->disabled ? 1 : 0);
    return out;
}

}  // namespace mlosim::agent
