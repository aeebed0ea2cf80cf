#include "ieee80211/multiple_bssid.h"

#include "ieee80211/inheritance.h"

namespace mlosim::ieee80211 {

namespace {
constexpr std::uint8_t profile_id = 0;
constexpr std::size_t max_profile_size = 255;
constexpr std::uint8_t max_indicator = 8;
constexpr std::uint8_t max_kernel_index = 46;

/// A profile begins with its capabilities; one that does not continues the profile before it.
std::optional<NontransmittedBssidCapability> capability_of(ByteView profile) {
    const ElementList elements{profile};
    const auto first = elements.begin();
    if (first == elements.end() || first->type() != NontransmittedBssidCapability::type) return std::nullopt;
    const auto capability = NontransmittedBssidCapability::parse(first->first_piece());
    if (!capability) return std::nullopt;
    return *capability;
}
}  // namespace

Result<NontransmittedBssidCapability> NontransmittedBssidCapability::parse(ByteView body) {
    if (body.size() < CapabilityInfo::size) {
        return fail(EINVAL, "Nontransmitted BSSID Capability: shorter than 2 octets");
    }
    return NontransmittedBssidCapability{CapabilityInfo{body}};
}
void NontransmittedBssidCapability::append_to(ByteWriter& out) const {
    write_element(out, type, capabilities.octets());
}

Result<MultipleBssidIndex> MultipleBssidIndex::parse(ByteView body) {
    if (body.empty()) return fail(EINVAL, "Multiple BSSID-Index: empty");
    if (body[0] == 0) return fail(EINVAL, "Multiple BSSID-Index: 0 is the transmitted BSSID");
    MultipleBssidIndex value;
    value.index = body[0];
    if (body.size() >= 3) value.dtim = Dtim{body[1], body[2]};
    return value;
}
void MultipleBssidIndex::append_to(ByteWriter& out) const {
    write_element(out, type, [this](ByteWriter& w) {
        w.u8(index);
        if (!dtim) return;
        w.u8(dtim->period);
        w.u8(dtim->count);
    });
}

Result<MultipleBssid> MultipleBssid::from(std::uint8_t max_bssid_indicator, std::vector<Bytes> profiles) {
    if (max_bssid_indicator < 1 || max_bssid_indicator > max_indicator) {
        return fail(EINVAL, "Multiple BSSID: the MaxBSSID Indicator is not 1 to 8");
    }
    for (const Bytes& profile : profiles) {
        if (profile.size() > max_profile_size)
            return fail(EINVAL, "Multiple BSSID: a profile longer than a subelement");
    }
    MultipleBssid value;
    value.max_bssid_indicator_ = max_bssid_indicator;
    value.profiles_ = std::move(profiles);
    return value;
}

Result<MultipleBssid> MultipleBssid::parse(ByteView body) {
    if (body.empty()) return fail(EINVAL, "Multiple BSSID: empty");
    const auto subelements = ElementList::parse(body.subspan(1), Nesting::subelements);
    if (!subelements) return fail(EINVAL, "Multiple BSSID: a subelement is longer than what is left");
    std::vector<Bytes> profiles;
    Bytes others;
    for (const ElementView& e : *subelements) {
        if (e.type().id != profile_id) {
            others.insert(others.end(), e.encoded().begin(), e.encoded().end());
        } else {
            profiles.emplace_back(e.first_piece().begin(), e.first_piece().end());
        }
    }
    auto value = from(body[0], std::move(profiles));
    if (value) value->other_subelements_ = std::move(others);
    return value;
}

void MultipleBssid::append_to(ByteWriter& out) const {
    write_element(out, type, [this](ByteWriter& w) {
        w.u8(max_bssid_indicator_);
        for (const Bytes& profile : profiles_)
            write_element(w, ElementType{profile_id}, profile, Nesting::subelements);
        w.bytes(other_subelements_);
    });
}

MacAddress nontransmitted_bssid(const MacAddress& transmitted, std::uint8_t max_bssid_indicator, std::uint8_t index) {
    MLOSIM_INVARIANT(max_bssid_indicator >= 1 && max_bssid_indicator <= max_indicator, "a set has 2 to 256 BSSIDs");
    const unsigned mask = (1U << max_bssid_indicator) - 1;
    std::array<std::uint8_t, MacAddress::size> octets{};
    std::copy(transmitted.octets().begin(), transmitted.octets().end(), octets.begin());
    octets[5] = static_cast<std::uint8_t>((octets[5] & ~mask) | ((octets[5] + index) & mask));
    return MacAddress{octets};
}

std::vector<NontransmittedBss> nontransmitted_bsses(const MacAddress& transmitted, const ElementList& elements) {
    // All profiles of all elements in one row, and with each the indicator of its element. A profile that was too long
    // for its element goes on in the first profile of the next one (cf. cfg80211_merge_profile()).
    struct Whole {
        std::uint8_t indicator;
        Bytes octets;
    };
    std::vector<Whole> whole;
    for (const ElementView& e : elements) {
        if (e.type() != MultipleBssid::type) continue;
        const auto element = MultipleBssid::parse(ElementBody(e));
        if (!element) continue;
        for (const Bytes& profile : element->profiles()) {
            const bool continues =
                !whole.empty() && &profile == &element->profiles().front() && !capability_of(profile);
            if (continues) {
                Bytes& octets = whole.back().octets;
                octets.insert(octets.end(), profile.begin(), profile.end());
            } else {
                whole.push_back({element->max_bssid_indicator(), profile});
            }
        }
    }

    std::vector<NontransmittedBss> bsses;
    for (Whole& w : whole) {
        const auto capability = capability_of(w.octets);
        const ElementList own{w.octets};
        const auto index = own.get<MultipleBssidIndex>();
        if (!capability || !index || index->index > max_kernel_index || index->index >= 1U << w.indicator) continue;
        Bytes all = inherit(elements, own, index->index);
        bsses.push_back({nontransmitted_bssid(transmitted, w.indicator, index->index), index->index, w.indicator,
                         capability->capabilities, std::move(w.octets), std::move(all)});
    }
    return bsses;
}

}  // namespace mlosim::ieee80211
