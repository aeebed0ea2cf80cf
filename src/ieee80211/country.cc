#include "ieee80211/country.h"

namespace mlosim::ieee80211 {

namespace {
constexpr std::size_t string_size = 3;
constexpr std::size_t triplet_size = 3;
constexpr std::size_t max_triplets = 83;  // 84 would fit, but not with the pad octet that they need
constexpr std::uint8_t first_extension_id = 201;

bool well_formed(const Country::Triplet& triplet) {
    if (const auto* subband = std::get_if<SubbandTriplet>(&triplet)) return subband->first_channel < first_extension_id;
    return std::get<OperatingTriplet>(triplet).extension_id >= first_extension_id;
}
}  // namespace

Result<Country> Country::from(String string, std::vector<Triplet> triplets) {
    if (triplets.empty()) return fail(EINVAL, "Country: no triplet");
    if (triplets.size() > max_triplets) return fail(EINVAL, "Country: more triplets than an element holds");
    for (const Triplet& triplet : triplets) {
        if (!well_formed(triplet))
            return fail(EINVAL, "Country: channels are below 201, operating extensions above 200");
    }
    return Country{string, std::move(triplets)};
}

// cf. regulatory_hint_country_ie(): at least one triplet, an even length.
Result<Country> Country::parse(ByteView body) {
    if (body.size() < string_size + triplet_size) return fail(EINVAL, "Country: shorter than 6 octets");
    if (body.size() % 2 != 0) return fail(EINVAL, "Country: odd length");
    const ByteView rest = body.subspan(string_size);
    if (rest.size() % triplet_size == 2) return fail(EINVAL, "Country: part of a triplet at the end");

    std::vector<Triplet> triplets;
    triplets.reserve(rest.size() / triplet_size);
    for (std::size_t at = 0; at + triplet_size <= rest.size(); at += triplet_size) {
        if (rest[at] < first_extension_id) {
            triplets.emplace_back(SubbandTriplet{rest[at], rest[at + 1], static_cast<std::int8_t>(rest[at + 2])});
        } else {
            triplets.emplace_back(OperatingTriplet{rest[at], rest[at + 1], rest[at + 2]});
        }
    }
    String string{static_cast<char>(body[0]), static_cast<char>(body[1]), static_cast<char>(body[2])};
    return from(string, std::move(triplets));
}

void Country::append_to(ByteWriter& out) const {
    write_element(out, type, [this](ByteWriter& w) {
        for (const char c : string_)
            w.u8(static_cast<std::uint8_t>(c));
        for (const Triplet& triplet : triplets_) {
            if (const auto* subband = std::get_if<SubbandTriplet>(&triplet)) {
                w.u8(subband->first_channel);
                w.u8(subband->channel_count);
                w.u8(static_cast<std::uint8_t>(subband->max_power_dbm));
            } else {
                const auto& operating = std::get<OperatingTriplet>(triplet);
                w.u8(operating.extension_id);
                w.u8(operating.operating_class);
                w.u8(operating.coverage_class);
            }
        }
        if ((string_size + triplet_size * triplets_.size()) % 2 != 0) w.u8(0);  // 9.4.2.8: padded to an even length
    });
}

}  // namespace mlosim::ieee80211
