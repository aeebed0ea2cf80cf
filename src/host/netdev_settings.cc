#include "host/netdev_settings.h"

namespace mlosim::host {

std::int64_t NetdevSettings::get(mld::IfIndex netdev, std::string_view name, std::int64_t initial) const {
    const auto device = values_.find(netdev);
    if (device == values_.end()) return initial;
    const auto value = device->second.find(name);
    return value == device->second.end() ? initial : value->second;
}

void NetdevSettings::set(mld::IfIndex netdev, std::string_view name, std::int64_t value) {
    values_[netdev].insert_or_assign(std::string(name), value);
}

}  // namespace mlosim::host
