#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace mlosim::ctl {

/// Rows of text under a heading, printed in aligned columns for people. An empty cell is shown as "-".
class Table {
public:
    explicit Table(std::vector<std::string> heading) : heading_(std::move(heading)) {}
    /// One cell a column of the heading.
    void add(std::vector<std::string> row);
    void print(std::ostream& out) const;

private:
    std::vector<std::string> heading_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace mlosim::ctl
