#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "mt7925/decoded_message.h"

namespace mlosim::conformance {

/// How far a driver's commands agree with the recorded ones.
struct McuFigures {
    std::size_t in_place = 0;  ///< commands that come, in the same order
    std::size_t commands = 0;  ///< recorded
    std::size_t more = 0;      ///< that were not recorded
    std::size_t agreeing = 0;  ///< fields
    std::size_t fields = 0;    ///< recorded

    McuFigures& operator+=(const McuFigures& other);
};

/// Compares sequences of commands, command by command and field by field. Addresses that a station makes up for the
/// links of an MLD are others each time: the n-th one here stands for the n-th one there.
class McuComparison {
public:
    using Messages = std::vector<mt7925::DecodedMessage>;

    /// `name`: the recording's.
    McuFigures compare(const std::string& name, const Messages& recorded, const Messages& ours);

    /// Differences that have a reason, one a line: `recording | difference | reason`. False: the file is not there or
    /// no such list.
    bool read_reasons(const std::string& file);
    /// What was found and has no reason; reasons for what was not found.
    [[nodiscard]] std::vector<std::string> unexplained() const;
    [[nodiscard]] std::vector<std::string> obsolete() const;
    /// All that was found, with how often.
    [[nodiscard]] const std::map<std::pair<std::string, std::string>, std::size_t>& found() const { return found_; }

private:
    void compare_fields(const std::string& name, const mt7925::DecodedMessage& recorded,
                        const mt7925::DecodedMessage& ours, McuFigures& figures);
    bool same_value(const std::string& recorded, const std::string& ours);
    void note(const std::string& name, const std::string& difference) { ++found_[{name, difference}]; }

    std::map<std::string, std::string> addresses_;  ///< recorded, here
    std::map<std::pair<std::string, std::string>, std::size_t> found_;
    std::map<std::pair<std::string, std::string>, std::string> reasons_;
};

}  // namespace mlosim::conformance
