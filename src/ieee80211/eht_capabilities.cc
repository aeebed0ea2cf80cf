#include "ieee80211/eht_capabilities.h"

#include <bit>

namespace mlosim::ieee80211 {

namespace {
/// Which maps are there; none of them: the four octets of a station that knows 20 MHz only.
struct Layout {
    bool up_to_80 = false;
    bool at_160 = false;
    bool at_320 = false;
    friend bool operator==(const Layout&, const Layout&) = default;
};

// cf. ieee80211_eht_mcs_nss_size()
Layout layout_for(const EhtContext& context, const EhtPhyCapabilities& eht) {
    const HePhyCapabilities& he = context.he_phy;
    if (he.has(HePhyCapabilities::width_40_in_2ghz)) return {true, false, false};
    Layout layout{he.has(HePhyCapabilities::width_40_80_in_5_6ghz), he.has(HePhyCapabilities::width_160),
                  eht.has(EhtPhyCapabilities::width_320_in_6ghz)};
    if (layout == Layout{} && context.from_ap) layout.up_to_80 = true;
    return layout;
}

Layout layout_of(const EhtCapabilities::McsMaps& maps) {
    const auto* by_width = std::get_if<EhtMcsMapsByWidth>(&maps);
    if (by_width == nullptr) return {};
    return {by_width->up_to_80.has_value(), by_width->at_160.has_value(), by_width->at_320.has_value()};
}

EhtMcsMap read_map(ByteReader& in) {
    EhtMcsMap map;
    map.mcs0_9 = EhtMaxStreams{in.u8()};
    map.mcs10_11 = EhtMaxStreams{in.u8()};
    map.mcs12_13 = EhtMaxStreams{in.u8()};
    return map;
}

void write_map(ByteWriter& out, const std::optional<EhtMcsMap>& map) {
    if (!map) return;
    out.u8(map->mcs0_9.raw());
    out.u8(map->mcs10_11.raw());
    out.u8(map->mcs12_13.raw());
}

EhtCapabilities::McsMaps read_maps(ByteReader& in, const Layout& layout) {
    if (layout == Layout{}) {
        EhtMcsMap20MhzOnly map;
        map.mcs0_7 = EhtMaxStreams{in.u8()};
        map.mcs8_9 = EhtMaxStreams{in.u8()};
        map.mcs10_11 = EhtMaxStreams{in.u8()};
        map.mcs12_13 = EhtMaxStreams{in.u8()};
        return map;
    }
    EhtMcsMapsByWidth maps;
    if (layout.up_to_80) maps.up_to_80 = read_map(in);
    if (layout.at_160) maps.at_160 = read_map(in);
    if (layout.at_320) maps.at_320 = read_map(in);
    return maps;
}
}  // namespace

// cf. ieee80211_eht_ppe_size()
Result<EhtPpeThresholds> EhtPpeThresholds::parse(ByteView octets) {
    if (octets.size() < 2) return fail(EINVAL, "EHT Capabilities: the PPE thresholds are missing");
    const unsigned header = octets[0] | static_cast<unsigned>(octets[1]) << 8U;
    const unsigned streams = (header & 0xfU) + 1;
    const auto rus = static_cast<unsigned>(std::popcount(header >> 4U & 0x1fU));
    const std::size_t size = (header_bits + 6 * streams * rus + 7) / 8;
    if (octets.size() < size) return fail(EINVAL, "EHT Capabilities: shorter than its PPE thresholds");
    EhtPpeThresholds ppe;
    ppe.octets_ = InlineBytes<max_size>(octets.first(size));
    return ppe;
}

Result<EhtCapabilities> EhtCapabilities::from(const EhtContext& context, const EhtMacCapabilities& mac,
                                              const EhtPhyCapabilities& phy, const McsMaps& maps,
                                              const std::optional<EhtPpeThresholds>& ppe) {
    if (layout_of(maps) != layout_for(context, phy)) {
        return fail(EINVAL, "EHT Capabilities: the MCS maps are not those of the supported widths");
    }
    if (phy.has(EhtPhyCapabilities::ppe_thresholds_present) != ppe.has_value()) {
        return fail(EINVAL, "EHT Capabilities: PPE thresholds without their presence bit, or the bit without them");
    }
    EhtCapabilities value;
    value.mac_ = mac;
    value.phy_ = phy;
    value.maps_ = maps;
    value.ppe_ = ppe;
    return value;
}

// cf. ieee80211_eht_capa_size_ok()
Result<EhtCapabilities> EhtCapabilities::parse(ByteView body, const EhtContext& context) {
    if (body.size() < EhtMacCapabilities::size + EhtPhyCapabilities::size) {
        return fail(EINVAL, "EHT Capabilities: shorter than 11 octets");
    }
    EhtCapabilities value;
    value.mac_ = EhtMacCapabilities{body};
    value.phy_ = EhtPhyCapabilities{body.subspan(EhtMacCapabilities::size)};

    ByteReader in{body.subspan(EhtMacCapabilities::size + EhtPhyCapabilities::size)};
    value.maps_ = read_maps(in, layout_for(context, value.phy_));
    if (!in.ok()) return fail(EINVAL, "EHT Capabilities: shorter than its MCS maps");

    if (value.phy_.has(EhtPhyCapabilities::ppe_thresholds_present)) {
        auto ppe = EhtPpeThresholds::parse(in.rest());
        if (!ppe) return fail(std::move(ppe.error()));
        value.ppe_ = *ppe;
    }
    return value;
}

void EhtCapabilities::append_to(ByteWriter& out) const {
    write_element(out, type, [this](ByteWriter& w) {
        w.bytes(mac_.octets());
        w.bytes(phy_.octets());
        if (const auto* only = std::get_if<EhtMcsMap20MhzOnly>(&maps_)) {
            for (const EhtMaxStreams streams : {only->mcs0_7, only->mcs8_9, only->mcs10_11, only->mcs12_13}) {
                w.u8(streams.raw());
            }
        } else {
            const auto& maps = std::get<EhtMcsMapsByWidth>(maps_);
            write_map(w, maps.up_to_80);
            write_map(w, maps.at_160);
            write_map(w, maps.at_320);
        }
        if (ppe_) w.bytes(ppe_->octets());
    });
}

}  // namespace mlosim::ieee80211
