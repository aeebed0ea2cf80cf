#pragma once

#include <tuple>
#include <utility>

#include "ieee80211/basic_multi_link.h"
#include "ieee80211/bss_elements.h"
#include "ieee80211/country.h"
#include "ieee80211/eht_capabilities.h"
#include "ieee80211/eht_operation.h"
#include "ieee80211/element.h"
#include "ieee80211/he_capabilities.h"
#include "ieee80211/he_operation.h"
#include "ieee80211/ht_elements.h"
#include "ieee80211/inheritance.h"
#include "ieee80211/multi_link_traffic_indication.h"
#include "ieee80211/multiple_bssid.h"
#include "ieee80211/priority_access_multi_link.h"
#include "ieee80211/probe_request_multi_link.h"
#include "ieee80211/reconfiguration_multi_link.h"
#include "ieee80211/reduced_neighbor_report.h"
#include "ieee80211/rsn.h"
#include "ieee80211/ssid.h"
#include "ieee80211/supported_rates.h"
#include "ieee80211/tdls_multi_link.h"
#include "ieee80211/tid_to_link_mapping.h"
#include "ieee80211/tim.h"
#include "ieee80211/transmit_power_envelope.h"
#include "ieee80211/vht_elements.h"
#include "ieee80211/wmm.h"

/// Parse, write, parse again: what unit tests ask of real frames and fuzz targets of any bytes.
namespace mlosim::ieee80211::testing {

enum class RoundTrip {
    unknown,     // nobody here parses this element
    malformed,   // refused
    same_bytes,  // written as it was
    same_value,  // written differently (in the smallest form, say), but it reads the same
    differs,     // a bug
};

/// `parse(body)` of the element's whole body against what its value writes.
template <class Parse>
RoundTrip round_trip_by(const ElementView& e, const Parse& parse) {
    const ElementBody body{e};
    const auto value = parse(body.bytes());
    if (!value) return RoundTrip::malformed;
    Bytes written;
    written.reserve(e.encoded().size() + 2);
    ByteWriter out{written};
    value->append_to(out);
    if (std::ranges::equal(written, e.encoded())) return RoundTrip::same_bytes;
    ByteView rest = written;
    const auto again = ElementView::take(rest, Nesting::elements);
    if (!again || !rest.empty() || again->type() != e.type()) return RoundTrip::differs;
    const auto reparsed = parse(ElementBody(*again).bytes());
    return reparsed && *reparsed == *value ? RoundTrip::same_value : RoundTrip::differs;
}

template <Element E>
RoundTrip round_trip_as(const ElementView& e) {
    return round_trip_by(e, [](ByteView body) { return E::parse(body); });
}

using PlainElements =
    std::tuple<Ssid, SupportedRates, ExtendedSupportedRates, DsssParameterSet, Tim, Country, PowerConstraint,
               PowerCapability, TpcReport, ChannelSwitchAnnouncement, ExtendedChannelSwitchAnnouncement, Erp, BssLoad,
               BssMaxIdlePeriod, TimeoutInterval, OperatingModeNotification, SupportedOperatingClasses, ManagementMic,
               ExtendedCapabilities, Rsn, Rsnx, HtCapabilities, HtOperation, VhtCapabilities, VhtOperation,
               HeCapabilities, HeOperation, He6GhzCapabilities, EhtOperation, BandwidthIndication,
               ReducedNeighborReport, MultipleBssid, MultipleBssidIndex, NontransmittedBssidCapability, NonInheritance,
               TidToLinkMapping, MultiLinkTrafficIndication, TransmitPowerEnvelope, MeshId,
               NonApStaRegulatoryConnectivity>;

/// By the element's type. EHT Capabilities are read in `context`.
inline RoundTrip round_trip(const ElementView& e, const EhtContext& context) {
    if (e.type() == element::eht_capabilities) {
        return round_trip_by(e, [&](ByteView body) { return EhtCapabilities::parse(body, context); });
    }
    if (e.type() == element::multi_link) {
        const auto variant = multi_link_variant(ElementBody(e));
        if (!variant) return RoundTrip::malformed;
        switch (*variant) {
            case MultiLinkVariant::basic:
                return round_trip_as<BasicMultiLink>(e);
            case MultiLinkVariant::probe_request:
                return round_trip_as<ProbeRequestMultiLink>(e);
            case MultiLinkVariant::reconfiguration:
                return round_trip_as<ReconfigurationMultiLink>(e);
            case MultiLinkVariant::tdls:
                return round_trip_as<TdlsMultiLink>(e);
            case MultiLinkVariant::priority_access:
                return round_trip_as<PriorityAccessMultiLink>(e);
        }
    }
    if (e.type() == element::vendor_specific) {
        const ElementBody body{e};
        constexpr std::size_t subtype_at = wmm_vendor_prefix.size();
        if (body.bytes().size() <= subtype_at) return RoundTrip::unknown;
        if (!std::ranges::equal(body.bytes().first(subtype_at), wmm_vendor_prefix)) return RoundTrip::unknown;
        switch (body.bytes()[subtype_at]) {
            case WmmInformation::subtype:
                return round_trip_as<WmmInformation>(e);
            case WmmParameters::subtype:
                return round_trip_as<WmmParameters>(e);
            default:
                return RoundTrip::unknown;
        }
    }
    return []<std::size_t... I>(const ElementView& element, std::index_sequence<I...>) {
        RoundTrip result = RoundTrip::unknown;
        static_cast<void>(((element.type() == std::tuple_element_t<I, PlainElements>::type &&
                            (result = round_trip_as<std::tuple_element_t<I, PlainElements>>(element), true)) ||
                           ...));
        return result;
    }
    (e, std::make_index_sequence<std::tuple_size_v<PlainElements>>{});
}

/// The context for the EHT Capabilities in a list: the HE Capabilities beside them.
inline EhtContext eht_context(const ElementList& elements, bool from_ap) {
    const auto he = elements.get<HeCapabilities>();
    return {he ? he->phy() : HePhyCapabilities{}, from_ap};
}

}  // namespace mlosim::ieee80211::testing
