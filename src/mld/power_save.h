#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>

#include "ieee80211/aid.h"
#include "ieee80211/byte_io.h"
#include "ieee80211/frame_header.h"
#include "ieee80211/link_id.h"
#include "ieee80211/multi_link_traffic_indication.h"
#include "ieee80211/tim.h"
#include "mld/data_path.h"
#include "sim/event_queue.h"

namespace mlosim::mld {

class Link;
class Sta;
class Wdev;

/// A frame that waits for its receiver to wake up.
struct HeldFrame {
    ieee80211::Bytes bytes;
    TxOptions options;
    sim::Time since;
};

/// What an access point holds back for groups on each link while one of its stations sleeps there, and for whom its TIM
/// says that something waits. cf. struct ps_data
class ApPowerSave {
public:
    explicit ApPowerSave(Wdev& wdev);
    ~ApPowerSave();
    ApPowerSave(const ApPowerSave&) = delete;
    ApPowerSave& operator=(const ApPowerSave&) = delete;

    /// True: the frame (with a group's address, not yet encrypted) was taken and goes out after a DTIM beacon.
    /// cf. ieee80211_tx_h_multicast_ps_buf()
    bool hold(ieee80211::Bytes& frame, const TxOptions& options, ieee80211::LinkId link = {});
    [[nodiscard]] std::size_t held() const noexcept { return frames_.size(); }
    /// Stations that listen on no link.
    [[nodiscard]] unsigned sleepers() const noexcept { return sleepers_; }
    [[nodiscard]] bool has_nothing_to_announce() const noexcept { return frames_.empty() && announced_.empty(); }

    /// The TIM of a link's beacon with this DTIM count. cf. __ieee80211_beacon_add_tim()
    [[nodiscard]] ieee80211::Tim tim(std::uint8_t dtim_count, std::uint8_t dtim_period,
                                     ieee80211::LinkId link = {}) const;
    /// Which of their links those in that TIM shall fetch it on; nothing: any will do for all. 802.11be 35.3.12.4
    [[nodiscard]] std::optional<ieee80211::MultiLinkTrafficIndication> traffic_indication(ieee80211::LinkId link) const;
    /// A beacon whose TIM announced group traffic goes out now: the frames follow it. cf. ieee80211_get_buffered_bc()
    void release_after_beacon(Link& link);
    /// A link no longer beacons: it does not send what was to follow its last beacon.
    void keep(ieee80211::LinkId link) { release_.erase(link); }

private:
    friend class StaPowerSave;
    friend class Stations;
    void drop_oldest();

    Wdev& wdev_;
    std::deque<HeldFrame> frames_;
    /// For whom something waits: the links whose beacons say so, and those that it is mapped to (0: to all).
    struct Waiting {
        std::uint16_t links = 0;
        std::uint16_t mapped = 0;
    };
    unsigned sleepers_ = 0;
    std::array<unsigned, ieee80211::LinkId::max_links> dozing_{};  ///< stations, by link
    std::map<ieee80211::Aid, Waiting> announced_;
    std::map<ieee80211::LinkId, sim::Timer> release_;
};

/// What an access point holds back for one station that sleeps: PS-Poll and U-APSD get it out. cf. sta->ps_tx_buf[],
/// ieee80211_sta_ps_deliver_response()
class StaPowerSave {
public:
    explicit StaPowerSave(Sta& sta);
    ~StaPowerSave();
    StaPowerSave(const StaPowerSave&) = delete;
    StaPowerSave& operator=(const StaPowerSave&) = delete;

    [[nodiscard]] bool asleep() const noexcept { return asleep_; }
    /// A frame of that traffic identifier (nothing: it has none) has no link that the station listens on.
    [[nodiscard]] bool must_wait(std::optional<unsigned> tid) const;
    /// Frames wait that its bit in the TIM announces.
    [[nodiscard]] bool announces() const noexcept;
    [[nodiscard]] std::size_t held() const noexcept;
    /// True: the frame (not yet encrypted) was taken and waits. cf. ieee80211_tx_h_unicast_ps_buf()
    bool hold(ieee80211::Bytes& frame, const TxOptions& options);
    /// True: the frame (as it was on the air under `number`) was not acknowledged, and waits before all that was not
    /// sent yet. cf. sta->tx_filtered[]
    bool hold_again(ieee80211::ByteView frame, std::uint64_t number);
    /// A frame of the station came in: its power management bit, PS-Polls and triggers count.
    /// cf. ieee80211_rx_h_sta_process(), ieee80211_rx_h_uapsd_and_pspoll()
    void heard(Link& link, const ieee80211::FrameView& frame);

private:
    friend class Stations;
    static constexpr std::size_t access_categories = 4;  ///< VO, VI, BE, BK as the kernel numbers them
    enum class Reason : std::uint8_t { poll, trigger };

    void fall_asleep();
    void wake_up(Link& link);
    void release(Link& link);
    void count_dozing();
    [[nodiscard]] std::uint16_t links_for(const ieee80211::Bytes& frame) const;
    [[nodiscard]] std::uint16_t mapped_links() const;
    void deliver_one(Link& link);
    void deliver_service_period(Link& link);
    void deliver(Link& link, std::size_t max_frames, std::uint8_t ignored_queues, Reason reason);
    void send_null(Link& link, unsigned tid, Reason reason, bool more_data);
    void announce();
    void drop_oldest(std::deque<HeldFrame>& frames);
    void drop_oldest_of_the_least();
    /// True: something still waits. cf. sta_info_cleanup_expire_buffered_ac()
    bool drop_expired(sim::Time now);
    [[nodiscard]] ApPowerSave* group() const;

    Sta& sta_;
    std::array<std::deque<HeldFrame>, access_categories> frames_;
    bool asleep_ = false;
    std::uint16_t dozing_ = 0;  ///< the links that are counted as such
};

}  // namespace mlosim::mld
