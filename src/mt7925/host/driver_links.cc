// Links of an MLD: which BSS index each has, which channel it uses, how a second one comes.

#include <algorithm>
#include <bit>
#include <utility>

#include "mld/wdev.h"
#include "mld/wiphy.h"
#include "mt7925/host/chip_messages.h"
#include "mt7925/host/driver.h"
#include "mt7925/host/link_view.h"
#include "mt7925/host/roc_message.h"

namespace mlosim::mt7925::host {

namespace {

constexpr unsigned most_active_links = 2;
constexpr std::uint32_t mlo_roc_ms = 5;

// cf. mt7925_mcu_set_mlo_roc()
RocType mlo_roc_type(phy::Band first, phy::Band second) {
    return first == phy::Band::ghz2_4 || second == phy::Band::ghz2_4 ? RocType::mlsr_ag : RocType::mlsr_aa;
}

}  // namespace

// cf. mt7925_change_vif_links()
Result<void> Driver::change_vif_links(mld::Wdev& wdev, std::uint16_t old_links, std::uint16_t new_links) {
    Vif* vif = interfaces_.find(wdev);
    if (vif == nullptr || old_links == new_links) return {};
    const auto added = static_cast<std::uint16_t>(new_links & ~old_links);
    const auto removed = static_cast<std::uint16_t>(old_links & ~new_links);
    if (new_links == 0) {
        restore_legacy(*vif);
        return {};
    }
    remove_links(*vif, removed);
    std::uint16_t more = added;
    if (!vif->is_mld()) {
        const auto first = *ieee80211::LinkId::from(static_cast<unsigned>(std::countr_zero(added)));
        if (auto done = add_first_link(*vif, first); !done) return done;
        more = static_cast<std::uint16_t>(more & ~first.bit());
    }
    if (auto done = add_more_links(*vif, more); !done) return done;
    vif->valid_links = new_links;
    return {};
}

/// The interface's own link becomes the MLD's first: the firmware is told of the link's address in the place of the
/// interface's.
Result<void> Driver::add_first_link(Vif& vif, ieee80211::LinkId id) {
    const mld::Link* link = vif.wdev.link(id);
    const ieee80211::MacAddress address = link != nullptr ? link->address() : vif.wdev.address();
    vif.default_link.address = address;  // what is taken back has the new address already, as in the real driver
    Conversation what;
    // The MAC gives the new link its queues before the driver hears of it. cf. ieee80211_link_init()
    if (link != nullptr) what.push_back({Cid::edca, edca_message(vif.default_link.numbers, queues_of(*link))});
    append(what, remove_link(vif, vif.default_link, vif.default_link.own_wcid()));
    vif.default_link.id = id;
    vif.default_link.numbers.link_idx = 0;
    auto more = add_link(vif, vif.default_link, address);
    if (!more) return fail(more.error());
    append(what, std::move(*more));
    enqueue("change_vif_links", std::move(what), OnFailure::go_on);
    ++vif.connection;
    return {};
}

Result<void> Driver::add_more_links(Vif& vif, std::uint16_t added) {
    std::uint16_t done = 0;
    for (unsigned number = 0; added >> number != 0; ++number) {
        if ((added >> number & 1U) == 0) continue;
        const auto id = *ieee80211::LinkId::from(number);
        done = static_cast<std::uint16_t>(done | id.bit());
        if (vif.prepared == id) {
            vif.prepared.reset();
            continue;
        }
        const mld::Link* link = vif.wdev.link(id);
        auto own = std::make_unique<VifLink>();
        own->id = id;
        own->numbers.link_idx = static_cast<std::uint8_t>(std::popcount(vif.valid_links));
        auto what = add_link(vif, *own, link != nullptr ? link->address() : vif.wdev.address());
        if (!what) {
            remove_links(vif, static_cast<std::uint16_t>(done & ~id.bit()));
            return fail(what.error());
        }
        vif.more_links.push_back(std::move(own));
        enqueue("change_vif_links", std::move(*what));
        if (vif.type != ConnectionType::station && has(Defect::roc_unconfigured) && number != 0) {
            warn("at mt7925_mcu_set_mlo_roc+0x1c4/0x3a0 [mt7925_common]");
            remove_links(vif, done);
            return fail(EPERM);
        }
        if (vif.type == ConnectionType::station)
            operations_.enqueue("set_mlo_roc", second_link(vif.incarnation, vif.connection, id, true));
    }
    return {};
}

void Driver::forget_link(Vif& vif, ieee80211::LinkId id) {
    std::erase_if(vif.more_links, [&](const auto& link) { return link->id == id; });
    if (vif.prepared == id) vif.prepared.reset();
}

void Driver::remove_links(Vif& vif, std::uint16_t removed) {
    Conversation what;
    for (unsigned number = 0; removed >> number != 0; ++number) {
        const auto id = ieee80211::LinkId::from(number);
        if (!id || (removed & id->bit()) == 0 || vif.default_link.id == *id) continue;
        // Of a link that its peer has left the firmware is told a second time; it may answer that it knows.
        if (VifLink* link = vif.link(*id)) append(what, remove_link(vif, *link, link->own_wcid()));
        forget_link(vif, *id);
    }
    vif.valid_links = static_cast<std::uint16_t>(vif.valid_links & ~removed);
    enqueue("change_vif_links", std::move(what), OnFailure::go_on);
}

void Driver::restore_legacy(Vif& vif) {
    if (!vif.is_mld()) return;
    Conversation what;
    for (const auto& link : vif.more_links)
        if (link->added) append(what, remove_link(vif, *link, link->own_wcid()));
    vif.more_links.clear();
    vif.prepared.reset();
    vif.valid_links = 0;
    ++vif.connection;
    vif.default_link.address = vif.wdev.address();
    append(what, remove_link(vif, vif.default_link, vif.default_link.own_wcid()));
    vif.default_link.id.reset();
    vif.default_link.channel.reset();
    auto more = add_link(vif, vif.default_link, vif.wdev.address());
    if (more) append(what, std::move(*more));
    enqueue("change_vif_links", std::move(what), OnFailure::go_on);
}

// cf. mt7925_assign_vif_chanctx(), mt7925_change_chanctx()
Result<void> Driver::assign_channel(mld::Link& link) {
    Vif* vif = interfaces_.find(link.vif());
    if (vif == nullptr || !link.channel()) return {};
    VifLink* own = vif->link(vif->is_mld() ? std::optional(link.id()) : std::nullopt);
    if (own == nullptr) return fail(EINVAL, "that link is not there");
    // A plain station that is connected has gone to another channel with its access point. cf. mt7925_csa_work()
    const bool follows = !vif->is_mld() && vif->type == ConnectionType::station && !vif->peers.empty();
    const bool changes = own->channel.has_value() || follows;
    own->channel = link.channel();
    Conversation what;
    const bool is_first = own == &vif->default_link;
    if (vif->wdev.type() == mld::InterfaceType::monitor) {
        what.push_back({Cid::sniffer, sniffer_message(true)});
        what.push_back({Cid::sniffer, sniffer_channel_message(*own->channel)});
    } else if (vif->is_mld() && vif->type == ConnectionType::station && is_first && !changes) {
        if (const auto update = bss_update(*vif, *own, nullptr, nullptr, true))
            what.push_back({Cid::bss_info, bss_update_message(*update)});
    } else if (changes || !is_first || vif->type == ConnectionType::access_point) {
        what.push_back({Cid::bss_info, rlm_message(own->numbers, told_channel(*vif, *own, *own->channel))});
    }
    constexpr std::chrono::milliseconds switch_time{4000};
    if (follows)
        operations_.enqueue("csa_work", join({own->numbers.bss_idx, own->channel->control}, false, switch_time));
    enqueue("assign_vif_chanctx", std::move(what));
    if (follows) operations_.enqueue("csa_work", end_roc(vif->incarnation));
    return {};
}

// cf. mt7925_unassign_vif_chanctx()
void Driver::unassign_channel(mld::Link& link) {
    Vif* vif = interfaces_.find(link.vif());
    VifLink* own = vif != nullptr ? vif->link(vif->is_mld() ? std::optional(link.id()) : std::nullopt) : nullptr;
    if (own == nullptr) return;
    Conversation what;
    if (vif->is_mld() && vif->type == ConnectionType::station && own == &vif->default_link)
        if (const auto update = bss_update(*vif, *own, nullptr, nullptr, false))
            what.push_back({Cid::bss_info, bss_update_message(*update)});
    const bool elsewhere = own->channel && own->channel->band() != phy::Band::ghz6;
    if (own == &vif->default_link && elsewhere) vif->band_before = own->channel;
    own->channel.reset();
    enqueue("unassign_vif_chanctx", std::move(what), OnFailure::go_on);
}

// Two links at most, of different bands, and the first is one of them: the others hang on it.
bool Driver::can_activate_links(const mld::Wdev& wdev, std::uint16_t links) const {
    if (wdev.type() != mld::InterfaceType::station) return true;
    if (static_cast<unsigned>(std::popcount(links)) > most_active_links) return false;
    const Vif* vif = interfaces_.find(wdev);
    if (vif != nullptr && vif->is_mld() && (links & vif->default_link.id->bit()) == 0) return false;
    std::vector<phy::Band> bands;
    for (const auto& link : wdev.links())
        if ((links & link->id().bit()) != 0 && link->wanted_channel()) bands.push_back(link->wanted_channel()->band());
    std::sort(bands.begin(), bands.end());
    return std::adjacent_find(bands.begin(), bands.end()) == bands.end();
}

std::vector<phy::Band> Driver::station_link_bands(const mld::Wdev&) const {
    std::vector<phy::Band> out;
    for (const phy::Band band : phy::eht_bands)
        if (wiphy_.band(band) != nullptr) out.push_back(band);
    return out;
}

// The link that it has, and the first usable one of another band. cf. mt76_select_links()
std::uint16_t Driver::select_links(const Vif& vif) const {
    const mld::Link* first = vif.default_link.id ? vif.wdev.link(*vif.default_link.id) : nullptr;
    if (first == nullptr || !first->channel()) return 0;
    std::uint16_t out = first->id().bit();
    for (const auto& link : vif.wdev.links()) {
        if (link.get() == first || (vif.wdev.usable_links() & link->id().bit()) == 0) continue;
        if (!link->wanted_channel() || link->wanted_channel()->band() == first->channel()->band()) continue;
        out = static_cast<std::uint16_t>(out | link->id().bit());
        break;
    }
    return out;
}

// A work of its own: it comes after all that the MAC says of this association. cf. ieee80211_set_active_links_async()
Task<void> Driver::prepare_second_link(std::uint64_t incarnation, std::uint64_t connection, ieee80211::LinkId second) {
    co_await Pause(queue_, {});
    operations_.enqueue("set_active_links", second_link(incarnation, connection, second, false));
}

/// The firmware gets the second link, and time on both channels. Only when it has granted that the MAC is told; if not,
/// all is as before. cf. mt7925_change_vif_links(), mt7925_set_mlo_roc()
Task<void> Driver::second_link(std::uint64_t incarnation, std::uint64_t connection, ieee80211::LinkId second,
                               bool asked_by_mac) {
    Mutex::Guard chip = co_await power_.acquire("change_vif_links");
    const auto find = [&]() -> Vif* {
        Vif* vif = interfaces_.find(incarnation);
        return vif != nullptr && vif->connection == connection ? vif : nullptr;
    };
    Vif* vif = find();
    if (vif == nullptr) co_return;
    const mld::Link* of_mac = vif->wdev.link(second);
    if (of_mac == nullptr || !of_mac->wanted_channel() || !vif->default_link.channel) {
        // The link is not configured: it may be asked for again when it is.
        if (has(Defect::roc_unconfigured)) warn("at mt7925_mcu_set_mlo_roc+0x1c4/0x3a0 [mt7925_common]");
        link_failed(*vif, second, {has(Defect::roc_unconfigured) ? EPERM : ENOLINK, "the link has no channel", {}});
        co_return;
    }
    const RocLink first_link{vif->default_link.numbers.bss_idx, vif->default_link.channel->control};
    RocLink other_link{0, of_mac->wanted_channel()->control};
    Result<void> done;
    if (!asked_by_mac) {
        if (vif->link(second) != nullptr) co_return;
        auto own = std::make_unique<VifLink>();
        own->id = second;
        own->numbers.link_idx = static_cast<std::uint8_t>(std::popcount(vif->valid_links));
        auto what = add_link(*vif, *own, of_mac->address());
        if (!what) {
            link_failed(*vif, second, what.error());
            co_return;
        }
        vif->more_links.push_back(std::move(own));
        done = co_await say(chip_, std::move(*what), OnFailure::stop);
    }
    vif = find();
    VifLink* own = vif != nullptr ? vif->link(second) : nullptr;
    if (own == nullptr) co_return;  // taken back meanwhile, with its index
    other_link.bss_idx = own->numbers.bss_idx;
    if (done) {
        const RocType type = mlo_roc_type(first_link.channel.band, other_link.channel.band);
        if (has(Defect::roc_busy)) {
            // The time of the association's own request is not over.
            warn("at mt7925_set_mlo_roc+0x58/0x1b0 [mt7925_common]");
            done = fail(EBUSY);
        } else {
            Roc::Request request = [=](std::uint8_t token) {
                return mlo_roc_message({token, type, mlo_roc_ms}, first_link, other_link);
            };
            done = co_await roc_.acquire(std::move(request), first_link.bss_idx);
        }
        vif = find();
        own = vif != nullptr ? vif->link(second) : nullptr;
        if (own == nullptr) co_return;
    }
    if (done) {
        if (has(Defect::false_simultaneous_links)) refuse_more_time();
        if (asked_by_mac) co_return;
        vif->prepared = second;
        mac_.activate_links(vif->wdev, static_cast<std::uint16_t>(vif->valid_links | second.bit()));
        co_return;
    }
    link_failed(*vif, second, done.error());
    if (asked_by_mac) {
        mac_.activate_links(vif->wdev, static_cast<std::uint16_t>(vif->valid_links & ~second.bit()));
        co_return;
    }
    if (has(Defect::bss_index_leak)) {
        own->added = false;  // nobody gives its index back any more
        forget_link(*vif, second);
        co_return;
    }
    Conversation undo = remove_link(*vif, *own, own->own_wcid());
    forget_link(*vif, second);
    const auto undone = co_await say(chip_, std::move(undo), OnFailure::go_on);
    (void)undone;
}

/// The real driver is silent about it.
void Driver::link_failed(const Vif& vif, ieee80211::LinkId link, const Error& error) {
    wiphy_.world().trace().record(
        queue_.now(), "mt7925/link-not-added",
        {{"wdev", vif.wdev.id().value}, {"link", link.value()}, {"error", error.code}, {"why", error.message}});
}

}  // namespace mlosim::mt7925::host
