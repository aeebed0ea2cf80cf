#include "netlink/nl80211/association_links.h"

#include "ieee80211/element.h"
#include "netlink/nl80211/attribute_policy.h"
#include "netlink/nl80211/context.h"
#include "netlink/nl80211/request_values.h"

namespace mlosim::netlink::nl80211 {

Result<phy::Frequency> usable_frequency(const mld::Wiphy& wiphy, std::optional<phy::Frequency> frequency) {
    const phy::RadioChannel* channel = frequency ? wiphy.channel(*frequency) : nullptr;
    if (channel == nullptr || channel->now.flags.has(phy::ChannelFlag::disabled)) return fail(EINVAL);
    return channel->channel.center;
}

namespace {

/// One link of an association. cf. nl80211_process_links()
Result<mld::AssociateLink> parse_link(const mld::Wiphy& wiphy, const Attribute& nest) {
    ExtAck unused;
    auto parsed = parse_nested(nest, attribute_policy, Strictness::liberal, unused);
    if (!parsed) return fail(EINVAL, {}, nest.offset());
    const auto id = link_id(*parsed);
    if (!id) return fail(EINVAL, {}, nest.offset());
    const auto bssid = parsed->mac(NL80211_ATTR_MAC);
    const auto frequency = usable_frequency(wiphy, frequency_of(*parsed));
    if (!bssid || !frequency) return fail(EINVAL, "Error fetching BSS for link", nest.offset());
    mld::AssociateLink link{.link = *id,
                            .bssid = *bssid,
                            .frequency = *frequency,
                            .elements = bytes_of(*parsed, NL80211_ATTR_IE),
                            .disabled = parsed->flag(NL80211_ATTR_MLO_LINK_DISABLED)};
    const ieee80211::ElementList elements(link.elements);
    for (const auto& element : elements)
        if (element.fragmented() || element.type() == ieee80211::element::fragment)
            return fail(EINVAL, "cannot deal with fragmentation", parsed->at(NL80211_ATTR_IE));
    if (elements.find(ieee80211::element::non_inheritance))
        return fail(EINVAL, "cannot deal with non-inheritance", parsed->at(NL80211_ATTR_IE));
    return link;
}

}  // namespace

Result<std::vector<mld::AssociateLink>> parse_association_links(const mld::Wiphy& wiphy, const Request& request) {
    std::vector<mld::AssociateLink> out;
    std::uint16_t seen = 0;
    for (const Attribute& nest : request->each(NL80211_ATTR_MLO_LINKS)) {
        auto link = parse_link(wiphy, nest);
        if (!link) return fail(std::move(link.error()));
        if ((seen & link->link.bit()) != 0) return fail(EINVAL, {}, nest.offset());
        seen = static_cast<std::uint16_t>(seen | link->link.bit());
        out.push_back(std::move(*link));
    }
    return out;
}

}  // namespace mlosim::netlink::nl80211
