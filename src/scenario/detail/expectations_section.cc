#include <array>

#include "ieee80211/link_id.h"
#include "scenario/detail/kinds.h"
#include "scenario/detail/sections.h"

namespace mlosim::scenario::detail {

namespace {

// One function a condition: takes the object that the condition's name holds.

Condition read_bss(Fields& in) {
    BssCondition out;
    out.radio = in.required("radio", name());
    out.network = in.optional("network", name());
    out.ssid = in.optional("ssid", ssid());
    out.bssid = in.optional("bssid", mac_address());
    out.mld_address = in.optional("mld_address", mac_address());
    out.multi_link = in.optional("multi_link", yes_or_no());
    out.band = in.optional("band", band());
    out.channel = in.optional("channel", integer<std::uint16_t>(1, 255));
    out.signal_dbm = in.optional("signal_dbm", bounds());
    out.heard_within = in.optional("heard_within", duration());
    out.count = in.get("count", bounds(), out.count);
    return {out};
}

Condition read_stronger(Fields& in) {
    StrongerCondition out;
    out.radio = in.required("radio", name());
    out.network = in.required("network", name());
    out.than = in.required("than", name());
    out.band = in.required("band", band());
    out.by_db = in.get("by_db", bounds(), out.by_db);
    return {out};
}

Condition read_scan(Fields& in) {
    ScanCondition out;
    out.radio = in.required("radio", name());
    out.finished = in.optional("finished", bounds());
    out.aborted = in.optional("aborted", bounds());
    if (!out.finished && !out.aborted) out.finished = Bounds{1.0, std::nullopt};
    return {out};
}

Condition read_interface(Fields& in) {
    InterfaceCondition out;
    out.target = read_target(in);
    out.exists = in.optional("exists", yes_or_no());
    out.up = in.optional("up", yes_or_no());
    out.type = in.optional("type", interface_type());
    out.connected = in.optional("connected", yes_or_no());
    out.ssid = in.optional("ssid", ssid());
    out.network = in.optional("network", name());
    out.links = in.optional("links", bounds());
    if (!out.exists && !out.up && !out.type && !out.connected && !out.ssid && !out.network && !out.links)
        out.exists = true;
    return {out};
}

Condition read_regulatory(Fields& in) {
    return {RegulatoryCondition{in.required("country", country())}};
}

Condition read_channel_use(Fields& in) {
    using Use = ChannelCondition::Use;
    static constexpr std::array<std::pair<const char*, Use>, 3> uses{
        {{"disabled", Use::disabled}, {"passive", Use::passive}, {"active", Use::active}}};
    ChannelCondition out;
    out.radio = in.required("radio", name());
    if (const auto channel = read_channel(in, false)) out.channel = channel->control;
    out.use = in.required("use", word(uses));
    return {out};
}

Condition read_link_wdevs(Fields& in) {
    LinkWdevCondition out;
    out.target = read_target(in);
    out.count = in.optional("count", bounds());
    out.running = in.optional("running", bounds());
    out.band = in.optional("band", band());
    if (!out.count && !out.running) out.count = Bounds{1.0, std::nullopt};
    return {out};
}

Condition read_station(Fields& in) {
    using agent::StationState;
    static constexpr std::array<std::pair<const char*, StationState>, 7> states{
        {{"idle", StationState::idle},
         {"scanning", StationState::scanning},
         {"authenticating", StationState::authenticating},
         {"associating", StationState::associating},
         {"handshake", StationState::handshake},
         {"connected", StationState::connected},
         {"roaming", StationState::roaming}}};
    StationCondition out;
    out.station = in.required("name", name());
    out.state = in.get("state", word(states), out.state);
    out.network = in.optional("network", name());
    out.links = in.optional("links", bounds());
    out.connections = in.optional("connections", bounds());
    out.roams = in.optional("roams", bounds());
    out.failures = in.optional("failures", bounds());
    out.gap_at_most = in.optional("gap_at_most", duration());
    out.count = in.optional("count", bounds());
    return {out};
}

Condition read_counter(Fields& in) {
    static const std::vector<std::string> of_interface{"rx_packets", "tx_packets", "rx_bytes",
                                                       "tx_bytes",   "rx_errors",  "tx_errors",
                                                       "rx_dropped", "tx_dropped", "multicast"};
    static const std::vector<std::string> of_medium{"transmitted", "delivered", "lost_to_errors", "below_sensitivity",
                                                    "off_channel"};
    CounterCondition out;
    const bool medium = !in.has("radio");
    if (!medium) out.target = read_target(in);
    (void)in.find("radio");
    (void)in.find("interface");
    out.name = in.required("name", any_text());
    const auto& names = medium ? of_medium : of_interface;
    if (in.has("name") && std::find(names.begin(), names.end(), out.name) == names.end())
        in.mistake(in.at() / "name", in_quotes(out.name),
                   listed(names) + (medium ? " of the medium" : " of an interface"));
    out.value = in.required("value", bounds());
    return {out};
}

Condition read_chip(Fields& in) {
    ChipCondition out;
    out.radio = in.required("radio", name());
    for (const char* count : {"commands",
                              "events",
                              "unknown_commands",
                              "malformed_commands",
                              "refused_commands",
                              "inactive_references",
                              "commands_while_asleep",
                              "dropped_commands",
                              "boots",
                              "resets",
                              "timeouts",
                              "stray_events",
                              "lost_events",
                              "queued_commands",
                              "wcids",
                              "bss_indexes",
                              "oopses",
                              "warnings",
                              "violations",
                              "table_faults"})
        if (const auto bound = in.optional(count, bounds())) out.counts.emplace_back(count, *bound);
    return {out};
}

Condition read_keys(Fields& in) {
    KeysCondition out;
    out.radio = in.required("radio", name());
    out.link = in.optional("link", integer<unsigned>(0, ieee80211::LinkId::max_links - 1));
    out.pairwise = in.optional("pairwise", bounds());
    out.group = in.optional("group", bounds());
    return {out};
}

Condition read_kernel_log(Fields& in) {
    KernelLogCondition out;
    out.radio = in.required("radio", name());
    static constexpr std::array<std::pair<const char*, const char*>, 4> records{
        {{"kernel", "kernel"}, {"mcu", "mcu"}, {"violations", "violations"}, {"pcie", "pcie"}}};
    out.record = in.get("record", word(records), "kernel");
    out.contains = in.required("contains", any_text());
    out.count = in.get("count", bounds(), out.count);
    return {out};
}

Condition read_output(Fields& in) {
    OutputCondition out;
    out.process = in.get("process", name(), out.process);
    if (const auto line = read_text_match(in, false)) out.line = *line;
    out.count = in.get("count", bounds(), out.count);
    return {out};
}

Condition read_event(Fields& in) {
    EventCondition out;
    out.process = in.get("process", name(), out.process);
    out.interface = in.optional("interface", name());
    if (const auto event = read_text_match(in, false)) out.event = *event;
    out.count = in.get("count", bounds(), out.count);
    return {out};
}

Condition read_control(Fields& in) {
    ControlCondition out;
    out.process = in.get("process", name(), out.process);
    out.interface = in.optional("interface", name());
    out.command = in.get("command", any_text(), out.command);
    std::string words;
    out.answer = read_answer(in, words);
    return {out};
}

Condition read_process_state(Fields& in) {
    static constexpr std::array<std::pair<const char*, ProcessState>, 4> states{{{"waiting", ProcessState::waiting},
                                                                                 {"running", ProcessState::running},
                                                                                 {"ready", ProcessState::ready},
                                                                                 {"ended", ProcessState::ended}}};
    ProcessCondition out;
    out.process = in.get("process", name(), out.process);
    out.state = in.optional("state", word(states));
    out.exit = in.optional("exit", integer<int>(0, 255));
    if (!out.state && !out.exit) out.state = ProcessState::ready;
    return {out};
}

/// Who a condition about a process is about.
void name_process(Condition& condition, Fields& in, const std::string* self) {
    std::visit(
        [&](auto& what) {
            if constexpr (requires { what.process; }) {
                if (in.has("process")) return;
                if (self != nullptr)
                    what.process = *self;
                else
                    in.missing("process", "a process of the scenario");
            }
        },
        condition.what);
}

struct ConditionKind {
    const char* name;
    Condition (*read)(Fields&);
};
constexpr ConditionKind conditions[] = {
    {"bss", read_bss},
    {"stronger", read_stronger},
    {"scan", read_scan},
    {"interface", read_interface},
    {"regulatory", read_regulatory},
    {"channel", read_channel_use},
    {"link_wdevs", read_link_wdevs},
    {"counter", read_counter},
    {"station", read_station},
    {"chip", read_chip},
    {"keys", read_keys},
    {"kernel_log", read_kernel_log},
    {"output", read_output},
    {"event", read_event},
    {"control", read_control},
    {"process", read_process_state},
    {"not", nullptr},
};

}  // namespace

Condition read_condition(Fields& in, const std::string* self) {
    Condition out;
    std::vector<std::string> names;
    unsigned found = 0;
    for (const ConditionKind& kind : conditions) {
        names.emplace_back(kind.name);
        const Json* condition = in.find(kind.name);
        if (condition == nullptr) continue;
        ++found;
        Fields members(*condition, in.at() / kind.name, in.mistakes());
        if (kind.read == nullptr) {
            out = {NotCondition{std::make_shared<const Condition>(read_condition(members, self))}};
            continue;
        }
        out = kind.read(members);
        name_process(out, members, self);
    }
    if (found != 1 && in.is_object())
        in.mistake(in.at(), found == 0 ? "no condition" : "several conditions", "one of " + listed(names));
    return out;
}

namespace {

/// "within" (from "from"), "at", or "from" and "until".
void read_when(Fields& in, Expectation& out) {
    const auto from = in.optional("from", duration());
    const auto within = in.optional("within", duration());
    const auto at = in.optional("at", duration());
    const auto until = in.optional("until", duration());
    if (!in.is_object()) return;
    const int ways = (in.has("within") ? 1 : 0) + (in.has("at") ? 1 : 0) + (in.has("until") ? 1 : 0);
    if (ways != 1 || (in.has("at") && in.has("from"))) {
        in.mistake(in.at(), "no single time",
                   "one of \"within\", \"at\" and \"until\"; \"from\" may go with \"within\" and \"until\"");
        return;
    }
    out.from = sim::Time{from.value_or(sim::Duration::zero())};
    if (within) {
        out.when = Expectation::When::within;
        out.until = sim::Time{*within};
    } else if (at) {
        out.when = Expectation::When::at;
        out.from = out.until = sim::Time{*at};
    } else if (until) {
        out.when = Expectation::When::throughout;
        out.until = sim::Time{*until};
    } else {
        return;  // that mistake is reported
    }
    if (out.until < out.from)
        in.mistake(in.at() / "from", shown(*in.find("from")), "a time before the end of the expectation");
}

/// The condition as the file has it, for whoever reads that it failed.
std::string text_of(const Json& value) {
    Json condition = value;
    if (condition.is_object())
        for (const char* time : {"from", "within", "at", "until", "description"})
            condition.erase(time);
    return condition.dump(-1, ' ', true, Json::error_handler_t::replace);
}

}  // namespace

void read_expectations(Fields& top, std::vector<Expectation>& out) {
    top.each("expect", [&](const Json& value, const Pointer& at) {
        Fields in(value, at, top.mistakes());
        Expectation expectation;
        expectation.pointer = at.text();
        expectation.text = in.get("description", any_text(), text_of(value));
        read_when(in, expectation);
        expectation.condition = read_condition(in, nullptr);
        out.push_back(std::move(expectation));
    });
}

}  // namespace mlosim::scenario::detail
