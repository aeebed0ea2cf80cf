#include "mt7925/host/link_view.h"

#include <algorithm>
#include <bit>

#include "mld/radio_profile.h"
#include "mld/sta.h"
#include "mld/station_mlme.h"
#include "mld/wiphy.h"

namespace mlosim::mt7925::host {

namespace {

constexpr unsigned units_of_a_rate(const mld::BitRate& rate) {
    return (rate.hundred_kbps + 4U) / 5U;
}

const mld::HeCapabilities* own_he(const mld::Wdev& vif, phy::Band band) {
    const mld::BandCapabilities* capabilities = vif.wiphy().profile().band(band);
    const mld::InterfaceCapabilities* of_type = capabilities != nullptr ? capabilities->for_type(vif.type()) : nullptr;
    return of_type != nullptr && of_type->he ? &*of_type->he : nullptr;
}

/// The driver asks for the HE capabilities of the band that the interface's first link is in.
/// cf. mt76_connac_get_he_phy_cap()
phy::Band he_band_of(const mld::Link& link) {
    for (const auto& other : link.vif().links())
        if (other->channel()) return other->channel()->band();
    return link.wanted_channel()->band();
}

std::optional<BssUpdate::He> he_of(const mld::Link& link) {
    const auto& operation = link.bss_config.he;
    if (!operation) return std::nullopt;
    BssUpdate::He out;
    out.rts_threshold = operation->rts_threshold;
    out.packet_extension = operation->packet_extension;
    out.color_enabled = operation->color_enabled;
    out.color = operation->color;
    const mld::HeCapabilities* own = own_he(link.vif(), he_band_of(link));
    if (own == nullptr) return std::nullopt;
    const auto tx_map = [&](std::size_t width) {  // receiving, then sending, of each width
        return static_cast<std::uint16_t>(own->mcs[width * 4 + 2] | own->mcs[width * 4 + 3] << 8U);
    };
    out.tx_mcs_80 = tx_map(0);
    out.tx_mcs_160 = tx_map(1);
    out.tx_mcs_80p80 = tx_map(2);
    return out;
}

bool uses_emlsr(const mld::Link& link) {
    constexpr unsigned emlsr = 1;
    const mld::StationMlme* mlme = link.vif().mlme();
    const mld::Sta* ap = mlme != nullptr ? mlme->access_point() : nullptr;
    return ap != nullptr && (ap->eml_capabilities.value_or(0) & emlsr) != 0;
}

}  // namespace

ConnectionType connection_type_of(mld::InterfaceType type) {
    switch (type) {
        case mld::InterfaceType::p2p_device:
        case mld::InterfaceType::p2p_go:
            return ConnectionType::p2p_device;
        case mld::InterfaceType::p2p_client:
            return ConnectionType::p2p_client;
        case mld::InterfaceType::ap:
        case mld::InterfaceType::monitor:
            return ConnectionType::access_point;
        default:
            return ConnectionType::station;
    }
}

Generations own_generations(const mld::Wdev& vif, phy::Band band) {
    const mld::BandCapabilities* capabilities = vif.wiphy().profile().band(band);
    if (capabilities == nullptr) return {};
    Generations out;
    out.ht = capabilities->ht.has_value();
    out.vht = capabilities->vht.has_value();
    if (const mld::InterfaceCapabilities* of_type = capabilities->for_type(vif.type())) {
        out.he = of_type->he.has_value();
        out.eht = of_type->eht.has_value();
        out.he_6ghz = of_type->he_6ghz.value_or(0) != 0;
    }
    return out;
}

std::uint16_t rate_bits(const mld::Wdev& vif, phy::Band band, std::span<const std::uint8_t> rates) {
    const mld::BandCapabilities* capabilities = vif.wiphy().profile().band(band);
    if (capabilities == nullptr) return 0;
    constexpr std::uint8_t basic = 0x80;
    std::uint16_t out = 0;
    for (std::size_t i = 0; i < capabilities->rates.size(); ++i) {
        const unsigned units = units_of_a_rate(capabilities->rates[i]);
        const auto same = [&](std::uint8_t rate) { return (rate & ~basic) == units; };
        if (std::ranges::any_of(rates, same)) out |= static_cast<std::uint16_t>(1U << i);
    }
    return out;
}

std::uint8_t fixed_rate_entry(const mld::Link& link) {
    constexpr unsigned first_entry = 11;
    constexpr unsigned cck_rates = 4;
    // Of an MLD the driver looks at the interface's own configuration, which then has no rates.
    const auto& channel = link.wanted_channel();
    if (link.vif().is_mld() || !channel) return BssUpdate::entry_of_6_mbps;
    const std::uint16_t basic = rate_bits(link.vif(), channel->band(), link.bss_config.basic_rates);
    const unsigned lowest = basic != 0 ? static_cast<unsigned>(std::countr_zero(basic)) : 0;
    return static_cast<std::uint8_t>(first_entry + lowest + (channel->band() != phy::Band::ghz2_4 ? cck_rates : 0));
}

std::array<QueueParameters, 4> queues_of(const mld::Link& link) {
    std::array<QueueParameters, 4> out;
    for (std::size_t ac = 0; ac < out.size(); ++ac) {
        const mld::TxQueueParameters& from = link.bss_config.tx_queues[ac];
        if (from.cw_min != 0) out[ac] = {from.cw_min, from.cw_max, from.txop_32us, from.aifs};
    }
    return out;
}

std::optional<BssUpdate> bss_update(const mld::Link& link, const LinkNumbers& numbers) {
    const auto& channel = link.wanted_channel();
    if (!channel) return std::nullopt;
    const mld::Wdev& vif = link.vif();
    BssUpdate out;
    out.link = numbers;
    out.type = connection_type_of(vif.type());
    out.bssid = link.bssid();
    out.beacon_interval = link.bss_config.beacon_interval;
    out.dtim_period = link.bss_config.dtim_period;
    out.generations = own_generations(vif, channel->band());
    out.channel = *channel;
    out.qos = link.bss_config.qos;
    out.fixed_rate_entry = fixed_rate_entry(link);
    out.address = vif.address();
    if (vif.is_mld()) out.mld = BssUpdate::Mld{.primary_bss_idx = 0, .link_id = link.id().value()};
    out.emlsr = uses_emlsr(link);
    out.he = he_of(link);
    out.bssid_indicator = link.bss_config.bssid_indicator;
    out.bssid_index = link.bss_config.bssid_index;
    return out;
}

}  // namespace mlosim::mt7925::host
