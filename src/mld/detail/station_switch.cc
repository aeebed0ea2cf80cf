// The access point takes its BSS to another channel, and its stations follow: 802.11-2020 11.8.8.
// cf. ieee80211_sta_process_chanswitch(), ieee80211_parse_ch_switch_ie()

#include <algorithm>

#include "ieee80211/eht_operation.h"
#include "mld/detail/station_impl.h"
#include "mld/events.h"
#include "mld/stations.h"
#include "mld/usable_channel.h"

namespace mlosim::mld {

namespace {

using detail::ConnectionMode;
using ieee80211::ElementList;
using ieee80211::ManagementSubtype;
using phy::ChannelDefinition;
using phy::ChannelWidth;
namespace element = ieee80211::element;

/// struct ieee80211_csa_ie
struct Announcement {
    ChannelDefinition channel;
    std::uint8_t count = 0;
    bool quiet = false;
};

/// What the Wide Bandwidth Channel Switch element says: width, and the centers' numbers. 802.11-2020 9.4.2.160
void widen(ChannelDefinition& channel, ieee80211::ByteView body) {
    if (body.size() < 3 || body[0] == 0) return;
    ChannelDefinition wide = channel;
    const auto center = [&](std::uint8_t number) { return phy::channel_frequency(channel.band(), number); };
    const int apart = std::abs(static_cast<int>(body[1]) - static_cast<int>(body[2]));
    wide.width = ChannelWidth::w80;
    wide.center1 = center(body[1]);
    if (body[0] == 2 || (body[2] != 0 && apart == 8)) {
        wide.width = ChannelWidth::w160;
        if (body[2] != 0) wide.center1 = center(body[2]);
    } else if (body[0] == 3 || (body[2] != 0 && apart > 8)) {
        wide.width = ChannelWidth::w80p80;
        wide.center2 = center(body[2]);
    }
    if (wide.valid()) channel = wide;
}

/// The new channel with the width that its elements give. Nothing: the channel does not exist.
std::optional<ChannelDefinition> new_channel(const Wiphy& wiphy, const phy::Channel& control,
                                             std::uint8_t operating_class, const ElementList& elements,
                                             const detail::ConnectionSettings& agreed) {
    if (wiphy.channel(control) == nullptr) return std::nullopt;
    ChannelDefinition out = ChannelDefinition::mhz20_noht(control);
    if (agreed.mode >= ConnectionMode::ht) {
        out = ChannelDefinition::mhz20(control);
        const auto offset = elements.find(element::secondary_channel_offset);
        if (offset && !offset->first_piece().empty()) {
            const std::uint8_t where = offset->first_piece()[0];
            if (where == 1 || where == 3) out = ChannelDefinition::ht40(control, where == 1).value_or(out);
        }
    }
    if (control.band == phy::Band::ghz6 && operating_class != 0)
        out = phy::definition_from_operating_class(operating_class, control).value_or(out);
    ieee80211::Bytes wrapped;
    ElementList inner = elements;
    if (const auto wrapper = elements.find(element::channel_switch_wrapper)) {
        wrapped.assign(wrapper->first_piece().begin(), wrapper->first_piece().end());
        inner = ElementList(wrapped);
    }
    if (agreed.mode >= ConnectionMode::vht)
        if (const auto wide = inner.find(element::wide_bandwidth_channel_switch)) widen(out, wide->first_piece());
    if (agreed.mode >= ConnectionMode::eht) {
        if (const auto indication = inner.get<ieee80211::BandwidthIndication>()) {
            using Info = ieee80211::EhtOperationInfo;
            constexpr ChannelWidth widths[] = {ChannelWidth::w20, ChannelWidth::w40, ChannelWidth::w80,
                                               ChannelWidth::w160, ChannelWidth::w320};
            const unsigned width = indication->info.control.get(Info::Control::channel_width);
            ChannelDefinition as_eht = out;
            if (width < std::size(widths)) as_eht.width = widths[width];
            as_eht.center1 =
                phy::channel_frequency(control.band, width >= 3 ? indication->info.ccfs1 : indication->info.ccfs0);
            as_eht.center2 = {};
            as_eht.punctured = indication->info.disabled_subchannels.value_or(0);
            if (as_eht.valid()) out = as_eht;
        }
    }
    while (agreed.limit < detail::limit_of(out))
        if (!detail::narrow(out)) break;
    return out;
}

/// What a frame announces. Nothing, nothing; an error: what cannot be followed.
Result<std::optional<Announcement>> announcement(const Wiphy& wiphy, const phy::Channel& current,
                                                 const ElementList& elements,
                                                 const detail::ConnectionSettings& agreed) {
    Announcement out;
    std::uint8_t number = 0;
    std::uint8_t operating_class = 0;
    phy::Band band = current.band;
    const auto extended = elements.find(element::extended_channel_switch_announcement);
    const auto plain = elements.find(element::channel_switch_announcement);
    if (extended && extended->first_piece().size() == 4) {
        const auto body = extended->first_piece();
        out.quiet = body[0] != 0;
        operating_class = body[1];
        number = body[2];
        out.count = body[3];
        if (const auto of_class = phy::band_of_operating_class(operating_class)) {
            band = *of_class;
        } else if (!plain) {
            return fail(EINVAL, "an operating class that nobody knows");
        }
    } else if (plain && plain->first_piece().size() == 3) {
        const auto body = plain->first_piece();
        out.quiet = body[0] != 0;
        number = body[1];
        out.count = body[2];
    } else {
        return std::optional<Announcement>{};
    }
    const phy::Channel control{band, phy::channel_frequency(band, number)};
    const auto channel = new_channel(wiphy, control, operating_class, elements, agreed);
    if (!channel) return fail(EINVAL, "a channel that the radio lacks");
    out.channel = *channel;
    return std::optional(out);
}

}  // namespace

void StationMlme::Impl::consider_switch(Link& on, ActiveLink& active_link, const ElementList& elements,
                                        SwitchSource source) {
    constexpr std::uint16_t inactivity = 4;
    if (!on.wanted_channel()) return;
    const auto found = announcement(wiphy(), active_link.bss.channel, elements, active_link.settings);
    if (!found) {
        if (source != SwitchSource::public_action) connection_lost(inactivity, true);
        return;
    }
    if (active_link.channel_switch) {
        const bool hears_itself = (wdev.active_links() & on.id().bit()) != 0 || !wdev.is_mld();
        const bool counts = source == SwitchSource::beacon || (source == SwitchSource::other_link && !hears_itself);
        if (!counts) return;
        if (active_link.channel_switch->waits_for_beacon) {
            switch_done(on, active_link);
        } else {
            // Called off; that another link's beacon does not speak of it says nothing.
            if (!*found && source == SwitchSource::beacon) active_link.channel_switch.reset();
            return;
        }
    }
    // Nobody vouches for a public action frame.
    if (!*found || source == SwitchSource::public_action) return;
    const Announcement& next = **found;
    if (next.channel.band() != on.wanted_channel()->band()) return connection_lost(inactivity, !next.quiet);
    const BandChannels* band = wiphy().band(next.channel.band());
    if (band == nullptr || !usable_channel(wiphy().profile(), next.channel, band->channels))
        return connection_lost(inactivity, !next.quiet);
    if (next.channel == *on.wanted_channel() && (!next.quiet || source != SwitchSource::beacon)) {
        active_link.ignored_same_channel = true;
        return;
    }
    active_link.ignored_same_channel = false;
    active_link.channel_switch = std::make_unique<ActiveLink::Switch>();
    active_link.channel_switch->channel = next.channel;
    const unsigned intervals = std::max<unsigned>(next.count, 1) - 1;
    const sim::Duration wait = intervals * on.bss_config.beacon_interval * std::chrono::microseconds(1024);
    active_link.channel_switch->timer = world().queue().after(wait, [this, &on] { switch_now(on); });
    trace("mld/channel-switch-heard", active->connection.ap);
    world().tell([&](Events& e) { e.channel_switch_started(wdev, on, next.channel, next.count, next.quiet); });
}

// cf. ieee80211_csa_switch_work()
void StationMlme::Impl::switch_now(Link& on) {
    constexpr std::uint16_t inactivity = 4;
    const auto found =
        std::find_if(active->links.begin(), active->links.end(), [&](const ActiveLink& l) { return l.id == on.id(); });
    ActiveLink::Switch& pending = *found->channel_switch;
    if (!wiphy().use_channel(on, pending.channel)) return connection_lost(inactivity, false);
    pending.waits_for_beacon = true;
    watch_connection();
}

// cf. ieee80211_chswitch_post_beacon(), cfg80211_ch_switch_notify()
void StationMlme::Impl::switch_done(Link& on, ActiveLink& active_link) {
    active_link.channel_switch.reset();
    const phy::ChannelDefinition channel = *on.wanted_channel();
    BssTable& table = wiphy().bss_table();
    active_link.hold.reset();  // it knows the entry by its old channel
    if (const Bss* moved = table.move(active_link.bss, channel.control)) {
        active_link.bss = *moved;
        active_link.hold = std::make_unique<BssTable::Hold>(table, *moved);
    }
    trace("mld/channel-switched", active->connection.ap);
    world().tell([&](Events& e) { e.channel_switched(wdev, on, channel); });
}

// cf. ieee80211_mgd_check_cross_link_csa()
void StationMlme::Impl::consider_other_links(const Link& heard, const ElementList& elements) {
    if (!wdev.is_mld()) return;
    const auto element = ieee80211::find_multi_link(elements, ieee80211::MultiLinkVariant::basic);
    if (!element) return;
    const ieee80211::ElementBody body(*element);
    const auto mld = ieee80211::BasicMultiLinkView::parse(body);
    if (!mld) return;
    for (std::size_t i = 0; active && i < active->links.size(); ++i) {
        ActiveLink& other = active->links[i];
        Link* on = other.id == heard.id() ? nullptr : wdev.link(other.id);
        if (on == nullptr) continue;
        const auto profile = mld->profile(other.id);
        const ieee80211::Bytes said =
            profile ? ieee80211::Bytes(profile->profile().begin(), profile->profile().end()) : ieee80211::Bytes{};
        consider_switch(*on, other, ElementList(said), SwitchSource::other_link);
    }
}

// cf. ieee80211_sta_rx_queued_frame()
void StationMlme::Impl::on_action(Link& heard, const ieee80211::FrameView& frame) {
    constexpr std::uint8_t spectrum_management = 0;
    constexpr std::uint8_t public_action = 4;
    constexpr std::uint8_t protected_dual = 9;
    constexpr std::uint8_t channel_switch = 4;  // of all three
    if (!active || frame.addr3() != active->connection.ap) return;
    const auto body = frame.body();
    if (!body.empty() && body[0] == detail::category_protected_eht) return on_protected_eht(frame);
    const auto found = std::find_if(active->links.begin(), active->links.end(),
                                    [&](const ActiveLink& l) { return l.id == heard.id(); });
    if (body.size() < 2 || body[1] != channel_switch || found == active->links.end()) return;
    if (body[0] == spectrum_management) {
        consider_switch(heard, *found, ElementList(body.subspan(2)), SwitchSource::protected_action);
        return;
    }
    if (body[0] != public_action && body[0] != protected_dual) return;
    constexpr std::size_t announced = 4;  // fixed fields as in the Extended Channel Switch Announcement element
    if (body.size() < 2 + announced) return;
    ieee80211::Bytes elements{element::extended_channel_switch_announcement.id, announced};
    elements.insert(elements.end(), body.begin() + 2, body.end());
    consider_switch(heard, *found, ElementList(elements),
                    body[0] == protected_dual ? SwitchSource::protected_action : SwitchSource::public_action);
}

void StationMlme::Impl::on_protected_eht(const ieee80211::FrameView& frame) {
    using detail::ProtectedEhtAction;
    const auto body = frame.body();
    if (body.size() < 2) return;
    switch (static_cast<ProtectedEhtAction>(body[1])) {
        case ProtectedEhtAction::ttlm_request:
            return on_mapping_request(frame);
        case ProtectedEhtAction::ttlm_response:
            return on_mapping_response(frame);
        case ProtectedEhtAction::ttlm_teardown:
            return on_mapping_teardown();
        case ProtectedEhtAction::epcs_enable_response:
            return on_epcs_response(frame);
        case ProtectedEhtAction::epcs_teardown:
            return end_priority_access();
        case ProtectedEhtAction::link_reconfiguration_response:
            return on_reconfiguration_response(frame);
        case ProtectedEhtAction::eml_operating_mode:
            return on_emlsr_answer(frame);
        default:
            return;
    }
}

}  // namespace mlosim::mld
