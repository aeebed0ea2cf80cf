// Peers: a WCID for each of their links, and what the firmware is told of them at each step.

#include <algorithm>
#include <bit>
#include <utility>
#include <vector>

#include "mld/sta.h"
#include "mld/wdev.h"
#include "mld/wiphy.h"
#include "mt7925/host/driver.h"
#include "mt7925/host/roc_message.h"

namespace mlosim::mt7925::host {

namespace {

constexpr std::uint32_t pre_roc_ms = 5;

/// A peer's links as the real driver walks over them (for_each_set_bit()), whichever came first.
template <class Links>
auto by_number(Links& links) {
    std::vector<decltype(&links.front())> out;
    for (auto& link : links)
        out.push_back(&link);
    std::ranges::sort(out, {}, [](const PeerLink* link) { return link->id ? link->id->value() : 0; });
    return out;
}

}  // namespace

// cf. mt76_sta_state()
Result<void> Driver::sta_state(mld::Wdev& wdev, mld::Sta& sta, std::optional<mld::StaState> from,
                               std::optional<mld::StaState> to) {
    using mld::StaState;
    Vif* vif = interfaces_.find(wdev);
    if (vif == nullptr) return {};
    if (!from && to == StaState::none) return add_peer(*vif, sta);
    if (from == StaState::authenticated && to == StaState::associated) associate(*vif, sta);
    if (from == StaState::associated && to == StaState::authorized) authorize(*vif, sta);
    if (from == StaState::none && !to) remove_peer(*vif, sta);
    return {};
}

// cf. mt7925_mac_sta_add()
Result<void> Driver::add_peer(Vif& vif, mld::Sta& sta) {
    vif.peers.push_back({sta.address(), {}});
    Peer& peer = vif.peers.back();
    Conversation what;
    for (const auto& link : sta.links()) {
        auto more = add_peer_link(vif, peer, sta, *link);
        if (!more) {
            for (const PeerLink& entry : peer.links)
                free_wcid(entry.wcid);
            vif.peers.pop_back();
            return fail(more.error());
        }
        append(what, std::move(*more));
    }
    operations_.enqueue("sta_add", introduce(vif.incarnation, sta.address(), std::move(what)));
    return {};
}

/// Who cannot be introduced is not there: the connection attempt ends.
Task<void> Driver::introduce(std::uint64_t incarnation, ieee80211::MacAddress address, Conversation what) {
    Mutex::Guard chip = co_await power_.acquire("sta_add");
    const auto said = co_await say(chip_, std::move(what), OnFailure::stop);
    if (said || said.error().code == ECANCELED) co_return;
    Vif* vif = interfaces_.find(incarnation);
    if (vif == nullptr || vif->peer(address) == nullptr) co_return;
    log_.print(KernelLog::Level::warning, "failed to insert STA entry: " + said.error().message);
    chip.release();
    if (vif->type == ConnectionType::station) mac_.disconnect(vif->wdev, false);
}

void Driver::free_wcid(std::uint8_t wcid) {
    if (wcids_.find(wcid) != nullptr) wcids_.withdraw(wcid);
    wcids_.release(wcid);
}

// cf. mt7925_mac_link_sta_add()
Result<Conversation> Driver::add_peer_link(Vif& vif, Peer& peer, const mld::Sta& sta, const mld::LinkSta& link) {
    const auto id = vif.is_mld() ? std::optional(link.link) : std::nullopt;
    VifLink* own = vif.link(id);
    if (own == nullptr) return fail(EINVAL, "that link is not there");
    const auto wcid = wcids_.allocate();
    if (!wcid) return fail(wcid.error());
    const PeerLink* const primary = peer.primary();
    Wcid entry;
    entry.index = *wcid;
    entry.bss_index = own->numbers.bss_idx;
    entry.peer = link.address;
    entry.link = id;
    if (primary != nullptr) entry.primary = primary->wcid;
    wcids_.initialise(entry);
    wcids_.publish(*wcid);
    if (has(Defect::wcid_reinit)) {
        wcids_.initialise(entry);
        log_.print(KernelLog::Level::error, "list_add corruption. prev->next should be next, but was NULL. (wcid " +
                                                std::to_string(*wcid) + ")");
    }
    const bool is_first = primary == nullptr;
    peer.links.push_back({id, *wcid, link.address});
    PeerLink& added = peer.links.back();

    Conversation out;
    // The first one's BSS is not connected yet; that of a further one is.
    if (vif.type == ConnectionType::station)
        if (auto update = bss_update(vif, *own, &added, &sta, !is_first))
            out.push_back({Cid::bss_info, bss_update_message(*update)});
    if (is_first) {
        out.push_back({Cid::sta_rec, station_message(station_record(vif, *own, peer, added, sta, EntryState::none))});
        return out;
    }
    const PeerLink& first = peer.links.front();
    if (const VifLink* of_first = vif.link(first.id))
        out.push_back(
            {Cid::sta_rec, station_message(station_record(vif, *of_first, peer, first, sta, EntryState::associated))});
    out.push_back({Cid::sta_rec, station_message(station_record(vif, *own, peer, added, sta, EntryState::associated))});
    return out;
}

// cf. mt7925_mac_sta_event(), mt7925_mac_set_links(), mt7925_mac_link_sta_assoc()
void Driver::associate(Vif& vif, mld::Sta& sta) {
    Peer* peer = vif.peer(sta.address());
    PeerLink* entry = peer != nullptr ? peer->primary() : nullptr;
    VifLink* own = entry != nullptr ? vif.link(entry->id) : nullptr;
    if (own == nullptr) return;
    const std::uint16_t selected =
        vif.is_mld() && vif.type == ConnectionType::station ? select_links(vif) : std::uint16_t{0};
    std::optional<RocType> first_roc;
    if (std::popcount(selected) > 1) {
        const auto others = static_cast<std::uint16_t>(selected & ~vif.default_link.id->bit());
        const auto second = *ieee80211::LinkId::from(static_cast<unsigned>(std::countr_zero(others)));
        const phy::Band band = own->channel ? own->channel->band() : phy::Band::ghz5;
        const phy::Band other = vif.wdev.link(second)->wanted_channel()->band();
        if (band == phy::Band::ghz2_4)
            first_roc = RocType::mlsr_ag;
        else if (band == phy::Band::ghz5 && other == phy::Band::ghz6)
            first_roc = RocType::mlsr_aa;
        works_.start("set_active_links", prepare_second_link(vif.incarnation, vif.connection, second));
    }
    provoke_firmware(vif, selected);
    Conversation what;
    if (vif.type == ConnectionType::station)
        if (auto update = bss_update(vif, *own, entry, &sta, true))
            what.push_back({Cid::bss_info, bss_update_message(*update)});
    what.push_back(
        {Cid::sta_rec, station_message(station_record(vif, *own, *peer, *entry, sta, EntryState::associated))});
    operations_.enqueue("sta_event", associate_first(vif.incarnation, std::move(what), first_roc));
}

/// Where the two links share too much the radio's time is asked for once more before the firmware knows of the
/// association.
Task<void> Driver::associate_first(std::uint64_t incarnation, Conversation then, std::optional<RocType> first_roc) {
    if (first_roc) {
        co_await end_roc(incarnation);
        Mutex::Guard chip = co_await power_.acquire("set_mlo_roc");
        const Vif* vif = interfaces_.find(incarnation);
        if (vif != nullptr && vif->default_link.channel) {
            const RocLink link{vif->default_link.numbers.bss_idx, vif->default_link.channel->control};
            Roc::Request request = [type = *first_roc, link](std::uint8_t token) {
                return mlo_roc_message({token, type, pre_roc_ms}, link, std::nullopt);
            };
            const auto granted = co_await roc_.acquire(std::move(request), link.bss_idx);
            (void)granted;  // nor does the real driver look
        }
    }
    Mutex::Guard chip = co_await power_.acquire("sta_event");
    const auto said = co_await say(chip_, std::move(then), OnFailure::go_on);
    (void)said;
}

// What a station may send the chip makes of 802.3 frames from now on. cf. mt7925_sta_set_decap_offload()
void Driver::authorize(Vif& vif, const mld::Sta& sta) {
    Peer* peer = vif.peer(sta.address());
    if (peer == nullptr) return;
    Conversation what;
    for (PeerLink* entry : by_number(peer->links)) {
        const VifLink* own = vif.link(entry->id);
        if (own == nullptr) continue;
        entry->translated = true;
        HeaderTranslation translation;
        translation.of_station = vif.type == ConnectionType::station;
        translation.translated = true;
        what.push_back(
            {Cid::sta_rec, header_translation_message(EntryNumbers::peer(own->numbers, entry->wcid), translation)});
    }
    enqueue("sta_set_decap_offload", std::move(what), OnFailure::go_on);
}

// cf. mt7925_sta_pre_rcu_remove(), mt7925_mac_sta_remove()
void Driver::remove_peer(Vif& vif, const mld::Sta& sta) {
    Peer* peer = vif.peer(sta.address());
    if (peer == nullptr) return;
    std::uint16_t all = 0;
    for (const PeerLink& entry : peer->links)
        if (entry.id) all = static_cast<std::uint16_t>(all | entry.id->bit());
    Farewell what = remove_peer_links(vif, *peer, sta, all);
    if (vif.is_mld()) {
        // The links' addresses went with them: the interface has its own again. cf. mt7925_mcu_del_dev()
        what.then.push_back({Cid::bss_info, legacy_bss_message(vif.default_link.numbers)});
        what.then.push_back({Cid::dev_info, device_message(vif.default_link.numbers, vif.wdev.address(), true)});
    }
    vif.peers.remove_if([&](const Peer& own) { return &own == peer; });
    vif.mlo_power_save = MloPowerSave::disassociated;
    operations_.enqueue("sta_remove", let_go(std::move(what)));
}

// cf. mt7925_mac_sta_remove_links(), mt7925_mac_link_sta_remove()
Driver::Farewell Driver::remove_peer_links(Vif& vif, Peer& peer, const mld::Sta& sta, std::uint16_t links) {
    const auto goes = [&](const PeerLink& entry) { return !entry.id || (links & entry.id->bit()) != 0; };
    Farewell out;
    for (const PeerLink* entry : by_number(peer.links)) {
        VifLink* own = goes(*entry) ? vif.link(entry->id) : nullptr;
        if (own == nullptr) continue;
        std::optional<BssUpdate> update;
        if (vif.type == ConnectionType::station) update = bss_update(vif, *own, entry, &sta, false);
        const Bytes removal = station_removal_message(EntryNumbers::peer(own->numbers, entry->wcid));
        if (!vif.is_mld()) {
            out.then.push_back({Cid::sta_rec, removal});
            if (update) out.then.push_back({Cid::bss_info, bss_update_message(*update)});
            continue;
        }
        if (update) out.before.push_back({Cid::bss_info, bss_update_message(*update)});
        out.then.push_back({Cid::sta_rec, removal});
        // The BSS goes with its link, but the first one's number stays: the interface takes it over.
        if (vif.type != ConnectionType::station) continue;
        append(out.then,
               own == &vif.default_link ? deactivation(vif, *own, entry->wcid) : remove_link(vif, *own, entry->wcid));
    }
    for (const PeerLink& entry : peer.links)
        if (goes(entry)) free_wcid(entry.wcid);
    std::erase_if(peer.links, goes);
    return out;
}

Task<void> Driver::let_go(Farewell what) {
    Mutex::Guard chip = co_await power_.acquire("sta_remove");
    const auto before = co_await say(chip_, std::move(what.before), OnFailure::go_on);
    (void)before;
    // cancel_work_sync(): that work wants the mutex that is held here.
    if (has(Defect::roc_deadlock) && roc_work_waits_) co_await Forever{};
    if (roc_.end()) co_await abort_everywhere();
    const auto then = co_await say(chip_, std::move(what.then), OnFailure::go_on);
    (void)then;
}

// cf. mt7925_change_sta_links()
Result<void> Driver::change_sta_links(mld::Wdev& wdev, mld::Sta& sta, std::uint16_t old_links,
                                      std::uint16_t new_links) {
    Vif* vif = interfaces_.find(wdev);
    Peer* peer = vif != nullptr ? vif->peer(sta.address()) : nullptr;
    if (peer == nullptr || old_links == new_links) return {};
    const auto removed = static_cast<std::uint16_t>(old_links & ~new_links);
    const auto added = static_cast<std::uint16_t>(new_links & ~old_links);
    if (removed != 0) operations_.enqueue("change_sta_links", let_go(remove_peer_links(*vif, *peer, sta, removed)));
    for (const auto& link : sta.links()) {
        if ((added & link->link.bit()) == 0 || peer->link(link->link) != nullptr) continue;
        auto what = add_peer_link(*vif, *peer, sta, *link);
        if (!what) return fail(what.error());
        KeyWork work;
        if (!has(Defect::late_link_key)) work = pairwise_keys_on(*vif, *peer, sta, link->link);
        append(*what, std::move(work.what));
        work.what = std::move(*what);
        operations_.enqueue("change_sta_links",
                            introduce_link(vif->incarnation, vif->connection, link->link, std::move(work)));
    }
    return {};
}

/// A further link that the firmware does not take is not used: the MAC goes back to those it had.
Task<void> Driver::introduce_link(std::uint64_t incarnation, std::uint64_t connection, ieee80211::LinkId link,
                                  KeyWork work) {
    Mutex::Guard chip = co_await power_.acquire("change_sta_links");
    const auto said = co_await say(chip_, std::move(work.what), OnFailure::stop);
    if (said) use_keys(work);
    if (said || said.error().code == ECANCELED) co_return;
    Vif* vif = interfaces_.find(incarnation);
    if (vif == nullptr || vif->connection != connection) co_return;
    link_failed(*vif, link, said.error());
    if (has(Defect::partial_link_add))
        // The peer's part is forgotten, its WCID is not.
        for (Peer& peer : vif->peers)
            std::erase_if(peer.links, [&](const PeerLink& entry) { return entry.id == link; });
    if (has(Defect::bss_index_leak)) {
        warn("net/mac80211/link.c:575 at _ieee80211_set_active_links");
        if (VifLink* own = vif->link(link)) own->added = false;
    }
    if (vif->type == ConnectionType::station)
        mac_.activate_links(vif->wdev, static_cast<std::uint16_t>(vif->valid_links & ~link.bit()));
}

// Every link that carries the peer's frames is told. cf. mt7925_ampdu_action(), mt7925_mcu_uni_tx_ba()
void Driver::block_ack_changed(mld::Wdev& wdev, mld::Sta& sta, const mld::BlockAckChange& change) {
    using mld::BlockAckStep;
    Vif* vif = interfaces_.find(wdev);
    const Peer* peer = vif != nullptr ? vif->peer(sta.address()) : nullptr;
    if (peer == nullptr || change.step == BlockAckStep::tx_start) return;
    BlockAck agreement;
    agreement.tid = change.tid;
    agreement.originator = change.step != BlockAckStep::rx_start && change.step != BlockAckStep::rx_stop;
    agreement.start = change.step == BlockAckStep::rx_start || change.step == BlockAckStep::tx_operational;
    agreement.first_sequence = change.first_number;
    agreement.window = change.window;
    Conversation what;
    for (const PeerLink& entry : peer->links) {
        if (has(Defect::block_ack_default_link) && &entry != &peer->links.front()) break;
        if (const VifLink* own = vif->link(entry.id))
            what.push_back({Cid::sta_rec, block_ack_message(EntryNumbers::peer(own->numbers, entry.wcid), agreement)});
    }
    // The MAC ends one in two steps, and the driver says the same at both. cf. IEEE80211_AMPDU_TX_STOP_FLUSH,
    // IEEE80211_AMPDU_TX_STOP_CONT
    if (change.step == BlockAckStep::tx_stop) append(what, Conversation(what));
    operations_.enqueue("ampdu_action", change_block_ack(std::move(what), agreement.start));
}

Task<void> Driver::change_block_ack(Conversation what, bool start) {
    Mutex::Guard chip = co_await power_.acquire("ampdu_action");
    const auto said = co_await say(chip_, std::move(what), OnFailure::go_on);
    if (said || start || !has(Defect::ampdu_stop)) co_return;
    // Nobody tells the MAC that it has ended.
    log_.print(KernelLog::Level::error, "Aggregation stop is not requested");
}

}  // namespace mlosim::mt7925::host
