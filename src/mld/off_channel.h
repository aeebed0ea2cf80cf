#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "ieee80211/byte_io.h"
#include "ieee80211/link_id.h"
#include "mld/identifiers.h"
#include "phy/channel.h"
#include "sim/result.h"
#include "sim/virtual_time.h"

namespace mlosim::mld {

class Wdev;
class Wiphy;

/// What FRAME asks for (struct cfg80211_mgmt_tx_params).
struct ManagementTx {
    ieee80211::Bytes frame;
    /// Where to, if not where the interface is.
    std::optional<phy::Channel> channel;
    bool off_channel = false;
    /// How long to stay there and listen.
    std::optional<std::chrono::milliseconds> wait;
    bool no_cck = false;
    bool no_acknowledgement = false;
    std::optional<ieee80211::LinkId> link;
    /// Where countdowns of a channel switch lie in the frame.
    std::vector<std::uint16_t> counter_offsets;
    OwnerId owner;
};

/// Stays on other channels than the links', one after the other: REMAIN_ON_CHANNEL, and frames that are sent elsewhere.
/// cf. net/mac80211/offchannel.c
class OffChannel {
public:
    explicit OffChannel(Wiphy& wiphy);
    ~OffChannel();
    OffChannel(const OffChannel&) = delete;
    OffChannel& operator=(const OffChannel&) = delete;

    /// Gives the cookie; Events tell the rest. EBUSY, EINVAL … cf. ieee80211_remain_on_channel()
    Result<std::uint64_t> remain(Wdev& wdev, std::optional<ieee80211::LinkId> link, const phy::Channel& channel,
                                 std::chrono::milliseconds duration, OwnerId owner);
    /// ENOENT. cf. ieee80211_cancel_remain_on_channel()
    Result<void> cancel(Wdev& wdev, std::uint64_t cookie);
    /// Sends a management frame, here or elsewhere; 0: its status is nobody's interest. EINVAL, ENETDOWN, ENOTCONN,
    /// ENOLINK, EBUSY. cf. ieee80211_mgmt_tx()
    Result<std::uint64_t> send(Wdev& wdev, ManagementTx request);
    /// Ends the wait after a frame. cf. ieee80211_mgmt_tx_cancel_wait()
    Result<void> cancel_wait(Wdev& wdev, std::uint64_t cookie);

    /// All that an interface waits for ends. cf. ieee80211_roc_purge()
    void purge(const Wdev& wdev);
    /// The channel where `wdev` listens now besides its links', if it does.
    [[nodiscard]] std::optional<phy::Channel> listening(const Wdev& wdev) const;
    [[nodiscard]] bool idle() const noexcept;
    /// The MAC itself sees to a stay now, wherever that is.
    [[nodiscard]] bool staying() const noexcept;
    /// Where the MAC itself has tuned the radio to, of a radio that does not leave its channel by itself.
    [[nodiscard]] std::optional<phy::Channel> tuned_channel() const;

    // What the driver says, and the scanner.
    void ready_on_channel();
    void expired();
    /// What waited for the scan's end goes on. cf. ieee80211_start_next_roc()
    void scan_ended();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace mlosim::mld
