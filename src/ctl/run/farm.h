#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ctl/run/campaign.h"
#include "ctl/run/process.h"
#include "ctl/run/results.h"
#include "sim/result.h"

namespace mlosim::ctl::run {

/// How runs are made.
struct FarmSettings {
    std::string mlosimd;
    unsigned jobs = 1;
    std::chrono::duration<double> time_limit{300};
    bool keep = false;
    unsigned captures = 10;
};

/// Makes the runs of a campaign that are not finished, several at a time, each in a process of its own. A run that
/// failed is made a second time, with trace and capture, which tells also whether it repeats.
class Farm {
public:
    /// All must outlive it. `finished` is called for each run, `idle` a few times a second; `stop` says how often the
    /// user asked to stop: once, and no further run is begun; twice, and those under way are given up.
    struct Listener {
        std::function<void(const Record&)> finished;
        std::function<void()> idle;
        std::function<int()> stop;
    };
    Farm(const Campaign& campaign, const Shard& shard, Results& results, FarmSettings settings, Listener listener);
    ~Farm();

    /// Until all are finished, or it was asked to stop. What keeps runs from being made at all is an error: a program
    /// that does not start, a disk that is full, an environment that mlosimd cannot live in. What was finished until
    /// then is kept.
    [[nodiscard]] Result<void> go();

private:
    struct UnderWay;

    [[nodiscard]] Result<bool> begin_next();
    [[nodiscard]] Result<void> begin(UnderWay& run, bool captured);
    [[nodiscard]] Result<void> ended(UnderWay& run);
    [[nodiscard]] Result<void> attend();
    [[nodiscard]] bool wants_capture(const Record& record) const;
    [[nodiscard]] Record record_of(const UnderWay& run) const;

    const Campaign& campaign_;
    const Shard& shard_;
    Results& results_;
    const FarmSettings settings_;
    const Listener listener_;
    std::uint64_t next_ = 0;
    std::vector<std::unique_ptr<UnderWay>> under_way_;
    std::map<std::string, unsigned> captured_;  ///< by signature
};

}  // namespace mlosim::ctl::run
