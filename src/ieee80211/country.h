#pragma once

#include <array>
#include <string>
#include <variant>
#include <vector>

#include "ieee80211/element.h"

namespace mlosim::ieee80211 {

/// Channels `first`, `first` + step, … (`count` of them) and the power they allow (802.11-2020 Figure 9-149).
struct SubbandTriplet {
    std::uint8_t first_channel = 0;  // below 201: larger numbers start the other kind of triplet
    std::uint8_t channel_count = 0;
    std::int8_t max_power_dbm = 0;
    friend bool operator==(const SubbandTriplet&, const SubbandTriplet&) = default;
};

/// The operating class that the following subbands belong to (802.11-2020 Figure 9-150).
struct OperatingTriplet {
    std::uint8_t extension_id = 201;  // 201..255
    std::uint8_t operating_class = 0;
    std::uint8_t coverage_class = 0;
    friend bool operator==(const OperatingTriplet&, const OperatingTriplet&) = default;
};

/// Country element, 802.11-2020 9.4.2.8: whose rules hold here, and on which channels.
class Country {
public:
    static constexpr ElementType type = element::country;
    using Triplet = std::variant<SubbandTriplet, OperatingTriplet>;
    using String = std::array<char, 3>;

    /// `string`: two letters and the environment (' ' any, 'O' outdoors, 'I' indoors, 4: operating classes of Table
    /// E-4). EINVAL for no triplet, too many for an element, or a triplet whose first octet is the other kind's.
    [[nodiscard]] static Result<Country> from(String string, std::vector<Triplet> triplets);
    [[nodiscard]] static Result<Country> parse(ByteView body);

    [[nodiscard]] const String& string() const noexcept { return string_; }
    [[nodiscard]] std::string alpha2() const { return {string_[0], string_[1]}; }
    [[nodiscard]] const std::vector<Triplet>& triplets() const noexcept { return triplets_; }

    void append_to(ByteWriter& out) const;

    friend bool operator==(const Country&, const Country&) = default;

private:
    Country(String string, std::vector<Triplet> triplets) : string_(string), triplets_(std::move(triplets)) {}

    String string_;
    std::vector<Triplet> triplets_;
};

}  // namespace mlosim::ieee80211
