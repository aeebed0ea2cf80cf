#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "mld/identifiers.h"
#include "phy/channel_constraints.h"
#include "phy/regulatory.h"
#include "phy/regulatory_db.h"
#include "sim/event_queue.h"
#include "sim/result.h"

namespace mlosim::mld {

class Wiphy;
class World;

/// How much a user's hint knows (enum nl80211_user_reg_hint_type). Cell base stations are not simulated: their hints
/// are ignored.
enum class UserHintType : std::uint8_t { user = 0, cell_base = 1, indoor = 2 };

/// A request for a domain (struct regulatory_request).
struct RegulatoryRequest {
    phy::RegulatoryInitiator initiator = phy::RegulatoryInitiator::core;
    phy::Alpha2 alpha2;
    std::optional<WiphyIndex> wiphy;  ///< that asked, for drivers and country elements
    bool intersect = false;
    bool processed = true;
};

/// The regulatory half of cfg80211 (net/wireless/reg.c): which country's rules hold, and what follows for every wiphy's
/// channels. Requests are queued and handled one after the other within the same moment.
class RegulatoryCore {
public:
    /// How long the kernel waits for user space to bring a domain that its database lacks (REG_ENFORCE_GRACE aside:
    /// crda_timeout).
    static constexpr sim::Duration agent_timeout = std::chrono::milliseconds(3142);

    RegulatoryCore(World& world, phy::RegulatoryDatabase database);
    RegulatoryCore(const RegulatoryCore&) = delete;
    RegulatoryCore& operator=(const RegulatoryCore&) = delete;

    /// The domain in force.
    [[nodiscard]] const phy::RegulatoryDomain& domain() const noexcept { return domain_; }
    [[nodiscard]] const RegulatoryRequest& last_request() const noexcept { return last_request_; }
    [[nodiscard]] const phy::RegulatoryDatabase& database() const noexcept { return database_; }

    /// A user's wish (REQ_SET_REG): EINVAL unless world or two letters. cf. regulatory_hint_user().
    Result<void> hint_user(phy::Alpha2 alpha2, UserHintType type = UserHintType::user);
    /// Where reload() has the database from; without, there is nothing to reload.
    void set_source(std::function<Result<phy::RegulatoryDatabase>()> source) { source_ = std::move(source); }
    /// Reads the database anew and asks for the domain in force once more: the source's errno. cf. reg_reload_regdb()
    Result<void> reload();
    /// A connection or a network has ended: after the last one of the world the rules are as they were before anybody
    /// was heard. cf. disconnect_work(), regulatory_hint_disconnect()
    void hint_disconnect();

    /// What a driver found in its radio's memory. cf. regulatory_hint().
    void hint_driver(Wiphy& wiphy, phy::Alpha2 alpha2);
    /// A beacon on a channel where nothing may start: it may now, while the rules are the world's. cf.
    /// regulatory_hint_found_beacon().
    void beacon_found(Wiphy& wiphy, const phy::Channel& channel);

    /// cf. wiphy_regulatory_register(), wiphy_regulatory_deregister().
    void wiphy_added(Wiphy& wiphy);
    void wiphy_removed(Wiphy& wiphy);

private:
    enum class Treatment { ok, ignore, intersect, already_set };

    void queue(RegulatoryRequest request);
    void process_queue();
    void process(RegulatoryRequest request);
    [[nodiscard]] Treatment treat_user(const RegulatoryRequest& request) const;
    [[nodiscard]] Treatment treat_driver(const RegulatoryRequest& request) const;
    void set_domain(const phy::RegulatoryDomain& found);
    /// `named`: whose wiphy the announcement of the world's rules names.
    void restore_world(std::optional<phy::Alpha2> user, std::optional<WiphyIndex> named = std::nullopt);
    [[nodiscard]] bool is_all_idle() const;
    void update_all(phy::RegulatoryInitiator initiator);
    void update(Wiphy& wiphy, phy::RegulatoryInitiator initiator);
    void tell_changed();
    void apply_beacon_hint(Wiphy& wiphy, const phy::Channel& channel);
    void apply_beacon_hints(Wiphy& wiphy);
    [[nodiscard]] bool differs(phy::Alpha2 alpha2) const { return !(domain_.alpha2 == alpha2); }
    [[nodiscard]] bool world_roaming(const Wiphy& wiphy) const;

    World& world_;
    phy::RegulatoryDatabase database_;
    phy::RegulatoryDomain domain_;
    RegulatoryRequest last_request_;
    /// What the user asked for last, as far as it led anywhere.
    std::optional<phy::Alpha2> user_alpha2_;
    std::function<Result<phy::RegulatoryDatabase>()> source_;
    std::vector<RegulatoryRequest> queue_;
    std::vector<phy::Channel> beacons_found_;
    sim::Timer work_;
    sim::Timer beacon_work_;
    sim::Timer agent_wait_;
    sim::Timer enforcement_;
    sim::Timer disconnect_work_;
};

}  // namespace mlosim::mld
