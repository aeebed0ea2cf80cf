#include <array>
#include <utility>

#include "scenario/detail/kinds.h"
#include "scenario/detail/sections.h"
#include "scenario/fault_desk.h"

namespace mlosim::scenario::detail {

namespace {

void read_rule(Fields& in, const Json& value, const Pointer& at, FaultPlan& out) {
    if (!value.is_string()) return in.mistake(at, shown(value), "a rule, or a known defect's name");
    auto rule = value.get<std::string>();
    if (const auto read = check_fault_rule(rule); !read) return in.mistake(at, in_quotes(rule), read.error().message);
    if (out.radio && is_air_rule(rule))
        in.mistake(at, in_quotes(rule), "no \"radio\" for a rule of the air: from= and to= name radios");
    out.rules.push_back(std::move(rule));
}

PatternPlan read_pattern(Fields& in) {
    using Kind = PatternPlan::Kind;
    static constexpr std::array<std::pair<const char*, Kind>, 3> kinds{
        {{"kill_links", Kind::kill_links},
         {"regulatory_flip", Kind::regulatory_flip},
         {"vanishing_channel", Kind::vanishing_channel}}};
    PatternPlan out;
    out.pointer = in.at().text();
    out.kind = in.get("pattern", word(kinds), out.kind);
    out.radio = in.required("radio", name());
    if (out.kind == Kind::kill_links) {
        out.every = in.get("every", duration(), out.every);
        return out;
    }
    out.country = in.required("country", country());
    out.duration = in.get("for", duration(), out.duration);
    out.times = in.get("times", integer<std::uint32_t>(1, 1'000'000), out.times);
    return out;
}

}  // namespace

FaultPlan read_fault(Fields& in) {
    FaultPlan out;
    out.pointer = in.at().text();
    out.radio = in.optional("radio", name());
    if (const Json* rule = in.find("rule")) read_rule(in, *rule, in.at() / "rule", out);
    in.each("rules", [&](const Json& item, const Pointer& place) { read_rule(in, item, place, out); });
    if (in.is_object() && !in.has("rule") && !in.has("rules"))
        in.mistake(in.at(), "nothing that goes wrong", "\"rule\" or \"rules\"");
    return out;
}

void read_faults(Fields& top, FaultPlans& out) {
    top.each("faults", [&](const Json& value, const Pointer& at) {
        Fields in(value, at, top.mistakes());
        const sim::Time when{in.get("at", duration(), sim::Duration::zero())};
        if (in.has("pattern")) {
            out.patterns.push_back(read_pattern(in));
            out.patterns.back().at = when;
        } else {
            out.rules.push_back(read_fault(in));
            out.rules.back().at = when;
        }
    });
}

void read_with_fault(Fields& top, Scenario& out) {
    const Json* value = top.find("with_fault");
    if (value == nullptr) return;
    Fields in(*value, top.at() / "with_fault", top.mistakes());
    FaultVariant variant;
    variant.duration = in.optional("duration", duration());
    read_faults(in, variant.faults);
    read_expectations(in, variant.expectations);
    if (in.is_object() &&
        ((variant.faults.rules.empty() && variant.faults.patterns.empty()) || variant.expectations.empty()))
        in.mistake(in.at(), "no fault or no expectation", "\"faults\" and the \"expect\" that is met with them alone");
    out.with_fault = std::move(variant);
}

void read_random_faults(Fields& top, Scenario& out) {
    const Json* value = top.find("random_faults");
    if (value == nullptr) return;
    Fields in(*value, top.at() / "random_faults", top.mistakes());
    RandomFaultsPlan plan;
    plan.pointer = in.at().text();
    plan.radio = in.optional("radio", name());
    plan.from = sim::Time{in.get("from", duration(), sim::Duration::zero())};
    if (const auto until = in.optional("until", duration())) plan.until = sim::Time{*until};
    plan.duration = in.optional("duration", duration());
    read_expectations(in, plan.expectations);
    out.random_faults = std::move(plan);
}

}  // namespace mlosim::scenario::detail
