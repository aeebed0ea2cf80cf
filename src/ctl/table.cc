#include "ctl/table.h"

#include <algorithm>
#include <ostream>

#include "sim/invariant.h"

namespace mlosim::ctl {

void Table::add(std::vector<std::string> row) {
    MLOSIM_INVARIANT(row.size() == heading_.size(), "a row has a cell for every column");
    for (std::string& cell : row)
        if (cell.empty()) cell = "-";
    rows_.push_back(std::move(row));
}

void Table::print(std::ostream& out) const {
    std::vector<std::size_t> widths;
    for (std::size_t column = 0; column < heading_.size(); ++column) {
        std::size_t width = heading_[column].size();
        for (const auto& row : rows_)
            width = std::max(width, row[column].size());
        widths.push_back(width);
    }
    const auto line = [&](const std::vector<std::string>& cells) {
        for (std::size_t column = 0; column < cells.size(); ++column) {
            out << cells[column];
            if (column + 1 < cells.size()) out << std::string(widths[column] - cells[column].size() + 2, ' ');
        }
        out << '\n';
    };
    line(heading_);
    for (const auto& row : rows_)
        line(row);
}

}  // namespace mlosim::ctl
