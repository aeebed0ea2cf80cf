#include "mld/bridge_table.h"

#include <algorithm>
#include <cerrno>
#include <optional>

#include "mld/bridge.h"
#include "mld/events.h"
#include "mld/netdev.h"
#include "mld/world.h"

namespace mlosim::mld {

namespace {

using ieee80211::MacAddress;

constexpr std::size_t most_learnt = 4096;  // a flood of senders must not grow us without bound

}  // namespace

void BridgeTable::put(const MacAddress& address, const BridgeEntry& entry) {
    const auto [at, is_new] = entries_.try_emplace(address, entry);
    if (!is_new && at->second.kind == BridgeEntryKind::learnt) --learnt_;
    if (entry.kind == BridgeEntryKind::learnt) ++learnt_;
    at->second = entry;
    world_.tell([&](Events& e) { e.bridge_entry_changed(bridge_, address, entry, false); });
}

BridgeTable::Entries::iterator BridgeTable::erase(Entries::iterator entry) {
    const auto [address, gone] = *entry;
    if (gone.kind == BridgeEntryKind::learnt) --learnt_;
    const auto next = entries_.erase(entry);
    world_.tell(
        [&, &address = address, &gone = gone](Events& e) { e.bridge_entry_changed(bridge_, address, gone, true); });
    return next;
}

bool BridgeTable::expired(const BridgeEntry& entry) const {
    return entry.kind == BridgeEntryKind::learnt && entry.updated + ageing_time_ <= world_.now();
}

const BridgeEntry* BridgeTable::look_up(const MacAddress& address) {
    const auto found = entries_.find(address);
    if (found == entries_.end()) return nullptr;
    found->second.used = world_.now();
    return &found->second;
}

void BridgeTable::learn(IfIndex port, const MacAddress& source) {
    if (ageing_time_ == ageing_time_.zero()) return;
    const sim::Time now = world_.now();
    if (const auto known = entries_.find(source); known != entries_.end()) {
        if (known->second.kind == BridgeEntryKind::local) return;
        known->second.updated = now;
        if (known->second.device == port) return;
        BridgeEntry moved = known->second;
        moved.device = port;
        put(source, moved);
        return;
    }
    if (learnt_ >= most_learnt) return;
    put(source, {port, BridgeEntryKind::learnt, now, now});
    if (!cleanup_.pending()) cleanup_ = world_.queue().after(ageing_time_, [this] { expire(); });
}

// cf. br_fdb_cleanup()
void BridgeTable::expire() {
    std::optional<sim::Time> next;
    for (auto entry = entries_.begin(); entry != entries_.end();) {
        if (expired(entry->second)) {
            entry = erase(entry);
            continue;
        }
        if (entry->second.kind == BridgeEntryKind::learnt) {
            const sim::Time due = entry->second.updated + ageing_time_;
            next = next ? std::min(*next, due) : due;
        }
        ++entry;
    }
    if (next) cleanup_ = world_.queue().at(*next, [this] { expire(); });
}

void BridgeTable::add_local(IfIndex device, const MacAddress& address) {
    if (!address.is_valid_individual()) return;
    const auto known = entries_.find(address);
    // The same address at two ports: whose it is does not matter.
    if (known != entries_.end() && known->second.kind == BridgeEntryKind::local) return;
    put(address, {device, BridgeEntryKind::local, world_.now(), world_.now()});
}

void BridgeTable::remove_local(IfIndex device, const MacAddress& address) {
    const auto found = entries_.find(address);
    if (found == entries_.end() || found->second.kind != BridgeEntryKind::local || found->second.device != device)
        return;
    const Bridge* bridge = world_.bridges().find(bridge_);
    for (const BridgePort& port : bridge->ports()) {
        const Netdev* other = world_.find_netdev(port.device);
        if (port.device == device || other == nullptr || other->address() != address) continue;
        found->second.device = port.device;
        return;
    }
    if (device != bridge_.index() && bridge_.address() == address) {
        found->second.device = bridge_.index();
        return;
    }
    erase(found);
}

Result<void> BridgeTable::add(const MacAddress& address, const Request& request) {
    if (address.is_zero()) return fail(EINVAL);
    const auto known = entries_.find(address);
    if (known == entries_.end() && !request.create) return fail(ENOENT);
    if (known != entries_.end() && request.only_new) return fail(EEXIST);
    if (known == entries_.end() && request.kind == BridgeEntryKind::learnt && learnt_ >= most_learnt)
        return fail(ENOSPC);
    if (known != entries_.end() && known->second.device == request.device && known->second.kind == request.kind) {
        known->second.used = known->second.updated = world_.now();
        return {};
    }
    put(address, {request.device, request.kind, world_.now(), world_.now()});
    if (request.kind == BridgeEntryKind::learnt && !cleanup_.pending())
        cleanup_ = world_.queue().after(ageing_time_, [this] { expire(); });
    return {};
}

Result<void> BridgeTable::remove(IfIndex device, const MacAddress& address) {
    const auto found = entries_.find(address);
    if (found == entries_.end() || found->second.device != device) return fail(ENOENT);
    erase(found);
    return {};
}

void BridgeTable::forget(IfIndex port, bool all) {
    for (auto entry = entries_.begin(); entry != entries_.end();) {
        const bool goes = entry->second.device == port && (all || entry->second.kind == BridgeEntryKind::learnt);
        entry = goes ? erase(entry) : std::next(entry);
    }
}

void BridgeTable::flush() {
    for (auto entry = entries_.begin(); entry != entries_.end();)
        entry = entry->second.kind == BridgeEntryKind::learnt ? erase(entry) : std::next(entry);
}

void BridgeTable::set_ageing_time(std::chrono::milliseconds time) {
    ageing_time_ = time;
    if (learnt_ != 0) cleanup_ = world_.queue().after({}, [this] { expire(); });
}

}  // namespace mlosim::mld
