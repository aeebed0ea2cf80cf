#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "ieee80211/aid.h"
#include "ieee80211/byte_io.h"
#include "ieee80211/link_id.h"
#include "ieee80211/mac_address.h"
#include "mld/emlsr.h"
#include "mld/link_mapping.h"
#include "phy/flags.h"
#include "phy/rates.h"
#include "phy/units.h"
#include "sim/event_queue.h"
#include "sim/virtual_time.h"

namespace mlosim::mld {

class Key;
class Link;
class StaPowerSave;
class Stations;
class Wdev;
namespace detail {
class ReorderBuffer;
}

/// enum nl80211_sta_flags as bits (bit n is flag n).
enum class StaFlag : std::uint32_t {
    authorized = 1U << 1,
    short_preamble = 1U << 2,
    wme = 1U << 3,
    mfp = 1U << 4,
    authenticated = 1U << 5,
    tdls_peer = 1U << 6,
    associated = 1U << 7,
    spp_amsdu = 1U << 8,
};
using StaFlags = phy::Flags<StaFlag>;

/// How far a peer has come (enum ieee80211_sta_state): each state has the flags of those before it.
enum class StaState : std::uint8_t { none, authenticated, associated, authorized };

/// How a station with several receive chains saves power with them (enum nl80211_smps_mode).
enum class SmPowerSave : std::uint8_t { off = 0, one_chain = 1, wakes_the_others = 2 };

/// What a peer can do on one link, as its association told it: bodies of elements, empty where it has none.
struct StaCapabilities {
    ieee80211::Bytes supported_rates;  ///< both rate elements, in units of 500 kb/s
    ieee80211::Bytes ht;               ///< struct ieee80211_ht_cap
    ieee80211::Bytes vht;
    ieee80211::Bytes he;
    ieee80211::Bytes he_6ghz;
    ieee80211::Bytes eht;
    std::optional<std::uint8_t> operating_mode;
    /// What it said last of its receive chains; nothing: what its HT capabilities say.
    std::optional<SmPowerSave> sm_power_save;
};

/// What a station has changed of how it receives (struct sta_opmode_info).
struct StationModeChange {
    std::optional<SmPowerSave> sm_power_save;
    std::optional<phy::ChannelWidth> width;
    std::optional<std::uint8_t> streams;
};

/// What NEW_STATION and SET_STATION bring (struct station_parameters with link_station_parameters). Absent: unchanged.
struct StaParameters {
    StaFlags flags_mask;
    StaFlags flags_set;
    std::optional<ieee80211::Aid> aid;
    std::optional<std::uint16_t> listen_interval;
    std::optional<std::uint16_t> capability;
    std::optional<ieee80211::Bytes> extended_capabilities;
    std::optional<ieee80211::Bytes> supported_channels;
    std::optional<ieee80211::Bytes> supported_operating_classes;
    /// U-APSD: a bit for each access category (nl80211's STA_WME_UAPSD_QUEUES), and the longest service period.
    std::optional<std::uint8_t> uapsd_queues;
    std::optional<std::uint8_t> max_service_period;
    std::optional<bool> support_p2p_ps;
    std::optional<std::uint16_t> airtime_weight;
    std::optional<std::uint16_t> eml_capabilities;
    /// Capabilities of the link at hand, where the request has any.
    std::optional<StaCapabilities> capabilities;
    std::optional<ieee80211::LinkId> link;
    /// Of an MLD: the link's address, where the station's own is the MLD's.
    std::optional<ieee80211::MacAddress> link_address;
};

/// Counters that GET_STATION shows. cf. sta_set_sinfo()
struct StaStatistics {
    std::uint64_t rx_bytes = 0;
    std::uint64_t rx_packets = 0;
    std::uint64_t tx_bytes = 0;
    std::uint64_t tx_packets = 0;
    std::uint32_t tx_retries = 0;
    std::uint32_t tx_failed = 0;
    std::uint64_t rx_dropped = 0;
    std::uint64_t rx_duplicates = 0;
    std::uint32_t beacon_loss = 0;
    std::uint64_t beacons = 0;
    std::array<std::uint64_t, 17> rx_msdu{};  ///< of each TID; the last one is for frames without
    std::array<std::uint64_t, 17> tx_msdu{};
    std::array<std::uint64_t, 17> tx_msdu_failed{};
    std::array<std::uint64_t, 17> tx_msdu_retries{};
    std::optional<phy::Rate> last_rx_rate;
    std::optional<phy::Rate> last_tx_rate;
    std::optional<int> signal_dbm;
    std::optional<double> signal_average_dbm;
    std::optional<double> beacon_signal_average_dbm;
    std::optional<int> ack_signal_dbm;
    std::optional<double> ack_signal_average_dbm;
    std::uint64_t rx_airtime_us = 0;
    std::uint64_t tx_airtime_us = 0;
    sim::Time last_heard;
};

/// One link that a peer has with an interface (struct link_sta_info). A peer that is no MLD has exactly one.
struct LinkSta {
    ieee80211::LinkId link;
    ieee80211::MacAddress address;
    StaCapabilities capabilities;
    StaStatistics statistics;
};

/// A peer of an interface (struct sta_info): a station of an access point, or the access point of a station.
class Sta {
public:
    Sta(Wdev& wdev, const ieee80211::MacAddress& address, sim::Time now);
    ~Sta();
    Sta(const Sta&) = delete;
    Sta& operator=(const Sta&) = delete;

