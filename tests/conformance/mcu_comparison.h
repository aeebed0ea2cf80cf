#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "ctl/command_comparison.h"
#include "mt7925/decoded_message.h"

namespace mlosim::conformance {

/// Compares what our driver half said with recordings of the real one, and knows which differences have a reason.
class McuComparison {
public:
    using Messages = std::vector<mt7925::DecodedMessage>;

    McuComparison();
    /// `name`: the recording's.
    ctl::CommandFigures compare(const std::string& name, const Messages& recorded, const Messages& ours);

    /// Differences that have a reason, one a line: `recording | difference | reason`. False: the file is not there or
    /// no such list.
    bool read_reasons(const std::string& file);
    /// What was found and has no reason; reasons for what was not found.
    [[nodiscard]] std::vector<std::string> unexplained() const;
    [[nodiscard]] std::vector<std::string> obsolete() const;
    /// All that was found, with how often.
    [[nodiscard]] const std::map<std::pair<std::string, std::string>, std::size_t>& found() const { return found_; }

private:
    ctl::CommandComparison comparison_;
    std::map<std::pair<std::string, std::string>, std::size_t> found_;
    std::map<std::pair<std::string, std::string>, std::string> reasons_;
};

}  // namespace mlosim::conformance
