#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/fault_target.h"
#include "sim/result.h"
#include "sim/virtual_time.h"

namespace mlosim::mld {

/// What a chip shows of itself beyond what a kernel would tell: tables, running records and faults (rules, and
/// names of known defects), all by name, so that whoever asks need not know which chip it is. A driver's; lives as long
/// as it does.
class ChipInspection : public sim::FaultTarget {
public:
    /// A table as people read it: as many cells in each row as there are columns. An empty cell: there is nothing.
    struct Table {
        std::vector<std::string> columns;
        std::vector<std::vector<std::string>> rows;
    };
    /// An entry of a running record.
    struct Line {
        std::uint64_t number = 0;  ///< from 1 on, without gaps; tells a reader what it has missed
        sim::Time at;
        std::string text;  ///< one line for people
        std::string json;  ///< one JSON object; empty: the text is all
    };
    using Follower = std::function<void(std::string_view record, std::uint64_t number)>;
    using FollowerId = std::uint32_t;

    ChipInspection() = default;
    ChipInspection(const ChipInspection&) = delete;
    ChipInspection& operator=(const ChipInspection&) = delete;
    virtual ~ChipInspection() = default;

    [[nodiscard]] virtual std::string_view chip() const = 0;

    [[nodiscard]] virtual std::vector<std::string_view> tables() const = 0;
    /// ENOENT: no such table.
    [[nodiscard]] virtual Result<Table> table(std::string_view name) const = 0;

    [[nodiscard]] virtual std::vector<std::string_view> records() const = 0;
    /// Up to `at_most` entries that are still there, from number `from` on, the oldest first. ENOENT: no such record.
    [[nodiscard]] virtual Result<std::vector<Line>> lines(std::string_view record, std::uint64_t from,
                                                          std::size_t at_most) const = 0;
    /// Called for every entry from now on; it must not follow or leave from within.
    virtual FollowerId follow(Follower follower) = 0;
    virtual void leave(FollowerId id) = 0;
};

}  // namespace mlosim::mld
