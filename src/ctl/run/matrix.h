#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/result.h"

namespace mlosim::ctl::run {

/// A value that takes the place of the scenario's, as mlosimd's --set has it.
struct Setting {
    std::string place;
    std::string value;

    friend bool operator==(const Setting&, const Setting&) = default;
};
using Parameters = std::vector<Setting>;

/// All values that one place takes in a campaign.
struct Axis {
    std::string place;
    std::vector<std::string> values;
};

/// What stands between the commas that are outside of quotes, brackets and braces.
[[nodiscard]] std::vector<std::string> split_values(std::string_view text);
/// Of "PLACE=VALUE", with `matrix` "PLACE=VALUE,VALUE…". EINVAL for what is neither, and a place that is named twice.
[[nodiscard]] Result<std::vector<Axis>> axes_of(const std::vector<std::string>& sets, bool matrix);
/// Every combination, the last axis the fastest. Without axes that is one, which changes nothing.
[[nodiscard]] std::vector<Parameters> product(const std::vector<Axis>& axes);
/// "radios.sta.chip=mt7925 medium.shadowing_db=3".
[[nodiscard]] std::string to_text(const Parameters& parameters);

}  // namespace mlosim::ctl::run
