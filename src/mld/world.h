#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mld/events.h"
#include "mld/identifiers.h"
#include "mld/netdev.h"
#include "mld/outside_medium.h"
#include "mld/radio_profile.h"
#include "mld/regulatory_core.h"
#include "mld/wdev.h"
#include "mld/wiphy.h"
#include "phy/medium.h"
#include "sim/event_queue.h"
#include "sim/random.h"
#include "sim/trace.h"

namespace mlosim::mld {

class Bridges;
class VethPairs;

/// A radio to be made: a driver's device with one wiphy. Scenarios and MAC80211_HWSIM's NEW_RADIO ask with it.
struct RadioSpec {
    RadioProfile profile;
    /// Where it is in the air, and the name by which the medium and a scenario know it.
    phy::PortSettings placement;
    /// Name of the wiphy; phyN without one, and where this one may not be had.
    std::optional<std::string> wiphy_name;
    /// 02:00:00:00:NN:00 without one (mac80211_hwsim's).
    std::optional<ieee80211::MacAddress> address;
    /// The station interface that a wiphy is born with. Empty: none (HWSIM_ATTR_NO_VIF).
    std::string interface_name = "wlan%d";
    /// Which of the world's kinds of driver makes it go.
    std::string driver = "hwsim";
    /// Country that the driver found in the radio; a domain of the driver's own making; neither obeys others if
    /// `strict`.
    std::optional<phy::Alpha2> regulatory_hint;
    std::optional<phy::RegulatoryDomain> custom_domain;
    bool strict_regulatory = false;
    /// What MAC80211_HWSIM's GET_RADIO tells back.
    RadioOptions options;
    std::optional<std::uint32_t> custom_domain_index;
    /// Ends with this owner (HWSIM_ATTR_DESTROY_RADIO_ON_CLOSE).
    OwnerId owner;
    bool destroy_on_close = false;
};

/// A radio of the world (struct mac80211_hwsim_data's part that does not move frames).
struct Radio {
    RadioIndex index;
    Wiphy* wiphy = nullptr;
    /// What it was made of, less the profile: that is the wiphy's, which shares it with others of its kind.
    RadioSpec spec;
};

/// Everything that a kernel would know of wireless: radios with their wiphys, network devices, the regulatory domain;
/// and who wants to hear of changes. Owns them all; time, randomness and the trace are given.
class World {
public:
    /// Makes the driver of a new radio. Called once, when the wiphy exists and before anybody hears of it.
    using DriverFactory = std::function<std::unique_ptr<Driver>(const Radio&, Wiphy&, DriverEvents&)>;
    using Wiphys = std::map<WiphyIndex, std::unique_ptr<Wiphy>, std::greater<>>;
    using Netdevs = std::map<IfIndex, std::unique_ptr<Netdev>>;
    using Radios = std::map<RadioIndex, Radio>;

    World(sim::EventQueue& events, const sim::Random& random, sim::Trace& trace, phy::RegulatoryDatabase regulatory);
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    [[nodiscard]] sim::EventQueue& queue() const noexcept { return queue_; }
    [[nodiscard]] const sim::Random& random() const noexcept { return random_; }
    [[nodiscard]] sim::Trace& trace() const noexcept { return trace_; }
    [[nodiscard]] sim::Time now() const noexcept { return queue_.now(); }
    /// What programs take for the time since boot (CLOCK_BOOTTIME): the world's time, unless a clock on the wall paces
    /// it and showed something else when the world was at zero.
    [[nodiscard]] sim::Time boottime(sim::Time when) const noexcept { return when + boottime_at_zero_; }
    void set_boottime_at_zero(sim::Duration boottime) noexcept { boottime_at_zero_ = boottime; }
    [[nodiscard]] RegulatoryCore& regulatory() noexcept { return *regulatory_; }

    /// Observers are told in the order in which they subscribed.
    void subscribe(Events& observer);
    void unsubscribe(Events& observer);

    /// "hwsim" and the like, before the first radio of that kind.
    void set_driver_factory(std::string kind, DriverFactory factory);

    // Radios.

    /// EINVAL: no such kind of driver, the profile lacks interface types.
    /// cf. mac80211_hwsim_new_radio(), ieee80211_register_hw().
    Result<Radio*> add_radio(RadioSpec spec);
    /// With its wiphy and interfaces. cf. mac80211_hwsim_del_radio(), ieee80211_unregister_hw().
    void remove_radio(RadioIndex index);
    [[nodiscard]] const Radios& radios() const noexcept { return radios_; }
    [[nodiscard]] Radio* find_radio(RadioIndex index);
    [[nodiscard]] Radio* find_radio_by_name(std::string_view wiphy_name);
    [[nodiscard]] Radio* find_radio_by_placement(std::string_view name);
    /// cf. hwsim_radios_generation.
    [[nodiscard]] std::uint32_t radio_generation() const noexcept { return radio_generation_; }
    /// The netdev hwsim0 that mac80211_hwsim makes when it is loaded, after its first radios.
    Netdev& add_hwsim_monitor();
    /// nullptr before.
    [[nodiscard]] Netdev* hwsim_monitor() const noexcept { return hwsim_monitor_; }
    /// Of a device that has none of its own, the same in each run. cf. eth_hw_addr_random()
    [[nodiscard]] ieee80211::MacAddress random_address(const std::string& stream) const;
    [[nodiscard]] Bridges& bridges() const noexcept { return *bridges_; }
    [[nodiscard]] VethPairs& veth_pairs() const noexcept { return *veth_pairs_; }

