#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "ieee80211/mac_address.h"
#include "mld/sta.h"
#include "sim/event_queue.h"
#include "sim/result.h"

namespace mlosim::mld {

class Wdev;
class Wiphy;

/// The peers of all interfaces of a wiphy (local->sta_list). Lookups are O(log n).
class Stations {
public:
    explicit Stations(Wiphy& wiphy);
    ~Stations();
    Stations(const Stations&) = delete;
    Stations& operator=(const Stations&) = delete;

    // What programs ask for. Errors are those of cfg80211 behind its policy and of mac80211.

    /// EINVAL, EEXIST, ENOENT (the link). cf. nl80211_new_station(), ieee80211_add_station()
    Result<Sta*> add(Wdev& wdev, const ieee80211::MacAddress& address, const StaParameters& parameters);
    /// ENOENT, EINVAL. cf. nl80211_set_station(), ieee80211_change_station(), sta_apply_parameters()
    Result<void> change(Wdev& wdev, const ieee80211::MacAddress& address, const StaParameters& parameters);
    /// One, or all of the interface. ENOENT. cf. ieee80211_del_station()
    Result<void> remove(Wdev& wdev, const std::optional<ieee80211::MacAddress>& address,
                        std::optional<ieee80211::LinkId> link = std::nullopt);
    /// cf. nl80211_add_link_station(), nl80211_modify_link_station(), nl80211_remove_link_station()
    Result<void> add_link(Wdev& wdev, const ieee80211::MacAddress& address, const StaParameters& parameters);
    Result<void> change_link(Wdev& wdev, const ieee80211::MacAddress& address, const StaParameters& parameters);
    Result<void> remove_link(Wdev& wdev, const ieee80211::MacAddress& address, ieee80211::LinkId link);

    // What the MAC does itself.

    /// A station's access point, with these rates and without flags. Told as NEW_STATION. What the driver says.
    /// cf. sta_info_insert()
    Result<Sta*> insert(Wdev& wdev, const ieee80211::MacAddress& address, std::optional<ieee80211::LinkId> link,
                        const ieee80211::MacAddress& link_address, ieee80211::Bytes supported_rates);
    /// One more link with a peer that is an MLD. cf. ieee80211_sta_allocate_link(), ieee80211_sta_activate_link()
    LinkSta& insert_link(Sta& sta, ieee80211::LinkId link, const ieee80211::MacAddress& link_address);
    /// One less; not the last. cf. ieee80211_sta_remove_link()
    void destroy_link(Sta& sta, ieee80211::LinkId link);
    /// With its keys and what is buffered for it. Told as DEL_STATION. cf. __sta_info_destroy()
    void destroy(Sta& sta);
    /// All of one interface, or of one link of it; the last that came goes first. cf. __sta_info_flush()
    void flush(const Wdev& wdev, std::optional<ieee80211::LinkId> link = std::nullopt);
    /// Flags change one by one, in the order of the states. What the driver says to a state that it does not want.
    /// cf. sta_info_move_state()
    Result<void> set_flags(Sta& sta, StaFlags flags);

    /// By MLD address or link address. nullptr: unknown.
    [[nodiscard]] Sta* find(const Wdev& wdev, const ieee80211::MacAddress& address) const;
    /// By the address of a link (what frames on the air carry).
    [[nodiscard]] LinkSta* find_link(const Wdev& wdev, const ieee80211::MacAddress& address) const;
    /// In the order in which dumps list them: newest last. cf. sta_info_get_by_idx()
    [[nodiscard]] std::vector<Sta*> of(const Wdev& wdev) const;
    [[nodiscard]] std::size_t size() const noexcept { return stations_.size(); }
    /// Changes with each station that comes or goes (local->sta_generation).
    [[nodiscard]] std::uint32_t generation() const noexcept { return generation_; }

    /// Frames that wait for sleeping stations and groups, of all interfaces (local->total_ps_buffered).
    [[nodiscard]] std::size_t held_frames() const noexcept { return held_frames_; }

    /// Of one peer, in both directions, without a word to it. cf. ieee80211_sta_tear_down_BA_sessions()
    void end_block_acks(Sta& sta);

private:
    friend class ApPowerSave;
    friend class StaPowerSave;

    /// To the next state, up or down; EINVAL if there is one between. cf. _sta_info_move_state()
    Result<void> move_state(Sta& sta, StaState to);
    Result<void> apply(Sta& sta, const StaParameters& parameters, StaFlags mask);
    Result<void> apply_state_flags(Sta& sta, StaFlags mask, StaFlags set);
    enum class LinkChange : std::uint8_t { of_station, of_link, new_link };
    Result<void> apply_link(Sta& sta, const StaParameters& parameters, LinkChange change);
    std::unique_ptr<Sta> make(Wdev& wdev, const ieee80211::MacAddress& address, std::optional<ieee80211::LinkId> link,
                              const ieee80211::MacAddress& link_address) const;
    Result<Sta*> keep(std::unique_ptr<Sta> sta);
    /// Step by step to the state that it has already, from nothing; back to nothing if one is refused.
    /// cf. sta_info_insert_drv_state()
    Result<void> tell_driver(Sta& sta);
    /// Step by step down from a state that the driver knows, to nothing.
    void leave_driver(Sta& sta, std::optional<StaState> from);
    void forget_keys(Sta& sta);
    void index(Sta& sta, const LinkSta& link);
    void held(int change) { held_frames_ = static_cast<std::size_t>(static_cast<std::int64_t>(held_frames_) + change); }
    /// Every ten seconds, while frames wait. cf. sta_info_cleanup()
    void watch_expiry();
    /// Makes room: the oldest of each group buffer, one of the least of each station. cf. purge_old_ps_buffers()
    void purge_held();

    Wiphy& wiphy_;
    std::list<std::unique_ptr<Sta>> stations_;
    std::map<std::pair<const Wdev*, ieee80211::MacAddress>, Sta*> by_address_;
    std::uint32_t generation_ = 0;
    std::size_t held_frames_ = 0;
    sim::Timer expiry_;
};

}  // namespace mlosim::mld
