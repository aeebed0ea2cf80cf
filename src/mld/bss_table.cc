#include "mld/bss_table.h"

#include <algorithm>

#include "ieee80211/element.h"
#include "mld/detail/channel_switch.h"
#include "sim/invariant.h"

namespace mlosim::mld {

namespace {

using ieee80211::ByteView;
using ieee80211::ElementList;

std::optional<ByteView> ssid_octets(const BssElements& elements) {
    const auto found = ElementList(elements.bytes).find(ieee80211::element::ssid);
    if (!found) return std::nullopt;
    return found->first_piece();
}

bool all_zero(ByteView octets) {
    return std::all_of(octets.begin(), octets.end(), [](std::uint8_t o) { return o == 0; });
}

}  // namespace

std::optional<ieee80211::Ssid> Bss::ssid() const {
    if (!elements) return std::nullopt;
    auto ssid = ElementList(elements->bytes).get<ieee80211::Ssid>();
    if (!ssid) return std::nullopt;
    return *ssid;
}

BssTable::Key BssTable::key_of(const Bss& bss) {
    Key key{bss.channel, bss.bssid, std::nullopt};
    if (const auto octets = ssid_octets(*bss.elements)) key.ssid.emplace(octets->begin(), octets->end());
    return key;
}

BssTable::Entry* BssTable::find_exact(const Key& key) {
    const auto found = entries_.find(key);
    return found == entries_.end() ? nullptr : found->second.get();
}

// cf. __cfg80211_bss_update(): a probe response joins the hidden network whose beacon shows an empty SSID, or as many
// zeros
BssTable::Entry* BssTable::find_hidden_owner(const Key& key) {
    if (!key.ssid) return nullptr;
    Entry* owner = find_exact({key.channel, key.bssid, ieee80211::Bytes{}});
    if (owner == nullptr) owner = find_exact({key.channel, key.bssid, ieee80211::Bytes(key.ssid->size(), 0)});
    // Only an entry with a beacon: else there would never be one.
    return owner != nullptr && owner->bss.beacon ? owner : nullptr;
}

// cf. cfg80211_update_known_bss()
bool BssTable::update_known(Entry& known, Bss& update, bool signal_valid) {
    Bss& bss = known.bss;
    bss.last_seen = update.last_seen;
    bss.boottime = update.boottime;
    if (update.probe_response) {
        if (bss.probe_response != nullptr && detail::switch_is_stuck(bss, *update.probe_response))
            bss.probe_response_switch_stuck = true;
        bss.probe_response = update.probe_response;
        bss.elements = update.probe_response;
    }
    if (update.beacon) {
        // A hidden network that shows its SSID all at once is confusing: its beacon is not taken.
        if (known.hidden_owner != nullptr) return false;
        if (bss.elements == bss.beacon) bss.elements = update.beacon;
        bss.beacon = update.beacon;
        for (Entry* member : known.hidden_members) {
            member->bss.beacon = update.beacon;
            member->bss.last_seen = bss.last_seen;
            member->bss.boottime = bss.boottime;
        }
    }
    bss.beacon_interval = update.beacon_interval;
    if (signal_valid) bss.signal_mbm = update.signal_mbm;
    bss.capability = update.capability;
    bss.parent_tsf = update.parent_tsf;
    bss.parent_bssid = update.parent_bssid;
    bss.max_bssid_indicator = update.max_bssid_indicator;
    bss.bssid_index = update.bssid_index;
    bss.use_for = update.use_for;
    bss.cannot_use_reasons = update.cannot_use_reasons;
    bss.source = update.source;
    return true;
}

// cf. cfg80211_combine_bsses(): the beacon came after the probe responses that it belongs to
void BssTable::adopt_probe_responses(Entry& hidden) {
    if (!hidden.key.ssid || !all_zero(*hidden.key.ssid)) return;
    const std::size_t size = hidden.key.ssid->size();
    // All entries of one BSSID on one channel lie beside each other.
    for (auto it = entries_.lower_bound({hidden.key.channel, hidden.key.bssid, std::nullopt});
         it != entries_.end() && it->first.channel == hidden.key.channel && it->first.bssid == hidden.key.bssid; ++it) {
        Entry& entry = *it->second;
        if (&entry == &hidden || entry.bss.beacon || entry.hidden_owner != nullptr || !entry.key.ssid) continue;
        if (size != 0 && entry.key.ssid->size() != size) continue;
        entry.hidden_owner = &hidden;
        entry.bss.hidden_beacon = &hidden.bss;
        entry.bss.beacon = hidden.bss.beacon;
        hidden.hidden_members.push_back(&entry);
    }
}

const Bss* BssTable::update(Bss update, bool signal_valid) {
    MLOSIM_INVARIANT(update.elements && (update.beacon == nullptr) != (update.probe_response == nullptr),
                     "an update comes from one frame");
    Key key = key_of(update);
    if (Entry* known = find_exact(key)) {
        if (!update_known(*known, update, signal_valid)) return nullptr;
        ++generation_;
        return &known->bss;
    }

    if (entries_.size() >= max_entries && !unlink_oldest()) return nullptr;
    auto owned = std::make_unique<Entry>();
    Entry& entry = *owned;
    entry.key = key;
    entry.bss = std::move(update);
    entry.bss.transmitted = nullptr;  // add_nontransmitted() says so
    if (entry.bss.probe_response) {
        if (Entry* owner = find_hidden_owner(key)) {
            entry.hidden_owner = owner;
            entry.bss.hidden_beacon = &owner->bss;
            entry.bss.beacon = owner->bss.beacon;
            owner->hidden_members.push_back(&entry);
        }
    } else {
        adopt_probe_responses(entry);
    }
    entry.place = order_.insert(order_.end(), &entry);
    entries_.emplace(std::move(key), std::move(owned));
    ++generation_;
    return &entry.bss;
}

bool BssTable::add_nontransmitted(const Bss& transmitter_bss, const Bss& nontransmitted_bss) {
    Entry* transmitter = entry_of(transmitter_bss);
    Entry* nontransmitted = entry_of(nontransmitted_bss);
    if (transmitter == nullptr || nontransmitted == nullptr) return false;
    if (nontransmitted->listed_by == transmitter) return true;
    if (nontransmitted->listed_by != nullptr || !nontransmitted->key.ssid || nontransmitted == transmitter) {
        if (unlink(*nontransmitted)) ++generation_;
        return false;
    }
    nontransmitted->listed_by = transmitter;
    nontransmitted->bss.transmitted = &transmitter->bss;
    transmitter->nontransmitted.push_back(nontransmitted);
    return true;
}

const Bss* BssTable::find(std::optional<phy::Channel> channel, std::optional<ieee80211::MacAddress> bssid,
                          const ieee80211::Ssid* ssid, sim::Time now) const {
    for (const Entry* entry : order_) {
        const Bss& bss = entry->bss;
        if (channel && bss.channel != *channel) continue;
        if (bssid && bss.bssid != *bssid) continue;
        if (!bss.bssid.is_valid_individual()) continue;
        if (bss.hold == 0 && bss.last_seen + expire_after < now) continue;
        if (ssid != nullptr) {
            const auto octets = ssid_octets(*bss.elements);
            if (!octets || !std::equal(octets->begin(), octets->end(), ssid->octets().begin(), ssid->octets().end()))
                continue;
        }
        return &bss;
    }
    return nullptr;
}

// cf. __cfg80211_unlink_bss(): a hidden network's beacon stays as long as its probe responses do
bool BssTable::unlink(Entry& entry) {
    if (!entry.hidden_members.empty()) return false;
    if (entry.hidden_owner != nullptr) std::erase(entry.hidden_owner->hidden_members, &entry);
    if (entry.listed_by != nullptr) std::erase(entry.listed_by->nontransmitted, &entry);
    for (Entry* nontransmitted : entry.nontransmitted) {
        nontransmitted->listed_by = nullptr;
        nontransmitted->bss.transmitted = nullptr;
    }
    order_.erase(entry.place);
    entries_.erase(Key(entry.key));
    return true;
}

// cf. cfg80211_bss_expire_oldest()
bool BssTable::unlink_oldest() {
    Entry* oldest = nullptr;
    for (Entry* entry : order_) {
        if (entry->bss.hold != 0 || !entry->hidden_members.empty()) continue;
        if (oldest == nullptr || entry->bss.last_seen <= oldest->bss.last_seen) oldest = entry;
    }
    return oldest != nullptr && unlink(*oldest);
}

const Bss* BssTable::move(const Bss& bss, const phy::Channel& channel) {
    Entry* entry = entry_of(bss);
    if (entry == nullptr) return nullptr;
    Key key = entry->key;
    key.channel = channel;
    if (Entry* there = find_exact(key)) {
        // What was heard there already counts; the old one no longer does.
        if (there != entry) (void)unlink(*entry);
        ++generation_;
        return &there->bss;
    }
    auto node = entries_.extract(entry->key);
    node.key() = key;
    entry->key = key;
    entry->bss.channel = channel;
    entries_.insert(std::move(node));
    ++generation_;
    return &entry->bss;
}

void BssTable::forget(const Bss& bss) {
    if (Entry* entry = entry_of(bss); entry != nullptr && unlink(*entry)) ++generation_;
}

void BssTable::forget_before(sim::Time cutoff) {
    std::vector<Entry*> old;
    for (Entry* entry : order_)
        if (entry->bss.hold == 0 && entry->bss.last_seen < cutoff) old.push_back(entry);
    bool changed = false;
    for (Entry* entry : old)
        changed = unlink(*entry) || changed;
    if (changed) ++generation_;
}

void BssTable::expire(sim::Time now) {
    if (now.since_start() > expire_after) forget_before(now - expire_after);
}

void BssTable::Hold::change(int by) {
    Entry* entry = table_.find_exact(key_);
    // An entry that was forgotten and came anew is not held.
    if (entry == nullptr || (by < 0 && entry->bss.hold == 0)) return;
    entry->bss.hold += static_cast<unsigned>(by);
}

void BssTable::clear() {
    order_.clear();
    entries_.clear();
    ++generation_;
}

std::vector<const Bss*> BssTable::entries() const {
    std::vector<const Bss*> out;
    out.reserve(order_.size());
    for (const Entry* entry : order_)
        out.push_back(&entry->bss);
    return out;
}

}  // namespace mlosim::mld
