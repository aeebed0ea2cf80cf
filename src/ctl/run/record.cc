#include "ctl/run/record.h"

#include <nlohmann/json.hpp>

#include "ctl/trace_reader.h"

namespace mlosim::ctl::run {

namespace {

using Json = nlohmann::ordered_json;

/// A member, if it is there and of its kind.
template <class T>
bool take(const Json& from, const char* name, T& out) {
    const auto found = from.find(name);
    if (found == from.end()) return false;
    if constexpr (std::is_same_v<T, std::string>) {
        if (!found->is_string()) return false;
    } else if constexpr (std::is_same_v<T, double>) {
        if (!found->is_number()) return false;
    } else if constexpr (std::is_unsigned_v<T>) {
        if (!found->is_number_unsigned()) return false;
    } else {
        if (!found->is_number_integer()) return false;
    }
    out = found->get<T>();
    return true;
}

}  // namespace

std::string to_line(const Record& record) {
    Json out{{"run", record.run}, {"scenario", record.scenario}};
    out["parameters"] = Json::object();
    for (const Setting& setting : record.parameters)
        out["parameters"][setting.place] = setting.value;
    out["seed"] = record.seed;
    out["exit_code"] = record.exit_code;
    out["signature"] = record.signature;
    out["failures"] = Json::array();
    for (const RunFailure& failure : record.failures)
        out["failures"].push_back(
            {{"pointer", failure.pointer}, {"expected", failure.expected}, {"text", failure.text}});
    out["trace_hash"] = record.trace_hash;
    out["virtual_s"] = record.virtual_s;
    out["wall_s"] = record.wall_s;
    if (!record.said.empty()) out["said"] = record.said;
    if (!record.kept.empty()) out["kept"] = record.kept;
    return out.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n";
}

Result<Record> parse_record(std::string_view line) {
    const auto bad = [] { return fail(EBADMSG, "no result of a run"); };
    if (!is_shallow(line)) return bad();
    const Json in = Json::parse(line, nullptr, false);
    if (!in.is_object()) return bad();
    Record out;
    if (!take(in, "run", out.run) || !take(in, "scenario", out.scenario) || !take(in, "seed", out.seed) ||
        !take(in, "exit_code", out.exit_code) || !take(in, "signature", out.signature) ||
        !take(in, "trace_hash", out.trace_hash) || !take(in, "virtual_s", out.virtual_s) ||
        !take(in, "wall_s", out.wall_s))
        return bad();
    const auto parameters = in.find("parameters");
    const auto failures = in.find("failures");
    if (parameters == in.end() || !parameters->is_object() || failures == in.end() || !failures->is_array())
        return bad();
    for (const auto& [place, value] : parameters->items()) {
        if (!value.is_string()) return bad();
        out.parameters.push_back({place, value.get<std::string>()});
    }
    for (const Json& failure : *failures) {
        RunFailure one;
        if (!failure.is_object() || !take(failure, "pointer", one.pointer) ||
            !take(failure, "expected", one.expected) || !take(failure, "text", one.text))
            return bad();
        out.failures.push_back(std::move(one));
    }
    (void)take(in, "said", out.said);
    (void)take(in, "kept", out.kept);
    return out;
}

}  // namespace mlosim::ctl::run
