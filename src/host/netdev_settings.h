#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "mld/events.h"
#include "mld/world.h"

namespace mlosim::host {

/// Numbers that a program may write to a network device's files and read again, and that nothing else here looks at
/// (there is no IP stack behind the devices). Forgotten with the device.
class NetdevSettings final : private mld::Events {
public:
    /// `world` must outlive this.
    explicit NetdevSettings(mld::World& world) : world_(world) { world_.subscribe(*this); }
    ~NetdevSettings() override { world_.unsubscribe(*this); }
    NetdevSettings(const NetdevSettings&) = delete;
    NetdevSettings& operator=(const NetdevSettings&) = delete;

    [[nodiscard]] std::int64_t get(mld::IfIndex netdev, std::string_view name, std::int64_t initial) const;
    void set(mld::IfIndex netdev, std::string_view name, std::int64_t value);

private:
    void netdev_removed(mld::Netdev& netdev) override { values_.erase(netdev.index()); }

    mld::World& world_;
    std::map<mld::IfIndex, std::map<std::string, std::int64_t, std::less<>>> values_;
};

}  // namespace mlosim::host
