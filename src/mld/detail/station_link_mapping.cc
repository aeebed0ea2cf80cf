// Which links carry which traffic: what an AP MLD advertises to all, and what it agrees on with one station.
// 802.11be 35.3.7. cf. ieee80211_process_adv_ttlm(), ieee80211_req_neg_ttlm()

#include <algorithm>

#include "ieee80211/multi_link.h"
#include "ieee80211/multi_link_traffic_indication.h"
#include "ieee80211/tid_to_link_mapping.h"
#include "ieee80211/tim.h"
#include "mld/data_path.h"
#include "mld/detail/protected_eht.h"
#include "mld/detail/station_impl.h"
#include "mld/driver.h"

namespace mlosim::mld {

namespace {

using detail::ProtectedEhtAction;
using ieee80211::ByteReader;
using ieee80211::Bytes;
using ieee80211::ByteWriter;
using ieee80211::ElementBody;
using ieee80211::ElementList;
using ieee80211::TidToLinkMapping;
using namespace std::chrono_literals;

constexpr std::uint16_t reason_inactivity = 4;
constexpr std::uint16_t all_links = 0xffff;
constexpr std::uint16_t success = 0;
constexpr std::uint16_t denied = 133;             // DENIED_TID_TO_LINK_MAPPING
constexpr sim::Duration answer_timeout = 200ms;   // IEEE80211_NEG_TTLM_REQ_TIMEOUT
constexpr sim::Duration switch_early = 100ms;     // IEEE80211_ADV_TTLM_SAFETY_BUFFER_MS
constexpr std::uint16_t switch_is_past = 0xff00;  // IEEE80211_ADV_TTLM_ST_UNDERFLOW

/// cf. ieee80211_parse_neg_ttlm(); false: it makes no sense.
bool take(LinkMapping& out, const TidToLinkMapping& element, std::uint16_t valid_links) {
    if (element.switch_time || element.expected_duration()) return false;
    if (element.is_default()) {
        out.downlink.fill(valid_links);
        out.uplink.fill(valid_links);
        return true;
    }
    for (unsigned tid = 0; tid < LinkMapping::tids; ++tid) {
        const std::uint16_t links = element.links(tid).value_or(0);
        if (element.direction() != TidToLinkMapping::Direction::uplink) out.downlink[tid] = links;
        if (element.direction() != TidToLinkMapping::Direction::downlink) out.uplink[tid] = links;
    }
    return true;
}

std::vector<TidToLinkMapping> mappings(const ElementList& elements, bool& whole) {
    std::vector<TidToLinkMapping> out;
    for (const auto& element : elements) {
        if (element.type() != TidToLinkMapping::type) continue;
        const ElementBody body(element);
        auto parsed = TidToLinkMapping::parse(body);
        if (!parsed) {
            whole = false;
            continue;
        }
        out.push_back(*parsed);
    }
    return out;
}

void append(ByteWriter& out, TidToLinkMapping::Direction direction,
            const std::array<std::uint16_t, LinkMapping::tids>& links) {
    TidToLinkMapping::LinkMasks masks;
    for (unsigned tid = 0; tid < LinkMapping::tids; ++tid)
        if (links[tid] != 0) masks[tid] = links[tid];
    if (const auto element = TidToLinkMapping::from(direction, masks)) element->append_to(out);
}

}  // namespace

// cf. ieee80211_parse_adv_t2l()
Result<std::uint16_t> advertised_links(const TidToLinkMapping& mapping) {
    if (mapping.direction() != TidToLinkMapping::Direction::both) return fail(EINVAL);
    if (mapping.is_default()) return all_links;
    const auto links = mapping.links(0);
    for (unsigned tid = 0; tid < TidToLinkMapping::tids; ++tid)
        if (!links || mapping.links(tid) != links) return fail(EINVAL, "a link carries all TIDs or none");
    return *links;
}

// cf. ieee80211_vif_set_links() where only the dormant links differ
void StationMlme::Impl::set_dormant(std::uint16_t links) {
    if (wdev.dormant_links_ == links) return;
    world().trace().record(now(), "mld/dormant-links",
                           {{"wdev", wdev.id().value}, {"before", wdev.dormant_links_}, {"after", links}});
    wdev.dormant_links_ = links;
}

// cf. ieee80211_ttlm_set_links(); false: the connection is over.
bool StationMlme::Impl::carry_traffic_on(std::uint16_t links, std::uint16_t dormant, std::uint16_t suspended) {
    bool changed = wdev.link_mapping_.has_value();
    wdev.link_mapping_.reset();
    wdev.suspended_links_ = 0;
    bool possible = links != 0;
    if (possible && wdev.active_links() != links) {
        changed = true;
        auto next = static_cast<std::uint16_t>(links & wdev.active_links());
        const auto usable = static_cast<std::uint16_t>(wdev.valid_links() & ~dormant);
        if (next == 0) next = static_cast<std::uint16_t>(usable & (0U - usable));
        possible = wiphy().set_active_links(wdev, next).has_value();
    }
    if (!possible) {
        connection_lost(reason_inactivity, true);
        return false;
    }
    set_dormant(dormant);
    wdev.suspended_links_ = suspended;
    if (changed || suspended != 0) wiphy().driver().vif_changed(wdev, VifChange::mapping);
    return true;
}

// cf. ieee80211_process_adv_ttlm()
void StationMlme::Impl::consider_advertised_mapping(const ElementList& elements, std::uint64_t timestamp_us) {
    if (!wdev.is_mld()) return;
    bool whole = true;
    const auto all = mappings(elements, whole);
    if (all.empty()) {
        if (active->mapping_switch.pending()) {
            active->mapping_switch.cancel();  // called off
        } else if (active->advertised_mapping) {
            set_dormant(0);
            wiphy().driver().vif_changed(wdev, VifChange::mapping);
        }
        active->advertised_mapping = false;
        return;
    }
    for (const TidToLinkMapping& mapping : all) {
        const auto links = advertised_links(mapping);
        if (!links) return connection_lost(reason_inactivity, true);
        if (!mapping.switch_time) continue;
        const std::uint16_t at = std::max<std::uint16_t>(*mapping.switch_time, 1);
        const auto beacon_tu = static_cast<std::uint16_t>(timestamp_us >> 10U);
        const auto delay_tu = static_cast<std::uint16_t>(at - beacon_tu);
        if (delay_tu > switch_is_past) return;
        // Changing links takes its time.
        const sim::Duration delay = delay_tu * std::chrono::microseconds(1024);
        active->mapping_switch = world().queue().after(delay > switch_early ? delay - switch_early : sim::Duration{0},
                                                       [this, links = *links] { mapping_is_due(links); });
        return;
    }
}

// The access point has frames that wait for other links than those that listen: they wake up. 802.11be 35.3.12.4
void StationMlme::Impl::consider_waiting_traffic(const ElementList& elements) {
    using ieee80211::MultiLinkTrafficIndication;
    if (!wdev.is_mld()) return;
    const auto aid = ieee80211::Aid::from(active->connection.aid);
    const auto indication = elements.get<MultiLinkTrafficIndication>();
    const auto element = elements.find(ieee80211::element::tim);
    const auto tim =
        element ? ieee80211::TimView::parse(element->first_piece()) : Result<ieee80211::TimView>(fail(ENOENT));
    if (!aid || !indication || !tim) return;
    const auto asleep =
        static_cast<std::uint16_t>(indication->links_of(*aid, *tim) & wdev.usable_links() & ~wdev.active_links());
    if (asleep == 0) return;
    trace("mld/traffic-indicated", active->connection.ap);
    activate_links(static_cast<std::uint16_t>(wdev.active_links() | asleep));
}

// cf. ieee80211_tid_to_link_map_work()
void StationMlme::Impl::mapping_is_due(std::uint16_t links) {
    set_dormant(0);
    const auto carrying = static_cast<std::uint16_t>(links & wdev.valid_links());
    const auto dormant = static_cast<std::uint16_t>(~links & wdev.valid_links());
    if (!carry_traffic_on(carrying, dormant, 0)) return;
    active->advertised_mapping = true;
    trace("mld/mapping-advertised", active->connection.ap);
}

// cf. ieee80211_apply_neg_ttlm()
bool StationMlme::Impl::agree_on(const LinkMapping& mapping) {
    std::uint16_t used = 0;
    for (unsigned tid = 0; tid < LinkMapping::tids; ++tid)
        used = static_cast<std::uint16_t>(used | mapping.downlink[tid] | mapping.uplink[tid]);
    if (wdev.link_mapping_) set_dormant(static_cast<std::uint16_t>(wdev.dormant_links_ & ~wdev.suspended_links_));
    const std::uint16_t usable = wdev.usable_links();
    const auto suspended = static_cast<std::uint16_t>(usable & ~used);
    if (!carry_traffic_on(static_cast<std::uint16_t>(usable & used),
                          static_cast<std::uint16_t>(wdev.dormant_links_ | suspended), suspended))
        return false;
    wdev.link_mapping_ = mapping;
    trace("mld/mapping-agreed", active->connection.ap);
    return true;
}

// cf. ieee80211_req_neg_ttlm()
Result<void> StationMlme::Impl::set_link_mapping(const LinkMapping& mapping) {
    using ieee80211::MldCapabilities;
    if (!wdev.is_mld() || !active) return fail(EINVAL);
    if (MldCapabilities::from_raw(active->ap_mld_capabilities).get(MldCapabilities::tid_to_link_mapping) == 0)
        return fail(EINVAL);
    for (unsigned tid = 0; tid < LinkMapping::tids; ++tid)
        if (((mapping.downlink[tid] | mapping.uplink[tid]) & ~wdev.valid_links()) != 0) return fail(EINVAL);
    if (!wiphy().driver().accepts_mapping(wdev, mapping)) return fail(EINVAL);
    if (!agree_on(mapping)) return {};

    Bytes frame = action_frame(ProtectedEhtAction::ttlm_request);
    ByteWriter out(frame);
    out.u8(++active->last_dialog_token);
    using Direction = TidToLinkMapping::Direction;
    if (mapping.downlink == mapping.uplink) {
        append(out, Direction::both, mapping.downlink);
    } else {
        append(out, Direction::downlink, mapping.downlink);
        append(out, Direction::uplink, mapping.uplink);
    }
    wiphy().data_path().send_management(wdev, &link(), std::move(frame), {});
    active->mapping_answer = world().queue().after(answer_timeout, [this] {
        trace("mld/mapping-timeout", active->connection.ap);
        connection_lost(reason_inactivity, true);
    });
    return {};
}

// cf. ieee80211_process_neg_ttlm_req()
void StationMlme::Impl::on_mapping_request(const ieee80211::FrameView& frame) {
    if (!wdev.is_mld()) return;
    ByteReader in(frame.body());
    in.skip(2);
    const std::uint8_t token = in.u8();
    if (!in.ok()) return;
    bool accepted = true;
    const auto all = mappings(ElementList(in.rest()), accepted);
    LinkMapping mapping;
    for (const TidToLinkMapping& element : all) {
        accepted &= take(mapping, element, wdev.valid_links());
        accepted &= all.size() == 1 || element.direction() != TidToLinkMapping::Direction::both;
    }
    accepted &= !all.empty() && all.size() <= 2;
    accepted &= all.size() != 2 || all[0].direction() != all[1].direction();
    for (unsigned tid = 0; tid < LinkMapping::tids; ++tid)
        accepted &= ((mapping.downlink[tid] | mapping.uplink[tid]) & ~wdev.valid_links()) == 0;
    accepted = accepted && wiphy().driver().accepts_mapping(wdev, mapping);
    if (accepted && !agree_on(mapping)) return;
    Bytes answer = action_frame(ProtectedEhtAction::ttlm_response);
    ByteWriter out(answer);
    out.u8(token);
    out.u16le(accepted ? success : denied);
    wiphy().data_path().send_management(wdev, &link(), std::move(answer), {});
}

// cf. ieee80211_process_neg_ttlm_res()
void StationMlme::Impl::on_mapping_response(const ieee80211::FrameView& frame) {
    ByteReader in(frame.body());
    in.skip(2);
    const std::uint8_t token = in.u8();
    const std::uint16_t status = in.u16le();
    if (!in.ok() || !wdev.is_mld() || token != active->last_dialog_token) return;
    active->mapping_answer.cancel();
    if (status != success) connection_lost(reason_inactivity, true);
}

// cf. ieee80211_process_ttlm_teardown()
void StationMlme::Impl::on_mapping_teardown() {
    if (!wdev.link_mapping_) return;
    wdev.link_mapping_.reset();
    set_dormant(static_cast<std::uint16_t>(wdev.dormant_links_ & ~wdev.suspended_links_));
    wdev.suspended_links_ = 0;
    wiphy().driver().vif_changed(wdev, VifChange::mapping);
}

}  // namespace mlosim::mld
