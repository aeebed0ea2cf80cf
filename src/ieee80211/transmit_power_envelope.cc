#include "ieee80211/transmit_power_envelope.h"

#include <bit>

namespace mlosim::ieee80211 {

namespace {
constexpr std::size_t max_eirp_limits = 4;
constexpr std::size_t max_psd_limits = 8;
constexpr std::size_t max_more_psd = 15;

bool psd_kind(TransmitPowerEnvelope::Interpretation interpretation) {
    return (static_cast<unsigned>(interpretation) & 1U) != 0;
}

std::vector<std::int8_t> read_limits(ByteView octets) {
    std::vector<std::int8_t> limits;
    limits.reserve(octets.size());
    for (const std::uint8_t octet : octets)
        limits.push_back(static_cast<std::int8_t>(octet));
    return limits;
}
}  // namespace

bool TransmitPowerEnvelope::is_psd() const noexcept {
    return psd_kind(interpretation_);
}

Result<TransmitPowerEnvelope> TransmitPowerEnvelope::eirp(Interpretation interpretation, Category category,
                                                          std::vector<std::int8_t> limits,
                                                          std::optional<std::int8_t> at_320) {
    if (psd_kind(interpretation)) return fail(EINVAL, "Transmit Power Envelope: EIRP limits in a PSD interpretation");
    if (limits.empty() || limits.size() > max_eirp_limits) {
        return fail(EINVAL, "Transmit Power Envelope: not 1 to 4 EIRP limits");
    }
    TransmitPowerEnvelope value;
    value.interpretation_ = interpretation;
    value.category_ = category;
    value.limits_ = std::move(limits);
    if (at_320) value.more_.push_back(*at_320);
    return value;
}

Result<TransmitPowerEnvelope> TransmitPowerEnvelope::psd(Interpretation interpretation, Category category,
                                                         std::vector<std::int8_t> limits, bool for_any_width,
                                                         std::vector<std::int8_t> more) {
    if (!psd_kind(interpretation)) return fail(EINVAL, "Transmit Power Envelope: PSD limits in an EIRP interpretation");
    if (!std::has_single_bit(limits.size()) || limits.size() > max_psd_limits ||
        (for_any_width && limits.size() != 1)) {
        return fail(EINVAL, "Transmit Power Envelope: not 1, 2, 4 or 8 PSD limits");
    }
    if (more.size() > max_more_psd) return fail(EINVAL, "Transmit Power Envelope: more than 15 further PSD limits");
    TransmitPowerEnvelope value;
    value.interpretation_ = interpretation;
    value.category_ = category;
    value.for_any_width_ = for_any_width;
    value.limits_ = std::move(limits);
    value.more_ = std::move(more);
    return value;
}

// cf. ieee80211_valid_tpe_element()
Result<TransmitPowerEnvelope> TransmitPowerEnvelope::parse(ByteView body) {
    if (body.empty()) return fail(EINVAL, "Transmit Power Envelope: empty");
    const unsigned count = body[0] & 7U;
    const unsigned interpretation = body[0] >> 3U & 7U;
    const unsigned category = body[0] >> 6U;
    if (interpretation > static_cast<unsigned>(Interpretation::client_eirp_psd)) {
        return fail(EINVAL, "Transmit Power Envelope: reserved interpretation");
    }
    if (category > static_cast<unsigned>(Category::subordinate)) {
        return fail(EINVAL, "Transmit Power Envelope: reserved category");
    }
    const auto kind = static_cast<Interpretation>(interpretation);
    const bool is_psd = psd_kind(kind);
    if (count > (is_psd ? 4U : 3U)) return fail(EINVAL, "Transmit Power Envelope: reserved count");

    const std::size_t limits = !is_psd ? count + 1U : count == 0 ? 1U : 1U << (count - 1);
    ByteReader in{body.subspan(1)};
    const ByteView main = in.take(limits);
    if (!in.ok()) return fail(EINVAL, "Transmit Power Envelope: fewer limits than their count");
    if (!is_psd) {
        std::optional<std::int8_t> at_320;
        if (in.remaining() > 0) at_320 = static_cast<std::int8_t>(in.u8());
        return eirp(kind, static_cast<Category>(category), read_limits(main), at_320);
    }
    ByteView more;
    if (in.remaining() > 0) more = in.take(in.u8() & 0xfU);
    if (!in.ok()) return fail(EINVAL, "Transmit Power Envelope: fewer further PSD limits than their count");
    return psd(kind, static_cast<Category>(category), read_limits(main), count == 0, read_limits(more));
}

void TransmitPowerEnvelope::append_to(ByteWriter& out) const {
    const auto size = static_cast<unsigned>(limits_.size());
    unsigned count = size - 1;
    if (is_psd()) count = for_any_width_ ? 0U : static_cast<unsigned>(std::bit_width(size));
    write_element(out, type, [&](ByteWriter& w) {
        w.u8(static_cast<std::uint8_t>(count | static_cast<unsigned>(interpretation_) << 3U |
                                       static_cast<unsigned>(category_) << 6U));
        for (const std::int8_t limit : limits_)
            w.u8(static_cast<std::uint8_t>(limit));
        if (is_psd() && !more_.empty()) w.u8(static_cast<std::uint8_t>(more_.size()));
        for (const std::int8_t limit : more_)
            w.u8(static_cast<std::uint8_t>(limit));
    });
}

}  // namespace mlosim::ieee80211
