#pragma once

#include <cstdint>
#include <fstream>
#include <istream>
#include <optional>
#include <string>
#include <string_view>

#include "ctl/trace_diff.h"
#include "sim/result.h"

namespace mlosim::ctl {

/// The lines of a trace, one after the other. mlosimd's last line ("seed=…") and empty lines are none of it.
class TraceReader {
public:
    /// No record of anybody's is longer.
    static constexpr std::size_t longest_line = std::size_t{16} << 20U;

    explicit TraceReader(std::istream& in) : in_(in) {}

    /// Nothing at the end. EBADMSG for a line that cannot be a JSON object; a last line without its newline that is
    /// none is torn, and the end.
    [[nodiscard]] Result<std::optional<TraceLine>> next();
    [[nodiscard]] bool torn() const noexcept { return torn_; }

private:
    /// The next line; false: there is none. `whole`: it ends with a newline.
    [[nodiscard]] Result<bool> read_line(std::string& line, bool& whole);

    std::istream& in_;
    std::string block_;
    std::size_t at_ = 0;
    std::uint64_t number_ = 0;
    bool torn_ = false;
};

/// A trace by its file's name; "-" is standard input.
class TraceFile {
public:
    explicit TraceFile(std::string name);
    /// Empty, or why it cannot be read.
    [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
    [[nodiscard]] std::istream& stream();

private:
    std::string name_;
    std::string problem_;
    std::ifstream file_;
};
/// An error's message that begins with "first: " or "second: ", with that file's name instead.
[[nodiscard]] std::string with_file_name(const std::string& message, const std::string& first,
                                         const std::string& second);

/// Whether text can be read by something that goes as deep as it is nested.
[[nodiscard]] bool is_shallow(std::string_view json) noexcept;

}  // namespace mlosim::ctl
