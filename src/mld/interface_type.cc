#include "mld/interface_type.h"

#include <array>

namespace mlosim::mld {

namespace {

struct Name {
    InterfaceType type;
    std::string_view name;
};

constexpr std::array names{
    Name{InterfaceType::unspecified, "unspecified"},
    Name{InterfaceType::adhoc, "adhoc"},
    Name{InterfaceType::station, "station"},
    Name{InterfaceType::ap, "ap"},
    Name{InterfaceType::ap_vlan, "ap_vlan"},
    Name{InterfaceType::wds, "wds"},
    Name{InterfaceType::monitor, "monitor"},
    Name{InterfaceType::mesh_point, "mesh_point"},
    Name{InterfaceType::p2p_client, "p2p_client"},
    Name{InterfaceType::p2p_go, "p2p_go"},
    Name{InterfaceType::p2p_device, "p2p_device"},
    Name{InterfaceType::ocb, "ocb"},
    Name{InterfaceType::nan, "nan"},
    Name{InterfaceType::nan_data, "nan_data"},
    Name{InterfaceType::pd, "pd"},
    Name{InterfaceType::mlo_link, "mlo_link"},
};

}  // namespace

std::string_view to_string(InterfaceType type) {
    for (const Name& n : names)
        if (n.type == type) return n.name;
    return "unknown";
}

std::optional<InterfaceType> parse_interface_type(std::string_view name) {
    for (const Name& n : names)
        if (n.name == name) return n.type;
    return std::nullopt;
}

std::optional<InterfaceType> interface_type_from_nl80211(std::uint32_t number) {
    if (number >= nl80211_interface_types) return std::nullopt;
    return static_cast<InterfaceType>(number);
}

}  // namespace mlosim::mld
