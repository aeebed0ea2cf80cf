#include "mld/regulatory_core.h"

#include <algorithm>

#include "mld/events.h"
#include "mld/station_mlme.h"
#include "mld/wiphy.h"
#include "mld/world.h"

namespace mlosim::mld {

namespace {

using phy::ChannelFlag;
using phy::RegulatoryInitiator;

/// How long interfaces may stay where a new domain no longer lets them be. cf. REG_ENFORCE_GRACE_MS.
constexpr sim::Duration enforcement_grace = std::chrono::milliseconds(60000);

/// 2.4 GHz channels that not every country has. cf. freq_is_chan_12_13_14().
bool is_channel_12_to_14(const phy::Channel& channel) {
    return channel.number() >= 12 && channel.number() <= 14;
}

}  // namespace

RegulatoryCore::RegulatoryCore(World& world, phy::RegulatoryDatabase database)
    : world_(world), database_(std::move(database)), domain_(phy::builtin_world_domain()) {
    // The kernel asked for the world's domain when it booted, and got it before there was a radio.
    if (const phy::RegulatoryDomain* world_domain = database_.find(phy::Alpha2::world())) domain_ = *world_domain;
    last_request_.alpha2 = phy::Alpha2::world();
}

Result<void> RegulatoryCore::hint_user(phy::Alpha2 alpha2, UserHintType type) {
    if (type == UserHintType::indoor) return {};  // it changes what DFS may do, of which there is none yet
    const auto is_letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
    if (!alpha2.is_world() && !(is_letter(alpha2[0]) && is_letter(alpha2[1]))) return fail(EINVAL);
    if (type == UserHintType::cell_base) return {};  // no driver here takes a cell base station's word
    RegulatoryRequest request;
    request.initiator = RegulatoryInitiator::user;
    request.alpha2 = alpha2;
    queue(request);
    return {};
}

Result<void> RegulatoryCore::reload() {
    if (!source_) return fail(ENOENT);
    auto read = source_();
    if (!read) return fail(read.error());
    database_ = std::move(*read);
    RegulatoryRequest request;
    request.alpha2 = domain_.alpha2;
    queue(request);
    return {};
}

// cf. cfg80211_is_all_idle()
bool RegulatoryCore::is_all_idle() const {
    for (const auto& [index, wiphy] : world_.wiphys()) {
        for (const auto& [id, wdev] : wiphy->wdevs()) {
            if (wdev->mlme() != nullptr && wdev->mlme()->has_connection()) return false;
            if (std::any_of(wdev->links().begin(), wdev->links().end(),
                            [](const auto& l) { return l->ap() != nullptr; }))
                return false;
        }
    }
    return true;
}

void RegulatoryCore::hint_disconnect() {
    if (disconnect_work_.pending()) return;
    disconnect_work_ = world_.queue().after({}, [this] {
        if (!is_all_idle()) return;
        // The kernel tells of it with a request of static storage, which names the first wiphy. cf. core_request_world
        const WiphyIndex first{0};
        restore_world(user_alpha2_, world_.find_wiphy(first) != nullptr ? std::optional(first) : std::nullopt);
    });
}

void RegulatoryCore::hint_driver(Wiphy& wiphy, phy::Alpha2 alpha2) {
    wiphy.custom_regulatory_ = false;
    RegulatoryRequest request;
    request.initiator = RegulatoryInitiator::driver;
    request.alpha2 = alpha2;
    request.wiphy = wiphy.index();
    queue(request);
}

void RegulatoryCore::queue(RegulatoryRequest request) {
    queue_.push_back(request);
    if (!work_.pending()) work_ = world_.queue().after({}, [this] { process_queue(); });
}

// cf. reg_process_pending_hints(): one at a time, the next when the last one is through
void RegulatoryCore::process_queue() {
    while (!queue_.empty() && last_request_.processed) {
        const RegulatoryRequest request = queue_.front();
        queue_.erase(queue_.begin());
        process(request);
    }
}

// cf. __reg_process_hint_user()
RegulatoryCore::Treatment RegulatoryCore::treat_user(const RegulatoryRequest& request) const {
    if (last_request_.initiator == RegulatoryInitiator::country_ie) return Treatment::intersect;
    if (last_request_.initiator == RegulatoryInitiator::user && last_request_.intersect) return Treatment::ignore;
    // What was asked for before is not in force: an intersection is, and the user does not overrule it.
    if (differs(last_request_.alpha2)) return Treatment::ignore;
    if (!differs(request.alpha2)) return Treatment::already_set;
    return Treatment::ok;
}

// cf. __reg_process_hint_driver()
RegulatoryCore::Treatment RegulatoryCore::treat_driver(const RegulatoryRequest& request) const {
    if (last_request_.initiator == RegulatoryInitiator::core)
        return differs(request.alpha2) ? Treatment::ok : Treatment::already_set;
    if (last_request_.initiator == RegulatoryInitiator::driver && !differs(request.alpha2))
        return Treatment::already_set;
    return Treatment::intersect;
}

// cf. reg_process_hint()
void RegulatoryCore::process(RegulatoryRequest request) {
    Treatment treatment = Treatment::ok;
    Wiphy* wiphy = request.wiphy ? world_.find_wiphy(*request.wiphy) : nullptr;
    if (request.initiator == RegulatoryInitiator::user) {
        treatment = treat_user(request);
        if (treatment == Treatment::already_set) return;
    } else if (request.initiator == RegulatoryInitiator::driver) {
        if (wiphy == nullptr) return;
        treatment = treat_driver(request);
        if (treatment != Treatment::ok) wiphy->own_domain_ = domain_;
    }
    if (treatment == Treatment::ignore) return;
    request.intersect = treatment == Treatment::intersect;
    if (treatment == Treatment::already_set) {
        last_request_ = request;
        tell_changed();
        if (wiphy != nullptr && wiphy->strict_regulatory()) update(*wiphy, request.initiator);
        return;
    }

    last_request_ = request;
    last_request_.processed = false;
    if (request.initiator == RegulatoryInitiator::user) user_alpha2_ = request.alpha2;
    if (const phy::RegulatoryDomain* found = database_.find(request.alpha2)) {
        set_domain(*found);
        return;
    }
    // User space is asked (CRDA); here nobody answers, and after a while the world's rules return. cf. call_crda()
    agent_wait_ = world_.queue().after(agent_timeout, [this] { restore_world(std::nullopt); });
}

// cf. set_regdom(), reg_set_rd_user(), reg_set_rd_driver()
void RegulatoryCore::set_domain(const phy::RegulatoryDomain& found) {
    last_request_.processed = true;
    Wiphy* wiphy = last_request_.wiphy ? world_.find_wiphy(*last_request_.wiphy) : nullptr;
    if (last_request_.initiator == RegulatoryInitiator::driver && (found.alpha2.is_world() || wiphy == nullptr))
        return restore_world(user_alpha2_);
    if (last_request_.initiator == RegulatoryInitiator::core) {  // cf. reg_set_rd_core()
        if (!found.alpha2.is_world()) return restore_world(user_alpha2_);
        domain_ = found;
        update_all(RegulatoryInitiator::core);
        return tell_changed();
    }
    if (!differs(found.alpha2)) return;  // in force already: nothing changes, nobody is told
    if (last_request_.intersect) {
        const auto common = phy::intersect(found, domain_);
        if (!common)
            return restore_world(last_request_.initiator == RegulatoryInitiator::user ? std::nullopt : user_alpha2_);
        if (wiphy != nullptr) wiphy->own_domain_ = found;
        domain_ = *common;
    } else {
        if (wiphy != nullptr) wiphy->own_domain_ = found;
        domain_ = found;
    }
    update_all(last_request_.initiator);
    tell_changed();
}

// cf. restore_regulatory_settings(): the world's rules, and then the user's again unless they are to blame
void RegulatoryCore::restore_world(std::optional<phy::Alpha2> user, std::optional<WiphyIndex> named) {
    agent_wait_.cancel();
    user_alpha2_.reset();
    beacons_found_.clear();
    const phy::RegulatoryDomain* world_domain = database_.find(phy::Alpha2::world());
    domain_ = world_domain != nullptr ? *world_domain : phy::builtin_world_domain();
    last_request_ = {};
    last_request_.alpha2 = phy::Alpha2::world();
    last_request_.wiphy = named;
    update_all(RegulatoryInitiator::core);
    tell_changed();
    if (user && !user->is_world()) {
        RegulatoryRequest again;
        again.initiator = RegulatoryInitiator::user;
        again.alpha2 = *user;
        queue_.insert(queue_.begin(), again);
    }
    if (!queue_.empty()) work_ = world_.queue().after({}, [this] { process_queue(); });
}

void RegulatoryCore::tell_changed() {
    world_.trace().record(
        world_.now(), "mld/regulatory-changed",
        {{"alpha2", domain_.alpha2.to_string()}, {"initiator", static_cast<std::uint32_t>(last_request_.initiator)}});
    const RegulatoryRequest request = last_request_;
    world_.tell([&](Events& e) { e.regulatory_changed(request); });
}

void RegulatoryCore::update_all(RegulatoryInitiator initiator) {
    for (const auto& [index, wiphy] : world_.wiphys())
        update(*wiphy, initiator);
    // cf. reg_check_channels()
    enforcement_ = world_.queue().after(enforcement_grace, [this] {
        for (const auto& [index, wiphy] : world_.wiphys())
            wiphy->leave_invalid_channels();
    });
}

// cf. wiphy_update_regulatory(), ignore_reg_update()
void RegulatoryCore::update(Wiphy& wiphy, RegulatoryInitiator initiator) {
    if (wiphy.profile().has(WiphyFlag::self_managed_regulatory)) return;
    if (initiator == RegulatoryInitiator::core && wiphy.custom_regulatory()) return;
    const bool strict = wiphy.strict_regulatory();
    if (strict && !wiphy.own_domain() && initiator != RegulatoryInitiator::country_ie &&
        !last_request_.alpha2.is_world())
        return;
    // A strict driver's domain is its own, not what the world has agreed on. cf. freq_reg_info()
    const phy::RegulatoryDomain* own = wiphy.own_domain() ? &*wiphy.own_domain() : nullptr;
    const phy::RegulatoryDomain& rules =
        strict && own != nullptr && initiator != RegulatoryInitiator::country_ie ? *own : domain_;
    for (BandChannels& band : wiphy.bands_)
        phy::apply_domain(rules, band.channels, initiator, own);
    apply_beacon_hints(wiphy);
    wiphy.regulatory_updated();
}

void RegulatoryCore::wiphy_added(Wiphy& wiphy) {
    update(wiphy, last_request_.initiator);
}

void RegulatoryCore::wiphy_removed(Wiphy& wiphy) {
    if (last_request_.wiphy == wiphy.index()) last_request_.wiphy.reset();
}

// cf. reg_is_world_roaming()
bool RegulatoryCore::world_roaming(const Wiphy& wiphy) const {
    if (domain_.alpha2.is_world() || (wiphy.own_domain() && wiphy.own_domain()->alpha2.is_world())) return true;
    return last_request_.initiator != RegulatoryInitiator::country_ie && wiphy.custom_regulatory();
}

// cf. handle_reg_beacon()
void RegulatoryCore::apply_beacon_hint(Wiphy& wiphy, const phy::Channel& channel) {
    if (!world_roaming(wiphy)) return;
    for (BandChannels& band : wiphy.bands_) {
        if (band.band != channel.band) continue;
        for (phy::RadioChannel& c : band.channels) {
            if (c.channel != channel || !c.now.flags.has(ChannelFlag::no_ir)) continue;
            const phy::RadioChannel before = c;
            c.now.flags.remove(ChannelFlag::no_ir);
            const phy::RadioChannel after = c;
            world_.tell([&](Events& e) { e.beacon_hint(wiphy, before, after); });
        }
    }
}

void RegulatoryCore::apply_beacon_hints(Wiphy& wiphy) {
    for (const phy::Channel& channel : beacons_found_)
        apply_beacon_hint(wiphy, channel);
}

// cf. regulatory_hint_found_beacon(), reg_process_pending_beacon_hints()
void RegulatoryCore::beacon_found(Wiphy& wiphy, const phy::Channel& channel) {
    const phy::RadioChannel* heard = wiphy.channel(channel);
    if (heard == nullptr || heard->now.flags.has(ChannelFlag::radar)) return;
    if (channel.band == phy::Band::ghz2_4 && !is_channel_12_to_14(channel)) return;
    if (std::find(beacons_found_.begin(), beacons_found_.end(), channel) != beacons_found_.end()) return;
    beacons_found_.push_back(channel);
    if (!beacon_work_.pending()) {
        beacon_work_ = world_.queue().after({}, [this] {
            for (const auto& [index, other] : world_.wiphys())
                apply_beacon_hints(*other);
        });
    }
}

}  // namespace mlosim::mld
