#pragma once

#include <optional>
#include <vector>

#include "ieee80211/element.h"

namespace mlosim::ieee80211 {

/// Transmit Power Envelope element, 802.11-2020 9.4.2.161 with ax and be: the local or regulatory power limits of a
/// channel.
class TransmitPowerEnvelope {
public:
    static constexpr ElementType type = element::transmit_power_envelope;

    enum class Interpretation : std::uint8_t {
        local_eirp = 0,
        local_eirp_psd = 1,
        client_eirp = 2,
        client_eirp_psd = 3
    };
    enum class Category : std::uint8_t { default_client = 0, subordinate = 1 };

    /// EIRP limits: 1..4 of them, for 20, 40, 80 and 160 MHz, in half dBm (127: no limit), and one for 320 MHz.
    [[nodiscard]] static Result<TransmitPowerEnvelope> eirp(Interpretation interpretation, Category category,
                                                            std::vector<std::int8_t> limits,
                                                            std::optional<std::int8_t> at_320 = {});
    /// PSD limits in half dBm/MHz (127: no limit): 1, 2, 4 or 8 of them, each for 20 MHz from the lowest frequency up,
    /// and up to 15 more for wider channels. `for_any_width`: the only one holds for every 20 MHz there are.
    [[nodiscard]] static Result<TransmitPowerEnvelope> psd(Interpretation interpretation, Category category,
                                                           std::vector<std::int8_t> limits, bool for_any_width,
                                                           std::vector<std::int8_t> more = {});
    [[nodiscard]] static Result<TransmitPowerEnvelope> parse(ByteView body);

    [[nodiscard]] Interpretation interpretation() const noexcept { return interpretation_; }
    [[nodiscard]] Category category() const noexcept { return category_; }
    [[nodiscard]] bool is_psd() const noexcept;
    [[nodiscard]] bool for_any_width() const noexcept { return for_any_width_; }
    [[nodiscard]] const std::vector<std::int8_t>& limits() const noexcept { return limits_; }
    /// The extension: the 320 MHz limit of an EIRP envelope, the further pieces of a PSD one.
    [[nodiscard]] const std::vector<std::int8_t>& more() const noexcept { return more_; }

    void append_to(ByteWriter& out) const;
    friend bool operator==(const TransmitPowerEnvelope&, const TransmitPowerEnvelope&) = default;

private:
    TransmitPowerEnvelope() = default;
    Interpretation interpretation_ = Interpretation::local_eirp;
    Category category_ = Category::default_client;
    bool for_any_width_ = false;
    std::vector<std::int8_t> limits_;
    std::vector<std::int8_t> more_;
};

}  // namespace mlosim::ieee80211
