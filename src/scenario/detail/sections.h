#pragma once

#include "scenario/detail/fields.h"
#include "scenario/scenario.h"

namespace mlosim::scenario::detail {

// The sections of a scenario: each takes its members from `top` into `out`.

void read_world(Fields& top, Scenario& out);
void read_profiles(Fields& top, Scenario& out);
void read_radios(Fields& top, Scenario& out);
void read_networks(Fields& top, Scenario& out);
void read_stations(Fields& top, Scenario& out);
void read_processes(Fields& top, Scenario& out);
/// After radios and processes: guests are more of those.
void read_guests(Fields& top, Scenario& out);
void read_steps(Fields& top, Scenario& out);
void read_faults(Fields& top, FaultPlans& out);
void read_expectations(Fields& top, std::vector<Expectation>& out);
void read_with_fault(Fields& top, Scenario& out);
void read_random_faults(Fields& top, Scenario& out);

/// What can only be said of a scenario as a whole: do names refer to something, are they unique, do times fit.
void check(const Scenario& scenario, Mistakes& mistakes);

/// The one member of `in` that is a condition. What is about a process is about `self` unless it names another.
[[nodiscard]] Condition read_condition(Fields& in, const std::string* self);
/// A file's content: a text, a list of lines, or {"path": …}.
void read_content(Fields& in, const std::string& name, const Json& value, WorkingFile& out);
/// "files", below `directory` if that is not empty.
void read_files(Fields& in, const std::string& directory, ProcessPlan& out);
/// "start", "ready" and "exit": how a process comes and goes.
void read_life(Fields& in, ProcessPlan& out);
/// What a program can be told: no NULs.
[[nodiscard]] const Kind<std::string>& plain_text();
/// "contains" or "matches". Nothing after a mistake, or if it may be absent.
[[nodiscard]] std::optional<TextMatch> read_text_match(Fields& in, bool may_be_absent);
/// "answer" of a control interface: a text, or an object as above; also in words.
[[nodiscard]] std::optional<TextMatch> read_answer(Fields& in, std::string& in_words);
/// "TERM" and the like, as a number.
[[nodiscard]] const Kind<int>& signal_name();
/// "radio" and "interface" of a step or condition.
[[nodiscard]] Target read_target(Fields& in);
/// "radio", and "rule" or "rules" of what goes wrong.
[[nodiscard]] FaultPlan read_fault(Fields& in);
/// "ssid" of a network's own, which is never the wildcard.
[[nodiscard]] ieee80211::Ssid read_own_ssid(Fields& in);
[[nodiscard]] const Kind<Security>& security();
/// "password", which only networks with one may have.
[[nodiscard]] std::optional<std::string> read_password(Fields& in, Security security);
/// "pmk": a pairwise master key that both ends have from the beginning; empty where there is none.
[[nodiscard]] ieee80211::Bytes read_pmk(Fields& in, Security security);
/// "band", "channel", and where `with_width` "width_mhz" and its like. 20 MHz without. Nothing after a mistake.
[[nodiscard]] std::optional<phy::ChannelDefinition> read_channel(Fields& in, bool with_width);

}  // namespace mlosim::scenario::detail
