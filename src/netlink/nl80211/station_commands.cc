// Peers: the stations of an access point, the access point of a station.

#include "mld/stations.h"
#include "netlink/nl80211/dumps.h"
#include "netlink/nl80211/handlers.h"
#include "netlink/nl80211/station_message.h"
#include "netlink/nl80211/station_parameters.h"

namespace mlosim::netlink::nl80211 {

namespace {

using mld::InterfaceType;

// cf. nl80211_dump_station()
class StationsDump final : public Dump {
public:
    StationsDump(const Context& context, mld::WdevId wdev) : context_(context), wdev_(wdev) {}

    Result<Progress> fill(DumpBuffer& out) override {
        auto wdev = dumped_wdev(context_, wdev_);
        if (!wdev) return fail(std::move(wdev.error()));
        if ((*wdev)->netdev() == nullptr) return fail(EINVAL);
        const std::vector<mld::Sta*> stations = (*wdev)->wiphy().stations().of(**wdev);
        for (; next_ < stations.size(); ++next_)
            if (!out.add(NL80211_CMD_NEW_STATION, [&](MessageBuilder& message) {
                    put_station(message, *stations[next_], context_.world().now());
                }))
                return Progress::more;
        return out.empty() ? Progress::done : Progress::more;
    }

private:
    const Context& context_;
    mld::WdevId wdev_;
    std::size_t next_ = 0;
};

}  // namespace

// cf. nl80211_get_station()
Result<void> get_station(Context& context, const Request& request, Reply& reply) {
    const auto address = request->mac(NL80211_ATTR_MAC);
    if (context.wdev().netdev() == nullptr || !address) return fail(EINVAL);
    const mld::Sta* sta = context.wiphy().stations().find(context.wdev(), *address);
    if (sta == nullptr || sta->address() != *address) return fail(ENOENT);  // an MLD is known by no link's address
    MessageBuilder message = reply.message(NL80211_CMD_NEW_STATION);
    put_station(message, *sta, context.world().now());
    return reply.send(message);
}

Result<std::unique_ptr<Dump>> dump_stations(Context& context, const Request& request, Reply& reply) {
    auto attributes = dump_attributes(request, reply.ack());
    if (!attributes) return failing_dump(std::move(attributes.error()));
    auto wdev = wdev_to_dump(context, *attributes);
    if (!wdev) return failing_dump(std::move(wdev.error()));
    return std::make_unique<StationsDump>(context, *wdev);
}

// cf. nl80211_new_station()
Result<void> new_station(Context& context, const Request& request, Reply&) {
    mld::Wdev& wdev = context.wdev();
    if (wdev.netdev() == nullptr) return fail(EINVAL);
    auto parameters = parse_new_station(wdev, request);
    if (!parameters) return fail(std::move(parameters.error()));
    auto added = context.wiphy().stations().add(wdev, *station_address(request.attributes()), *parameters);
    if (!added) return fail(std::move(added.error()));
    return {};
}

// cf. nl80211_set_station()
Result<void> set_station(Context& context, const Request& request, Reply&) {
    mld::Wdev& wdev = context.wdev();
    if (wdev.netdev() == nullptr) return fail(EINVAL);
    auto parameters = parse_station_change(wdev, request);
    if (!parameters) return fail(std::move(parameters.error()));
    return context.wiphy().stations().change(wdev, *station_address(request.attributes()), *parameters);
}

// cf. nl80211_del_station()
Result<void> del_station(Context& context, const Request& request, Reply&) {
    constexpr std::uint8_t disassociation = 10;
    constexpr std::uint8_t deauthentication = 12;
    mld::Wdev& wdev = context.wdev();
    if (wdev.netdev() == nullptr) return fail(EINVAL);
    switch (wdev.type()) {
        case InterfaceType::ap:
        case InterfaceType::ap_vlan:
        case InterfaceType::mesh_point:
        case InterfaceType::p2p_go:
            break;
        case InterfaceType::adhoc:
            if (context.wiphy().profile().ext_features.test(NL80211_EXT_FEATURE_DEL_IBSS_STA)) break;
            return fail(EINVAL);
        default:
            return fail(EINVAL);
    }
    const auto subtype = request->u8(NL80211_ATTR_MGMT_SUBTYPE).value_or(deauthentication);
    if (subtype != disassociation && subtype != deauthentication) return fail(EINVAL);
    if (request->u16(NL80211_ATTR_REASON_CODE) == 0) return fail(EINVAL);
    if (const auto link = link_id(request.attributes()); link && wdev.link(*link) == nullptr) return fail(EINVAL);
    if (!wdev.is_mld() && request->has(NL80211_ATTR_MLO_LINK_ID)) return fail(EINVAL);
    return context.wiphy().stations().remove(wdev, request->mac(NL80211_ATTR_MAC), link_id(request.attributes()));
}

// cf. nl80211_add_link_station()
Result<void> add_link_station(Context& context, const Request& request, Reply&) {
    auto parameters = parse_link_station(context.wdev(), request);
    if (!parameters) return fail(std::move(parameters.error()));
    return context.wiphy().stations().add_link(context.wdev(), *request->mac(NL80211_ATTR_MLD_ADDR), *parameters);
}

// cf. nl80211_modify_link_station()
Result<void> modify_link_station(Context& context, const Request& request, Reply&) {
    auto parameters = parse_link_station(context.wdev(), request);
    if (!parameters) return fail(std::move(parameters.error()));
    return context.wiphy().stations().change_link(context.wdev(), *request->mac(NL80211_ATTR_MLD_ADDR), *parameters);
}

// cf. nl80211_remove_link_station()
Result<void> remove_link_station(Context& context, const Request& request, Reply&) {
    const auto address = request->mac(NL80211_ATTR_MLD_ADDR);
    const auto link = link_id(request.attributes());
    if (!address || !link) return fail(EINVAL);
    return context.wiphy().stations().remove_link(context.wdev(), *address, *link);
}

// cf. nl80211_add_link()
Result<void> add_link(Context& context, const Request& request, Reply&) {
    mld::Wdev& wdev = context.wdev();
    if (!wdev.wiphy().profile().has(mld::WiphyFlag::multi_link)) return fail(EINVAL);
    const auto address = request->mac(NL80211_ATTR_MAC);
    if (wdev.type() != InterfaceType::ap || !address || !address->is_valid_individual()) return fail(EINVAL);
    const auto id = link_id(request.attributes()).value_or(ieee80211::LinkId{});
    auto added = context.wiphy().add_ap_link(wdev, id, *address);
    if (!added) return fail(std::move(added.error()));
    return {};
}

// cf. nl80211_remove_link()
Result<void> remove_link(Context& context, const Request& request, Reply&) {
    mld::Wdev& wdev = context.wdev();
    const auto id = link_id(request.attributes());
    if (!id || wdev.type() != InterfaceType::ap) return fail(EINVAL);
    return context.wiphy().remove_ap_link(wdev, *id);
}

}  // namespace mlosim::netlink::nl80211
