// What of interfaces and their links changes while they are there.

#include <array>
#include <bit>
#include <utility>

#include "mld/station_mlme.h"
#include "mld/wdev.h"
#include "mt7925/host/chip_messages.h"
#include "mt7925/host/driver.h"
#include "mt7925/host/link_view.h"
#include "mt7925/host/sleep_message.h"

namespace mlosim::mt7925::host {

namespace {

using namespace std::chrono_literals;

constexpr std::uint16_t short_slot_us = 9;
constexpr std::uint16_t long_slot_us = 20;
constexpr sim::Duration mlo_power_save_delay = 5s;

}  // namespace

// cf. mt7925_vif_cfg_changed()
void Driver::vif_changed(mld::Wdev& wdev, mld::VifChanges changes) {
    Vif* vif = interfaces_.find(wdev);
    if (vif == nullptr || vif->type != ConnectionType::station) return;
    Conversation what;
    const bool connected = !vif->peers.empty();
    if (changes.has(mld::VifChange::association)) {
        VifLink& first = vif->default_link;
        // The channels' contexts follow the station that went. cf. ieee80211_recalc_min_chandef()
        if (!connected) append(what, channels_of(*vif));
        what.push_back({Cid::sta_rec, header_translation_message(EntryNumbers::self(first.numbers, first.own_wcid()),
                                                                 {.of_station = true})});
        if (connected) {
            const mld::BssConfig* bss = wdev.is_mld() ? nullptr : &wdev.default_link().bss_config;
            what.push_back(
                {Cid::bss_info, beacon_watch_message(vif->own_link().numbers, bss != nullptr ? bss->beacon_interval : 0,
                                                     bss != nullptr ? bss->dtim_period : 0)});
        } else {
            what.push_back({Cid::bss_info, pm_disable_message(vif->own_link().numbers)});
        }
        what.push_back({Cid::band_config, beacon_filter_message(connected)});
        if (vif->is_mld()) vif->mlo_power_save = connected ? MloPowerSave::associated : MloPowerSave::disassociated;
    }
    if (changes.has(mld::VifChange::power_save)) {
        if (std::popcount(vif->valid_links) < 2)
            what.push_back({Cid::bss_info, power_save_message(vif->default_link.numbers, wdev.vif_config.power_save)});
        else if (vif->mlo_power_save == MloPowerSave::associated)
            vif->mlo_power_save = MloPowerSave::change_pending;
        else if (vif->mlo_power_save == MloPowerSave::changed)
            append(what, power_save_of_links(*vif, vif->valid_links).value_or(Conversation{}));
    }
    enqueue("vif_cfg_changed", std::move(what), OnFailure::go_on);
}

/// Where each link is, once more. cf. mt7925_change_chanctx()
Conversation Driver::channels_of(Vif& vif) const {
    Conversation out;
    for (const auto& link : vif.wdev.links()) {
        const VifLink* own = vif.link(vif.is_mld() ? std::optional(link->id()) : std::nullopt);
        if (own != nullptr && link->channel())
            out.push_back({Cid::bss_info, rlm_message(own->numbers, told_channel(vif, *own, *link->channel()))});
    }
    return out;
}

std::optional<Conversation> Driver::power_save_of_links(Vif& vif, std::uint16_t links) const {
    Conversation out;
    for (unsigned number = 0; links >> number != 0; ++number) {
        const auto id = ieee80211::LinkId::from(number);
        if (!id || (links & id->bit()) == 0) continue;
        const VifLink* link = vif.link(*id);
        if (link == nullptr || vif.wdev.link(*id) == nullptr) {
            if (has(Defect::link_gone)) return std::nullopt;
            continue;
        }
        out.push_back({Cid::bss_info, power_save_message(link->numbers, vif.wdev.vif_config.power_save)});
    }
    return out;
}

/// All links of stations that have changed it save power now: those that there were before the mutex was waited for.
/// cf. mt7925_mlo_pm_work()
Task<void> Driver::mlo_power_save_work() {
    std::vector<std::pair<std::uint64_t, std::uint16_t>> whose;
    for (const auto& vif : interfaces_.all())
        if (vif->mlo_power_save == MloPowerSave::changed) whose.emplace_back(vif->incarnation, vif->valid_links);
    for (std::size_t i = 0; i < whose.size(); ++i) {
        Mutex::Guard chip = co_await power_.acquire("mlo_pm_work");
        Vif* vif = interfaces_.find(whose[i].first);
        if (vif == nullptr) continue;
        auto what = power_save_of_links(*vif, whose[i].second);
        if (!what) {
            oops("mt7925_mcu_uni_bss_ps");
            co_await Forever{};
        }
        const auto said = co_await say(chip_, std::move(*what), OnFailure::go_on);
        (void)said;
    }
}

// cf. mt7925_link_info_changed()
void Driver::link_changed(mld::Link& link, mld::LinkChanges changes) {
    using mld::LinkChange;
    Vif* vif = interfaces_.find(link.vif());
    if (vif == nullptr) return;
    // Of a link that is not active the MAC says nothing.
    if (link.vif().is_mld() && (link.vif().active_links() & link.id().bit()) == 0) return;
    VifLink* own = vif->link(vif->is_mld() ? std::optional(link.id()) : std::nullopt);
    if (own == nullptr) return;
    Conversation what;
    if (vif->type == ConnectionType::access_point) append(what, access_point_changed(*vif, *own, link, changes));
    if (changes.has(LinkChange::slot_time)) {
        const std::uint16_t slot = link.bss_config.use_short_slot_time ? short_slot_us : long_slot_us;
        if (slot != std::exchange(slot_us_, slot))
            what.push_back({Cid::bss_info, slot_time_message(own->numbers, slot)});
    }
    if (changes.has_any({LinkChange::queues, LinkChange::beacon_enabled}))
        what.push_back({Cid::edca, edca_message(own->numbers, queues_of(link))});
    const bool is_station = vif->type == ConnectionType::station;
    const bool is_further = vif->is_mld() && own != &vif->default_link;
    // The context of the channel follows what the association says of it. cf. ieee80211_recalc_smps()
    if (is_station && changes.has(LinkChange::dtim) && link.channel())
        what.push_back({Cid::bss_info, rlm_message(own->numbers, told_channel(*vif, *own, *link.channel()))});
    // A link that becomes active brings its signal thresholds, which the driver takes for the interface's.
    // cf. mt7925_mcu_set_rssimonitor()
    if (is_station && is_further && changes.has(LinkChange::bssid))
        what.push_back({.cid = Cid::rssi_monitor,
                        .payload = rssi_monitor_message(
                            vif->own_link().numbers,
                            link.vif().mlme() != nullptr && link.vif().mlme()->connection() != nullptr, 0, 0),
                        .waits = false});
    if (vif->mlo_power_save == MloPowerSave::change_pending) {
        // The second link is there.
        what.push_back({Cid::bss_info, beacon_watch_message(own->numbers, link.bss_config.beacon_interval,
                                                            link.bss_config.dtim_period)});
        vif->mlo_power_save = MloPowerSave::changed;
        mlo_power_save_ =
            queue_.after(mlo_power_save_delay, [this] { works_.start("mlo_pm_work", mlo_power_save_work()); });
    }
    enqueue("link_info_changed", std::move(what), OnFailure::go_on);
}

Conversation Driver::queues_again(const mld::Link& link, const VifLink& own) {
    Conversation out;
    out.push_back({Cid::edca, edca_message(own.numbers, queues_of(link))});
    return out;
}

// The firmware counts beacons, and tells when they stay away. cf. IEEE80211_VIF_BEACON_FILTER
bool Driver::watches_connection(const mld::Wdev& wdev) const {
    return wdev.type() == mld::InterfaceType::station || wdev.type() == mld::InterfaceType::p2p_client;
}

// cf. mt7925_set_rts_threshold()
Result<void> Driver::set_rts_threshold(std::uint32_t octets) {
    Conversation what;
    what.push_back({Cid::band_config, rts_message(octets)});
    enqueue("set_rts_threshold", std::move(what));
    return {};
}

}  // namespace mlosim::mt7925::host
