#pragma once

#include <chrono>
#include <cstdint>
#include <map>

#include "ieee80211/mac_address.h"
#include "mld/identifiers.h"
#include "sim/event_queue.h"
#include "sim/result.h"

namespace mlosim::mld {

class Netdev;
class World;

/// How long an address stays in a bridge's table.
enum class BridgeEntryKind : std::uint8_t {
    learnt,  ///< frames came from it; forgotten when they no longer do
    fixed,   ///< somebody put it there
    local,   ///< of the bridge itself or of one of its ports: what is sent to it goes no further
};

/// Where a bridge sends what is for one address.
struct BridgeEntry {
    IfIndex device;  ///< a port, or the bridge
    BridgeEntryKind kind = BridgeEntryKind::learnt;
    sim::Time used{};     ///< a frame went there
    sim::Time updated{};  ///< a frame came from there
};

/// What a bridge knows of addresses. cf. net/bridge/br_fdb.c
class BridgeTable {
public:
    using Entries = std::map<ieee80211::MacAddress, BridgeEntry>;

    BridgeTable(World& world, Netdev& bridge) : world_(world), bridge_(bridge) {}

    [[nodiscard]] const Entries& entries() const noexcept { return entries_; }
    /// Marks it as used. nullptr: not known.
    [[nodiscard]] const BridgeEntry* look_up(const ieee80211::MacAddress& address);
    /// True for an entry that is about to be removed.
    [[nodiscard]] bool expired(const BridgeEntry& entry) const;

    /// cf. br_fdb_update()
    void learn(IfIndex port, const ieee80211::MacAddress& source);
    /// An address of the bridge's own or of a port's: takes the place of whatever was known. cf. fdb_add_local()
    void add_local(IfIndex device, const ieee80211::MacAddress& address);
    /// Another device with the same address gets the entry. cf. fdb_delete_local()
    void remove_local(IfIndex device, const ieee80211::MacAddress& address);
    /// By request: EEXIST if it shall be new and is not, ENOENT if it is not there and shall not be made.
    /// cf. fdb_add_entry()
    struct Request {
        IfIndex device;
        BridgeEntryKind kind = BridgeEntryKind::local;
        bool create = false;
        bool only_new = false;
    };
    Result<void> add(const ieee80211::MacAddress& address, const Request& request);
    /// ENOENT: none such at that device. cf. fdb_delete_by_addr_and_port()
    Result<void> remove(IfIndex device, const ieee80211::MacAddress& address);
    /// cf. br_fdb_delete_by_port()
    void forget(IfIndex port, bool all);
    /// Everything that was learnt. cf. br_fdb_flush()
    void flush();

    [[nodiscard]] std::chrono::milliseconds ageing_time() const noexcept { return ageing_time_; }
    /// 0: nothing is learnt, everything is flooded. cf. br_set_ageing_time()
    void set_ageing_time(std::chrono::milliseconds time);

private:
    void put(const ieee80211::MacAddress& address, const BridgeEntry& entry);
    Entries::iterator erase(Entries::iterator entry);
    void expire();

    World& world_;
    Netdev& bridge_;
    Entries entries_;
    std::size_t learnt_ = 0;
    std::chrono::milliseconds ageing_time_{300'000};
    sim::Timer cleanup_;
};

}  // namespace mlosim::mld
