#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "ieee80211/byte_io.h"
#include "ieee80211/mac_address.h"
#include "mld/radio_profile.h"
#include "phy/channel.h"
#include "phy/rates.h"
#include "sim/result.h"

namespace mlosim::mld {

class Wiphy;

/// One rate of a frame and how often it is tried (struct ieee80211_tx_rate, of which mac80211_hwsim shows the outside
/// these parts). An `index` below 0 ends the list.
struct RateAttempt {
    enum Flag : std::uint16_t {
        short_preamble = 1U << 2U,
        ht = 1U << 3U,
        mhz40 = 1U << 5U,
        short_guard = 1U << 7U,
        vht = 1U << 8U,
        mhz80 = 1U << 9U,
        mhz160 = 1U << 10U,
    };
    std::int8_t index = -1;
    std::uint8_t count = 0;
    std::uint16_t flags = 0;

    /// `rate` on a band: a legacy rate by its place in the band's list. HE and EHT rates have no such form; they are
    /// shown as the VHT rate of their streams, width and (at most the highest) MCS.
    static RateAttempt of(const phy::Rate& rate, const BandCapabilities& band);
    /// The rate back; nothing if it is none.
    [[nodiscard]] std::optional<phy::Rate> rate(const BandCapabilities& band) const;
    friend bool operator==(const RateAttempt&, const RateAttempt&) = default;
};
using RateAttempts = std::array<RateAttempt, 4>;  // IEEE80211_TX_MAX_RATES

/// A frame for the outside medium.
struct OutsideTransmission {
    std::uint64_t cookie = 0;
    ieee80211::ByteView frame;
    phy::Channel channel;
    bool wants_status = false;
    bool no_acknowledgement = false;
    RateAttempts attempts;
};

/// What the outside medium says became of it.
struct OutsideStatus {
    std::uint64_t cookie = 0;
    bool acknowledged = false;
    bool no_acknowledgement = false;
    int signal_dbm = 0;
    RateAttempts attempts;  ///< flags: those with which the frame was handed over
};

/// A frame that the outside medium brings.
struct OutsideReception {
    ieee80211::ByteView frame;
    std::optional<phy::Frequency> center;  ///< nothing: wherever the radio is
    std::uint32_t rate_index = 0;
    int signal_dbm = 0;
};

/// A program that carries frames between radios instead of the medium of the world (wmediumd, for mac80211_hwsim).
class OutsideMedium {
public:
    /// The radio sends; it will be told the rest through Driver::outside_status(). An error: the frame is lost.
    virtual Result<void> transmit(const Wiphy& radio, const OutsideTransmission& transmission) = 0;
    /// The radio has one more address to receive at, or one less.
    virtual void address_changed(const Wiphy& radio, const ieee80211::MacAddress& address, bool added) = 0;

protected:
    ~OutsideMedium() = default;
};

}  // namespace mlosim::mld
