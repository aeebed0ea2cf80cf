#include "ieee80211/supported_rates.h"

#include <algorithm>

namespace mlosim::ieee80211 {

namespace detail {
RateList::RateList(ByteView octets) {
    rates_.reserve(octets.size());
    for (const std::uint8_t octet : octets)
        rates_.emplace_back(octet);
}

void RateList::append_as(ElementType type, ByteWriter& out) const {
    write_element(out, type, [this](ByteWriter& w) {
        for (const RateOctet rate : rates_)
            w.u8(rate.octet());
    });
}
}  // namespace detail

namespace {
template <class List, class Source>
Result<List> checked(const Source& source, const char* why, List (*make)(const Source&)) {
    if (source.empty() || source.size() > List::max_rates) return fail(EINVAL, why);
    return make(source);
}
constexpr const char* bad_supported = "Supported Rates: not 1 to 8 octets";
constexpr const char* bad_extended = "Extended Supported Rates: not 1 to 255 octets";
}  // namespace

Result<SupportedRates> SupportedRates::from(std::span<const RateOctet> rates) {
    return checked<SupportedRates, std::span<const RateOctet>>(rates, bad_supported,
                                                               [](const auto& r) { return SupportedRates(r); });
}
Result<SupportedRates> SupportedRates::parse(ByteView body) {
    return checked<SupportedRates, ByteView>(body, bad_supported, [](const auto& b) { return SupportedRates(b); });
}
Result<ExtendedSupportedRates> ExtendedSupportedRates::from(std::span<const RateOctet> rates) {
    return checked<ExtendedSupportedRates, std::span<const RateOctet>>(
        rates, bad_extended, [](const auto& r) { return ExtendedSupportedRates(r); });
}
Result<ExtendedSupportedRates> ExtendedSupportedRates::parse(ByteView body) {
    return checked<ExtendedSupportedRates, ByteView>(body, bad_extended,
                                                     [](const auto& b) { return ExtendedSupportedRates(b); });
}

Result<RateElements> rate_elements(std::span<const RateOctet> rates) {
    const std::size_t first = std::min(rates.size(), SupportedRates::max_rates);
    auto supported = SupportedRates::from(rates.first(first));
    if (!supported) return fail(std::move(supported.error()));
    RateElements elements{std::move(*supported), std::nullopt};
    if (rates.size() > first) {
        auto extended = ExtendedSupportedRates::from(rates.subspan(first));
        if (!extended) return fail(std::move(extended.error()));
        elements.extended = std::move(*extended);
    }
    return elements;
}

}  // namespace mlosim::ieee80211
