#include "ieee80211/element_builder.h"

#include <algorithm>
#include <array>

namespace mlosim::ieee80211 {

namespace {
/// The order of 802.11-2020 Table 9-32 (Beacon) with the rows of ax and be, and the rows of the association and probe
/// tables (9-34 to 9-39) at the places that these give them among the same neighbors.
constexpr ElementType order_in_frames[] = {
    element::ssid,
    element::supported_rates,
    element::challenge_text,
    element::dsss_parameter_set,
    element::cf_parameter_set,
    element::ibss_parameter_set,
    element::tim,
    element::country,
    element::request,
    element::power_constraint,
    element::power_capability,
    element::supported_channels,
    element::channel_switch_announcement,
    element::quiet,
    element::ibss_dfs,
    element::tpc_report,
    element::erp,
    element::extended_supported_rates,
    element::rsn,
    element::qos_capability,
    element::bss_load,
    element::edca_parameter_set,
    element::ap_channel_report,
    element::bss_average_access_delay,
    element::antenna,
    element::bss_available_admission_capacity,
    element::bss_ac_access_delay,
    element::measurement_pilot_transmission,
    element::multiple_bssid,
    element::rm_enabled_capabilities,
    element::mobility_domain,
    element::fast_bss_transition,
    element::timeout_interval,
    element::dse_registered_location,
    element::extended_channel_switch_announcement,
    element::supported_operating_classes,
    element::ht_capabilities,
    element::ht_operation,
    element::coexistence_20_40,
    element::overlapping_bss_scan_parameters,
    element::extended_capabilities,
    element::bss_max_idle_period,
    element::fms_descriptor,
    element::qos_traffic_capability,
    element::time_advertisement,
    element::interworking,
    element::advertisement_protocol,
    element::roaming_consortium,
    element::emergency_alert_identifier,
    element::mesh_id,
    element::mesh_configuration,
    element::mesh_awake_window,
    element::beacon_timing,
    element::mccaop_advertisement_overview,
    element::mccaop_advertisement,
    element::mesh_channel_switch_parameters,
    element::qmf_policy,
    element::qload_report,
    element::hcca_txop_update_count,
    element::multi_band,
    element::vht_capabilities,
    element::vht_operation,
    element::transmit_power_envelope,
    element::channel_switch_wrapper,
    element::extended_bss_load,
    element::quiet_channel,
    element::operating_mode_notification,
    element::reduced_neighbor_report,
    element::fils_indication,
    element::rsnx,
    element::max_channel_switch_time,
    element::he_capabilities,
    element::he_operation,
    element::uora_parameter_set,
    element::bss_color_change_announcement,
    element::spatial_reuse_parameter_set,
    element::mu_edca_parameter_set,
    element::ess_report,
    element::ndp_feedback_report,
    element::he_bss_load,
    element::multiple_bssid_configuration,
    element::known_bssid,
    element::short_ssid_list,
    element::he_6ghz_band_capabilities,
    element::non_ap_sta_regulatory_connectivity,
    element::multi_link,
    element::eht_capabilities,
    element::eht_operation,
    element::tid_to_link_mapping,
    element::multi_link_traffic_indication,
    element::bandwidth_indication,
    element::non_inheritance,
};
constexpr unsigned unlisted = std::size(order_in_frames);
constexpr unsigned vendor_specific_order = unlisted + 1;
constexpr unsigned last = unlisted + 2;  // the MIC element covers all before it

constexpr auto ranks = [] {
    std::array<unsigned, 512> table{};
    table.fill(unlisted);
    const auto slot = [](ElementType t) { return t.is_extended() ? 256U + t.extension : 0U + t.id; };
    for (unsigned i = 0; i < std::size(order_in_frames); ++i)
        table[slot(order_in_frames[i])] = i;
    table[slot(element::vendor_specific)] = vendor_specific_order;
    table[slot(element::management_mic)] = last;
    return table;
}();
}  // namespace

unsigned standard_order(ElementType type) {
    return ranks[type.is_extended() ? 256U + type.extension : 0U + type.id];
}

void ElementBuilder::note(std::size_t start) {
    ByteView rest = ByteView(scratch_).subspan(start);
    while (const auto e = ElementView::take(rest, Nesting::elements)) {
        pieces_.push_back({standard_order(e->type()), start, e->encoded().size()});
        start += e->encoded().size();
    }
    MLOSIM_INVARIANT(rest.empty(), "what was added is whole elements");
}

ElementBuilder& ElementBuilder::add(ElementType type, ByteView body) {
    const std::size_t start = scratch_.size();
    ByteWriter out{scratch_};
    write_element(out, type, body);
    note(start);
    return *this;
}

ElementBuilder& ElementBuilder::add(const ElementView& e) {
    const std::size_t start = scratch_.size();
    scratch_.insert(scratch_.end(), e.encoded().begin(), e.encoded().end());
    note(start);
    return *this;
}

ElementBuilder& ElementBuilder::add(const ElementList& list) {
    for (const ElementView& e : list)
        add(e);
    return *this;
}

void ElementBuilder::append_to(ByteWriter& out) const {
    std::vector<Piece> sorted = pieces_;
    std::ranges::stable_sort(sorted, {}, &Piece::order);
    for (const Piece& piece : sorted)
        out.bytes(ByteView(scratch_).subspan(piece.start, piece.size));
}

Bytes ElementBuilder::build() const {
    Bytes bytes;
    bytes.reserve(scratch_.size());
    ByteWriter out{bytes};
    append_to(out);
    return bytes;
}

}  // namespace mlosim::ieee80211