    [[nodiscard]] Wdev& wdev() const noexcept { return wdev_; }
    /// The MLD's address, or the only one that it has.
    [[nodiscard]] const ieee80211::MacAddress& address() const noexcept { return address_; }
    [[nodiscard]] bool is_mld() const noexcept { return is_mld_; }
    [[nodiscard]] std::vector<std::unique_ptr<LinkSta>>& links() noexcept { return links_; }
    [[nodiscard]] const std::vector<std::unique_ptr<LinkSta>>& links() const noexcept { return links_; }
    /// The link where it was first met; the only one of a peer that is no MLD.
    [[nodiscard]] LinkSta& default_link() const noexcept { return *links_.front(); }
    [[nodiscard]] LinkSta* link(ieee80211::LinkId id) const;
    /// The counters of a link; those of the default link for one that it has no longer.
    [[nodiscard]] StaStatistics& statistics_on(ieee80211::LinkId id) const;
    [[nodiscard]] bool authorized() const noexcept { return flags.has(StaFlag::authorized); }
    [[nodiscard]] StaState state() const noexcept;

    StaFlags flags;
    std::optional<ieee80211::Aid> aid;
    std::uint16_t listen_interval = 0;
    std::uint16_t capability = 0;
    ieee80211::Bytes extended_capabilities;
    std::uint8_t uapsd_queues = 0;
    std::uint8_t max_service_period = 0;
    bool support_p2p_ps = false;
    std::optional<std::uint16_t> airtime_weight;
    std::optional<std::uint16_t> eml_capabilities;
    /// Since when it is there, and associated.
    sim::Time created;
    std::optional<sim::Time> associated_at;

    /// Pairwise keys by index, and the one to send with. cf. sta->ptk[]
    std::array<std::shared_ptr<Key>, 4> pairwise_keys;
    std::optional<std::uint8_t> tx_key_index;
    /// It has had a pairwise key: data does not leave without one any more (WLAN_STA_USES_ENCRYPTION).
    bool uses_encryption = false;
    /// Bit n: TID n has a block ack agreement in which we receive; a request without one was answered.
    std::uint16_t block_ack_tids = 0;
    std::uint16_t refused_block_ack_tids = 0;
    /// What came before its turn, of each TID with an agreement: one buffer for all links. cf. sta->ampdu_mlme.tid_rx[]
    std::array<std::unique_ptr<detail::ReorderBuffer>, 8> reorder;
    /// Bit n: of TID n we have asked for an agreement in which we send; the peer has granted it.
    std::uint16_t asked_block_ack_tids = 0;
    std::uint16_t granted_block_ack_tids = 0;
    /// Group keys that the peer sends with, by index (of a station: those of its links hang on the links).
    std::array<std::shared_ptr<Key>, 8> group_keys;

    /// The next sequence number of each TID.
    std::array<std::uint16_t, 16> next_sequence{};
    /// Sequence control of the last frame received, of each TID and (the last one) without: for duplicates.
    std::array<std::optional<std::uint16_t>, 17> last_sequence{};

    /// Bit n: it listens on link n: the last frame from there did not say that it sleeps.
    /// cf. struct hwsim_sta_priv's active_links_rx
    std::uint16_t awake_links = 0xffff;
    /// The link that its last data frame took.
    std::optional<ieee80211::LinkId> last_link;
    /// What it has agreed on with an access point's program. Nothing: all traffic on all links.
    std::optional<LinkMapping> link_mapping;
    /// Links for which the station of the two shares one radio, from now on; and what ends that a little later.
    Emlsr emlsr;
    sim::Timer emlsr_end;
    /// By link: the links on which the peer, a station MLD, cannot receive while it sends on that one, as it told when
    /// it associated (NSTR Indication Bitmap, 802.11be 35.3.16.4).
    std::array<std::uint16_t, ieee80211::LinkId::max_links> nstr_links{};

    /// The number of the newest group frame of an AP MLD, which sends each on all links.
    std::optional<std::uint16_t> last_group_sequence;

    /// Power save of an access point's station: who buffers for it.
    std::unique_ptr<StaPowerSave> power_save;
    /// Frames of class 2 or 3 in a wrong state have been reported; not again until that changed.
    bool reported_unexpected_frame = false;
    bool reported_four_address_frame = false;

private:
    friend class Stations;
    Wdev& wdev_;
    ieee80211::MacAddress address_;
    bool is_mld_ = false;
    bool in_driver_ = false;
    std::vector<std::unique_ptr<LinkSta>> links_;
};

}  // namespace mlosim::mld
