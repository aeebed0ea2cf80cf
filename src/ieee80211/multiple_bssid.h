#pragma once

#include <optional>
#include <vector>

#include "ieee80211/element.h"
#include "ieee80211/management_frames.h"

namespace mlosim::ieee80211 {

/// Nontransmitted BSSID Capability element, 802.11-2020 9.4.2.71: the first of every nontransmitted profile.
struct NontransmittedBssidCapability {
    static constexpr ElementType type = element::nontransmitted_bssid_capability;

    CapabilityInfo capabilities;

    [[nodiscard]] static Result<NontransmittedBssidCapability> parse(ByteView body);
    void append_to(ByteWriter& out) const;
    friend bool operator==(const NontransmittedBssidCapability&, const NontransmittedBssidCapability&) = default;
};

/// Multiple BSSID-Index element, 802.11-2020 9.4.2.73: which BSSID of the set a profile describes.
struct MultipleBssidIndex {
    static constexpr ElementType type = element::multiple_bssid_index;
    struct Dtim {
        std::uint8_t period = 1;
        std::uint8_t count = 0;
        friend bool operator==(const Dtim&, const Dtim&) = default;
    };

    std::uint8_t index = 1;    // 1..255
    std::optional<Dtim> dtim;  // beacons carry it, probe responses need not

    [[nodiscard]] static Result<MultipleBssidIndex> parse(ByteView body);
    void append_to(ByteWriter& out) const;
    friend bool operator==(const MultipleBssidIndex&, const MultipleBssidIndex&) = default;
};

/// Multiple BSSID element, 802.11-2020 9.4.2.45: the BSSs that this beacon stands for besides its own.
class MultipleBssid {
public:
    static constexpr ElementType type = element::multiple_bssid;

    /// `max_bssid_indicator`: n of a set of up to 2^n BSSIDs, 1..8. `profiles`: the elements of each nontransmitted
    /// BSSID, at most 255 octets each: a longer list continues in the next profile of the next element (see
    /// nontransmitted_bsses). EINVAL otherwise.
    [[nodiscard]] static Result<MultipleBssid> from(std::uint8_t max_bssid_indicator, std::vector<Bytes> profiles);
    [[nodiscard]] static Result<MultipleBssid> parse(ByteView body);

    [[nodiscard]] std::uint8_t max_bssid_indicator() const noexcept { return max_bssid_indicator_; }
    [[nodiscard]] const std::vector<Bytes>& profiles() const noexcept { return profiles_; }

    void append_to(ByteWriter& out) const;
    friend bool operator==(const MultipleBssid&, const MultipleBssid&) = default;

private:
    MultipleBssid() = default;
    std::uint8_t max_bssid_indicator_ = 1;
    std::vector<Bytes> profiles_;
    Bytes other_subelements_;  // whole, as received; written after the profiles
};

/// The BSSID that `index` stands for in a set of 2^max_bssid_indicator, 802.11-2020 9.4.2.45. cf.
/// cfg80211_gen_new_bssid()
[[nodiscard]] MacAddress nontransmitted_bssid(const MacAddress& transmitted, std::uint8_t max_bssid_indicator,
                                              std::uint8_t index);

/// One BSS that a frame of another describes.
struct NontransmittedBss {
    MacAddress bssid;
    std::uint8_t index = 0;
    std::uint8_t max_bssid_indicator = 0;
    CapabilityInfo capabilities;
    Bytes profile;   // its own elements, in one piece
    Bytes elements;  // what its own beacon would say: inherited elements and its own
};

/// The BSSs behind the Multiple BSSID elements of a beacon or probe response, whole profiles only. What is malformed is
/// passed over, as cfg80211 does. cf. cfg80211_parse_mbssid_data()
[[nodiscard]] std::vector<NontransmittedBss> nontransmitted_bsses(const MacAddress& transmitted,
                                                                  const ElementList& elements);

}  // namespace mlosim::ieee80211
