// How an interface's frames go out: priorities, acknowledgements.

#include "mld/data_path.h"
#include "mld/transmit_settings.h"
#include "mld/wiphy.h"
#include "netlink/nl80211/handlers.h"
#include "netlink/nl80211/rate_mask.h"

namespace mlosim::netlink::nl80211 {

namespace {

using mld::QosMap;

/// The exceptions, then a range for each priority. 802.11 9.4.2.93
Result<QosMap> parse_qos_map(std::span<const std::uint8_t> bytes) {
    constexpr std::size_t ranges_len = std::size_t{2} * QosMap::priorities;
    if (bytes.size() % 2 != 0 || bytes.size() < ranges_len) return fail(EINVAL);
    QosMap map;
    for (; bytes.size() > ranges_len; bytes = bytes.subspan(2)) {
        if (bytes[1] >= QosMap::priorities) return fail(EINVAL);
        map.exceptions.push_back({bytes[0], bytes[1]});
    }
    for (std::size_t i = 0; i < QosMap::priorities; ++i)
        map.ranges[i] = {bytes[2 * i], bytes[2 * i + 1]};
    return map;
}

/// Basic rates are those that were set, else the band's mandatory ones. cf. ieee80211_mandatory_rates()
bool keeps_a_basic_rate(const mld::Link& link, const mld::RateMask& mask) {
    static constexpr std::uint8_t mandatory_2_4ghz[] = {2, 4, 11, 22};
    static constexpr std::uint8_t mandatory_5ghz[] = {12, 24, 48};
    if (!link.channel()) return true;
    const phy::Band on = link.channel()->control.band;
    std::span<const std::uint8_t> basic = link.bss_config.basic_rates;
    if (basic.empty())
        basic = on == phy::Band::ghz2_4 ? std::span<const std::uint8_t>(mandatory_2_4ghz) : mandatory_5ghz;
    for (const mld::BandCapabilities& band : link.vif().wiphy().profile().bands) {
        if (band.band != on) continue;
        for (std::size_t i = 0; i < band.rates.size(); ++i)
            for (const std::uint8_t rate : basic)
                if ((rate & 0x7fU) == (band.rates[i].hundred_kbps + 4U) / 5U && (mask.legacy >> i & 1U) != 0)
                    return true;
    }
    return false;
}

}  // namespace

// cf. nl80211_set_qos_map()
Result<void> set_qos_map(Context& context, const Request& request, Reply&) {
    std::optional<QosMap> map;
    if (const auto bytes = request->bytes(NL80211_ATTR_QOS_MAP)) {
        auto parsed = parse_qos_map(*bytes);
        if (!parsed) return fail(std::move(parsed.error()));
        map = std::move(*parsed);
    }
    if (auto allowed = keys_allowed(context.wdev()); !allowed) return allowed;
    context.wiphy().data_path().settings(context.wdev()).qos_map = std::move(map);
    return {};
}

// cf. nl80211_set_noack_map()
Result<void> set_no_acknowledgement_map(Context& context, const Request& request, Reply&) {
    const auto tids = request->u16(NL80211_ATTR_NOACK_MAP);
    if (!tids) return fail(EINVAL);
    context.wiphy().data_path().settings(context.wdev()).no_acknowledgement = *tids;
    return {};
}

// cf. nl80211_set_tx_bitrate_mask(), ieee80211_set_bitrate_mask()
Result<void> set_bitrate_mask(Context& context, const Request& request, Reply& reply) {
    mld::Wdev& wdev = context.wdev();
    auto masks = parse_rate_masks(wdev, request, reply.ack());
    if (!masks) return fail(std::move(masks.error()));
    if (!wdev.running() || wdev.type() == mld::InterfaceType::monitor) return fail(ENETDOWN);
    // A rate that everybody must understand has to remain.
    if (!wdev.links().empty()) {
        const mld::Link& link = *wdev.links().front();
        const auto mask = link.channel() ? masks->find(link.channel()->control.band) : masks->end();
        if (mask != masks->end() && !keeps_a_basic_rate(link, mask->second)) return fail(EINVAL);
    }
    context.wiphy().data_path().settings(wdev).rates = std::move(*masks);
    return {};
}

}  // namespace mlosim::netlink::nl80211
