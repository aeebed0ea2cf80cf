#include "ctl/run/matrix.h"

#include <algorithm>

namespace mlosim::ctl::run {

std::vector<std::string> split_values(std::string_view text) {
    std::vector<std::string> out(1);
    int depth = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quoted && c == '\\' && i + 1 < text.size()) {
            out.back() += c;
            out.back() += text[++i];
            continue;
        }
        if (c == '"') quoted = !quoted;
        if (!quoted && (c == '[' || c == '{')) ++depth;
        if (!quoted && (c == ']' || c == '}')) --depth;
        if (c == ',' && !quoted && depth <= 0)
            out.emplace_back();
        else
            out.back() += c;
    }
    return out;
}

Result<std::vector<Axis>> axes_of(const std::vector<std::string>& sets, bool matrix) {
    constexpr std::size_t most_runs = 1'000'000;
    std::vector<Axis> out;
    std::size_t combinations = 1;
    for (const std::string& set : sets) {
        const std::size_t equals = set.find('=');
        if (equals == std::string::npos || equals == 0) return fail(EINVAL, "--set " + set + ": PLACE=VALUE is wanted");
        Axis axis{set.substr(0, equals), {set.substr(equals + 1)}};
        if (matrix) axis.values = split_values(axis.values.front());
        if (std::ranges::any_of(out, [&](const Axis& other) { return other.place == axis.place; }))
            return fail(EINVAL, "--set " + axis.place + " is given twice" +
                                    (matrix ? "" : "; --matrix takes several values, as in " + axis.place + "=1,2"));
        for (std::size_t i = 0; i < axis.values.size(); ++i)
            if (std::find(axis.values.begin(), axis.values.begin() + static_cast<std::ptrdiff_t>(i), axis.values[i]) !=
                axis.values.begin() + static_cast<std::ptrdiff_t>(i))
                return fail(EINVAL, "--set " + set + ": a value is there twice");
        combinations *= axis.values.size();
        if (combinations > most_runs) return fail(EINVAL, "a matrix of more than a million combinations");
        out.push_back(std::move(axis));
    }
    return out;
}

std::vector<Parameters> product(const std::vector<Axis>& axes) {
    std::vector<Parameters> out{{}};
    for (const Axis& axis : axes) {
        std::vector<Parameters> longer;
        for (const Parameters& parameters : out)
            for (const std::string& value : axis.values) {
                longer.push_back(parameters);
                longer.back().push_back({axis.place, value});
            }
        out = std::move(longer);
    }
    return out;
}

std::string to_text(const Parameters& parameters) {
    std::string out;
    for (const Setting& setting : parameters)
        out += (out.empty() ? "" : " ") + setting.place + "=" + setting.value;
    return out;
}

}  // namespace mlosim::ctl::run