    /// Who carries frames instead of the world's medium; nullptr: nobody. Must be taken back before it dies.
    [[nodiscard]] OutsideMedium* outside_medium() const noexcept { return outside_medium_; }
    void set_outside_medium(OutsideMedium* medium) { outside_medium_ = medium; }

    // Wiphys and wdevs. O(log n).

    /// Newest first, as the kernel lists them.
    [[nodiscard]] const Wiphys& wiphys() const noexcept { return wiphys_; }
    [[nodiscard]] Wiphy* find_wiphy(WiphyIndex index) const;
    [[nodiscard]] Wiphy* find_wiphy(std::string_view name) const;
    /// Link wdevs too.
    [[nodiscard]] Wdev* find_wdev(WdevId id) const;
    /// cf. cfg80211_rdev_list_generation.
    [[nodiscard]] std::uint32_t wiphy_generation() const noexcept { return wiphy_generation_; }
    /// What NL80211_ATTR_GENERATION says of a wiphy's interfaces. cf. nl80211_send_iface().
    [[nodiscard]] std::uint32_t interface_generation(const Wiphy& wiphy) const noexcept {
        return wiphy.interface_generation() ^ (wiphy_generation_ << 2U);
    }

    // Network devices. O(log n).

    [[nodiscard]] const Netdevs& netdevs() const noexcept { return netdevs_; }
    [[nodiscard]] Netdev* find_netdev(IfIndex index) const;
    /// A device of this world has this number, or had it.
    [[nodiscard]] bool has_given(IfIndex index) const noexcept { return index.value < next_ifindex_; }
    [[nodiscard]] Netdev* find_netdev(std::string_view name) const;
    /// A name of its own for a pattern: EINVAL, or `taken` where the name (or every number) is. cf.
    /// dev_prep_valid_name().
    [[nodiscard]] Result<std::string> netdev_name_for(std::string_view pattern, int taken) const;
    /// The number that the next device gets; may only be raised.
    void set_next_ifindex(IfIndex next);
    /// The number that the next radio gets: mac80211_hwsim counts anew each time it is loaded. No radio may have it or
    /// one above it.
    void set_next_radio(RadioIndex next);

    /// A program went away: what it owned goes too (SOCKET_OWNER, DESTROY_RADIO_ON_CLOSE).
    void release(OwnerId owner);

    // For the other classes of this room: what happened.
    template <class F>
    void tell(F&& what) {
        for (std::size_t i = 0; i < observers_.size(); ++i)
            if (observers_[i] != nullptr) what(*observers_[i]);
    }
    Netdev& add_netdev(NetdevSetup setup, Wdev* wdev);
    void remove_netdev(Netdev& netdev);
    void netdev_renamed(Netdev& netdev, const std::string& old_name);
    void wiphy_renamed(Wiphy& wiphy, const std::string& old_name);
    /// EINVAL if a wiphy may not be called so. cf. cfg80211_dev_check_name().
    [[nodiscard]] Result<void> check_wiphy_name(WiphyIndex index, std::string_view name) const;

private:
    /// One copy for all radios of one kind.
    [[nodiscard]] std::shared_ptr<const RadioProfile> shared(RadioProfile&& profile);
    [[nodiscard]] std::string free_wiphy_name(WiphyIndex index, const std::optional<std::string>& wanted) const;

    sim::EventQueue& queue_;
    const sim::Random& random_;
    sim::Trace& trace_;
    sim::Duration boottime_at_zero_{0};
    std::vector<Events*> observers_;
    std::map<std::string, DriverFactory, std::less<>> driver_factories_;
    std::unique_ptr<RegulatoryCore> regulatory_;

    Radios radios_;
    std::vector<std::weak_ptr<const RadioProfile>> profiles_;
    std::uint32_t next_radio_ = 0;
    std::uint32_t radio_generation_ = 1;

    Wiphys wiphys_;
    std::map<std::string, Wiphy*, std::less<>> wiphy_names_;
    std::uint32_t next_wiphy_ = 0;
    std::uint32_t wiphy_generation_ = 0;

    Netdevs netdevs_;
    std::map<std::string, Netdev*, std::less<>> netdev_names_;
    std::uint32_t next_ifindex_ = 1;
    /// For each pattern a number below which all are taken: so that a world of many devices is not built in a time that
    /// grows with their square.
    mutable std::map<std::string, unsigned, std::less<>> taken_below_;
    Netdev* hwsim_monitor_ = nullptr;
    OutsideMedium* outside_medium_ = nullptr;
    std::unique_ptr<Bridges> bridges_;
    std::unique_ptr<VethPairs> veth_pairs_;
};

}  // namespace mlosim::mld
