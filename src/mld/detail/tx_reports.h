#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "ieee80211/byte_io.h"
#include "mld/data_path.h"
#include "mld/rate_control.h"

namespace mlosim::mld::detail {

/// A frame that was given to the driver, and who is told what became of it.
struct SentFrame {
    Wdev* wdev = nullptr;
    TxOptions::Report report = TxOptions::Report::nobody;
    std::uint64_t cookie = 0;
    /// What the program is shown of it: the frame as it asked for it (before encryption).
    ieee80211::Bytes shown;
    /// The peer it was for, if there was one.
    std::optional<ieee80211::MacAddress> station;
    /// Its traffic identifier; 16 for frames without.
    unsigned tid = 16;
    bool is_data = false;
    bool wanted_acknowledgement = false;
    bool may_wait = false;  ///< for its receiver to wake up
    /// The link that it went out on, and whether its rate was chosen for the peer.
    ieee80211::LinkId link{};
    bool chosen_rate = false;
    std::size_t size = 0;
    /// A data frame between MLDs as it was on the air, and the links that it has been tried on: another may bring it
    /// there.
    ieee80211::Bytes on_air;
    std::uint16_t tried_links = 0;
    phy::Band band = phy::Band::ghz2_4;
};

/// Rounded.
[[nodiscard]] std::uint64_t whole_microseconds(sim::Duration time);

/// Frames on their way, by the number that the driver knows them under. cf. local->ack_status_frames
class TxReports {
public:
    explicit TxReports(Wiphy& wiphy) : wiphy_(wiphy) {}

    /// Whoever tries a frame between MLDs on another link: true if it does. tx_again.cc
    bool try_again(SentFrame& frame, const TxStatus& status);

    /// Gives the number.
    std::uint64_t add(SentFrame frame);
    /// cf. ieee80211_tx_status_ext(), ieee80211_report_used_skb()
    void transmitted(const TxStatus& status);
    /// A frame that waited goes out once more, on that link.
    void sent_again(std::uint64_t number, ieee80211::LinkId link);
    /// A frame that waited to be sent once more will not be.
    void give_up(std::uint64_t number);
    /// It will never be sent: told as not acknowledged. cf. ieee80211_free_txskb()
    void dropped(Wdev& wdev, TxOptions::Report report, std::uint64_t cookie, ieee80211::ByteView shown,
                 const ieee80211::MacAddress& receiver);
    /// What chooses the rate of data for one peer's address on a link.
    [[nodiscard]] RateControl& rate_control(const Wdev& wdev, const ieee80211::MacAddress& peer);
    /// Nobody is told of the frames of an interface that ends.
    void forget(const Wdev& wdev);

private:
    void tell(Wdev& wdev, TxOptions::Report report, std::uint64_t cookie, ieee80211::ByteView shown,
              const ieee80211::MacAddress& receiver, const TxStatus& status);
    void count(const SentFrame& frame, const TxStatus& status);
    [[nodiscard]] Sta* sleeping_receiver(const SentFrame& frame) const;
    [[nodiscard]] sim::Duration time_on_air(const SentFrame& frame, const TxStatus& status);

    Wiphy& wiphy_;
    std::map<std::uint64_t, SentFrame> sent_;
    std::map<std::pair<const Wdev*, ieee80211::MacAddress>, RateControl> rate_controls_;  // found, never walked
    std::uint64_t last_ = 0;
    sim::Time last_report_;
};

}  // namespace mlosim::mld::detail
