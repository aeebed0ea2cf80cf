#include <array>
#include <span>

#include "scenario/detail/kinds.h"
#include "scenario/detail/sections.h"

namespace mlosim::scenario::detail {

namespace {

/// A target that has no interface of its own.
Target read_radio_target(Fields& in) {
    return {in.required("radio", name()), std::nullopt, in.at().text()};
}

// One function an action: takes the object that the action's name holds.

Action read_move(Fields& in) {
    MoveStep out{read_target(in), {}, {}};
    out.to = in.required("to_m", position());
    out.over = in.get("over", duration(), out.over);
    return out;
}

Action read_up(Fields& in) {
    return UpStep{read_target(in)};
}
Action read_down(Fields& in) {
    return DownStep{read_target(in)};
}
Action read_regulatory(Fields& in) {
    return RegulatoryStep{in.required("country", country())};
}

Action read_power(Fields& in) {
    PowerStep out{read_target(in), {}};
    const Json* dbm = in.find("dbm");
    if (dbm == nullptr)
        in.missing("dbm", "a number from 0 to 36, or \"auto\"");
    else if (*dbm != "auto")
        out.power = in.optional("dbm", power(0.0, 36.0));
    return out;
}

Action read_scan(Fields& in) {
    ScanStep out;
    out.target = read_target(in);
    out.passive = in.get("passive", yes_or_no(), out.passive);
    out.ssids = in.list("ssids", ssid());
    if (out.passive && !out.ssids.empty())
        in.mistake(in.at() / "ssids", "names to ask for in a passive scan", "no such member, or \"passive\": false");
    out.bands = in.list("bands", band());
    in.each("channels", [&](const Json& item, const Pointer& place) {
        Fields one(item, place, in.mistakes());
        if (const auto channel = read_channel(one, false)) out.frequencies.push_back(channel->control.center);
    });
    out.flush = in.get("flush", yes_or_no(), out.flush);
    out.colocated_6ghz = in.get("colocated_6ghz", yes_or_no(), out.colocated_6ghz);
    return out;
}

Action read_abort_scan(Fields& in) {
    return AbortScanStep{read_target(in)};
}

Action read_set_type(Fields& in) {
    SetTypeStep out{read_target(in), {}};
    out.type = in.required("type", interface_type());
    return out;
}

Action read_add_interface(Fields& in) {
    AddInterfaceStep out;
    out.target = read_radio_target(in);
    out.name = in.required("name", interface_name());
    out.type = in.get("type", interface_type(), out.type);
    return out;
}

Action read_remove_interface(Fields& in) {
    return RemoveInterfaceStep{read_target(in)};
}

Action read_add_link(Fields& in) {
    AddLinkStep out{read_target(in), {}};
    out.band = in.required("band", band());
    return out;
}

Action read_remove_link(Fields& in) {
    RemoveLinkStep out{read_target(in), {}};
    out.band = in.required("band", band());
    return out;
}

Action read_roam(Fields& in) {
    RoamStep out;
    out.station = in.required("station", name());
    out.network = in.optional("network", name());
    return out;
}

Action read_remove_radio(Fields& in) {
    return RemoveRadioStep{read_radio_target(in)};
}

Action read_suspend(Fields& in) {
    SuspendStep out{read_radio_target(in), {}};
    static constexpr std::array<std::pair<const char*, bool mld::WakeOn::*>, 2> triggers{
        {{"disconnect", &mld::WakeOn::disconnect}, {"magic_packet", &mld::WakeOn::magic_packet}}};
    if (const auto trigger = in.optional("wake_on", word(triggers))) {
        out.wake_on.emplace();
        (*out.wake_on).** trigger = true;
    }
    return out;
}

Action read_resume(Fields& in) {
    return ResumeStep{read_radio_target(in)};
}

Action read_rekey(Fields& in) {
    OrderStep out{"rekey", in.required("network", name()), {}, {}};
    out.order = agent::RekeyOrder{in.optional("station", mac_address())};
    return out;
}

Action read_send_away(Fields& in, const char* name_of_step, bool disassociates) {
    OrderStep out{name_of_step, in.required("network", name()), {}, {}};
    agent::SendAwayOrder order;
    order.disassociates = disassociates;
    order.station = in.optional("station", mac_address());
    order.reason = in.get("reason", integer<std::uint16_t>(1, 65535), order.reason);
    out.order = order;
    return out;
}

Action read_deauthenticate(Fields& in) {
    return read_send_away(in, "deauthenticate", false);
}

Action read_disassociate(Fields& in) {
    return read_send_away(in, "disassociate", true);
}

ieee80211::LinkId link_id(unsigned number) {
    return ieee80211::LinkId::from(number).value_or(ieee80211::LinkId{});
}

Kind<unsigned> link_number() {
    return integer<unsigned>(0, ieee80211::LinkId::max_links - 1);
}

Action read_remove_ap_link(Fields& in) {
    OrderStep out{"remove_ap_link", in.required("network", name()), {}, {}};
    agent::RemoveLinkOrder order;
    order.link = link_id(in.required("link_id", link_number()));
    order.beacons = in.get("beacons", integer<std::uint16_t>(1, 65535), order.beacons);
    out.order = order;
    return out;
}

Action read_rest_ap_link(Fields& in) {
    OrderStep out{"rest_ap_link", in.required("network", name()), {}, {}};
    agent::RestLinkOrder order;
    order.link = link_id(in.required("link_id", link_number()));
    order.duration = in.required("for", duration());
    out.order = order;
    return out;
}

/// The link of an AP MLD; plain access points have none.
std::optional<ieee80211::LinkId> read_link(Fields& in) {
    const auto number = in.optional("link_id", link_number());
    return number ? std::optional(link_id(*number)) : std::nullopt;
}

Action read_switch_channel(Fields& in) {
    OrderStep out{"switch_channel", in.required("network", name()), {}, {}};
    agent::SwitchChannelOrder order;
    order.link = read_link(in);
    if (const auto channel = read_channel(in, true)) order.channel = *channel;
    order.beacons = in.get("beacons", integer<std::uint8_t>(1, 255), order.beacons);
    order.quiet = in.get("quiet", yes_or_no(), order.quiet);
    out.order = order;
    return out;
}

Action read_change_color(Fields& in) {
    OrderStep out{"change_color", in.required("network", name()), {}, {}};
    agent::ChangeColorOrder order;
    order.link = read_link(in);
    order.color = in.required("color", integer<std::uint8_t>(1, 63));
    order.beacons = in.get("beacons", integer<std::uint8_t>(1, 255), order.beacons);
    out.order = order;
    return out;
}

Action read_request_transition(Fields& in) {
    OrderStep out{"request_transition", in.required("network", name()), {}, {}};
    agent::TransitionOrder order;
    order.station = in.optional("station", mac_address());
    order.disassociates_after = in.get("disassociate_after", integer<std::uint16_t>(0, 65535), std::uint16_t{0});
    out.to = in.list("to", name());
    out.order = order;
    return out;
}

Action read_emlsr(Fields& in) {
    EmlsrStep out;
    out.target = read_target(in);
    for (const unsigned link : in.list("links", integer<unsigned>(0, ieee80211::LinkId::max_links - 1)))
        if (const auto id = ieee80211::LinkId::from(link)) out.links.push_back(*id);
    out.padding = in.optional("padding_us", emlsr_padding());
    out.transition = in.optional("transition_us", emlsr_transition());
    return out;
}

Action read_fault_step(Fields& in) {
    return FaultStep{read_fault(in)};
}
Action read_clear_faults(Fields& in) {
    return ClearFaultsStep{in.optional("radio", name())};
}

Action read_traffic(Fields& in) {
    constexpr std::uint32_t smallest = 64;
    constexpr std::uint32_t largest = 1514;
    TrafficStep out{read_target(in)};
    out.every = in.get("every", duration(), out.every);
    out.duration = in.get("for", duration(), out.duration);
    out.bytes = in.get("bytes", integer<std::uint32_t>(smallest, largest), out.bytes);
    out.broadcast = in.get("broadcast", yes_or_no(), out.broadcast);
    if (out.every <= sim::Duration::zero()) in.mistake(in.at() / "every", "no time at all", "a time above 0 s");
    return out;
}

Action read_start_step(Fields& in) {
    return StartStep{in.required("process", name())};
}
Action read_stop_step(Fields& in) {
    return StopStep{in.required("process", name())};
}
Action read_signal_step(Fields& in) {
    return SignalStep{in.required("process", name()), in.required("signal", signal_name())};
}
Action read_control_step(Fields& in) {
    ControlStep out;
    out.process = in.required("process", name());
    out.interface = in.optional("interface", name());
    out.command = in.required("command", any_text());
    out.expected = "an answer other than FAIL and UNKNOWN COMMAND";
    out.answer = read_answer(in, out.expected);
    return out;
}

struct ActionKind {
    const char* name;
    Action (*read)(Fields&);
};
constexpr ActionKind actions[] = {
    {"move", read_move},
    {"up", read_up},
    {"down", read_down},
    {"scan", read_scan},
    {"abort_scan", read_abort_scan},
    {"regulatory", read_regulatory},
    {"power", read_power},
    {"set_type", read_set_type},
    {"add_interface", read_add_interface},
    {"remove_interface", read_remove_interface},
    {"add_link", read_add_link},
    {"remove_link", read_remove_link},
    {"roam", read_roam},
    {"remove_radio", read_remove_radio},
    {"suspend", read_suspend},
    {"resume", read_resume},
    {"rekey", read_rekey},
    {"deauthenticate", read_deauthenticate},
    {"disassociate", read_disassociate},
    {"remove_ap_link", read_remove_ap_link},
    {"rest_ap_link", read_rest_ap_link},
    {"switch_channel", read_switch_channel},
    {"change_color", read_change_color},
    {"request_transition", read_request_transition},
    {"emlsr", read_emlsr},
    {"fault", read_fault_step},
    {"clear_faults", read_clear_faults},
    {"traffic", read_traffic},
    {"start", read_start_step},
    {"stop", read_stop_step},
    {"signal", read_signal_step},
    {"control", read_control_step},
};

/// The moment of a step: "at", or "after" the step before it.
sim::Time read_time(Fields& in, sim::Time previous) {
    const auto at = in.optional("at", duration());
    const auto after = in.optional("after", duration());
    if (in.is_object() && in.has("at") == in.has("after"))
        in.mistake(in.at(), in.has("at") ? "\"at\" and \"after\"" : "neither \"at\" nor \"after\"", "one of them");
    if (at) return sim::Time{*at};
    return previous + after.value_or(sim::Duration::zero());
}

Step read_step(const Json& value, const Pointer& at, sim::Time previous, Mistakes& mistakes) {
    Fields in(value, at, mistakes);
    Step out;
    out.pointer = at.text();
    out.at = read_time(in, previous);
    out.fails_with = in.get("fails_with", error_name(), 0);
    out.may_fail = in.get("may_fail", yes_or_no(), false);
    std::vector<std::string> names;
    unsigned found = 0;
    for (const ActionKind& kind : actions) {
        names.emplace_back(kind.name);
        const Json* action = in.find(kind.name);
        if (action == nullptr) continue;
        ++found;
        Fields members(*action, at / kind.name, mistakes);
        out.action = kind.read(members);
    }
    if (found != 1 && in.is_object())
        in.mistake(at, found == 0 ? "a step that does nothing" : "a step that does several things",
                   "one of " + listed(names));
    return out;
}

}  // namespace

void read_steps(Fields& top, Scenario& out) {
    sim::Time previous;
    top.each("steps", [&](const Json& value, const Pointer& at) {
        out.steps.push_back(read_step(value, at, previous, top.mistakes()));
        previous = out.steps.back().at;
    });
}

}  // namespace mlosim::scenario::detail
