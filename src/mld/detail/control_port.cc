#include "mld/detail/control_port.h"

#include "mld/ap_link.h"
#include "mld/station_mlme.h"
#include "mld/wdev.h"

namespace mlosim::mld::detail {

namespace {

ControlPort from(const CryptoSettings& crypto, OwnerId owner) {
    return {crypto.control_port_ethertype, crypto.control_port_no_encrypt, crypto.control_port_no_preauth,
            crypto.control_port_over_nl80211, owner};
}

}  // namespace

ControlPort ControlPort::of(const Wdev& wdev) {
    if (wdev.mlme() != nullptr) {
        const Connection* connection = wdev.mlme()->connection();
        return connection != nullptr ? from(connection->crypto, connection->owner) : ControlPort{};
    }
    for (const auto& link : wdev.links())
        if (link->ap() != nullptr) return from(link->ap()->settings().crypto, link->ap()->settings().owner);
    return {};
}

}  // namespace mlosim::mld::detail
