#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "mld/chip_inspection.h"
#include "mld/world.h"
#include "phy/band.h"
#include "phy/regulatory.h"
#include "scenario/air_faults.h"
#include "scenario/cast.h"
#include "scenario/fault_plan.h"
#include "sim/event_queue.h"
#include "sim/random.h"

namespace mlosim::scenario {

/// Carries patterns out.
class FaultPatterns {
public:
    /// All must outlive it.
    FaultPatterns(mld::World& world, AirFaults& air, const Cast& cast, sim::RandomStream random);
    ~FaultPatterns();
    FaultPatterns(const FaultPatterns&) = delete;
    FaultPatterns& operator=(const FaultPatterns&) = delete;

    /// `usual`: the rules that are in force otherwise.
    void start(const PatternPlan& plan, phy::Alpha2 usual);

private:
    struct Silence {
        phy::Band band;
        std::vector<std::uint32_t> faults;
    };
    struct Killing {
        const PatternPlan& plan;
        std::vector<phy::Band> left;
        std::vector<Silence> silent;
        sim::Timer next;
    };
    struct Flipping {
        const PatternPlan& plan;
        phy::Alpha2 usual;
        std::uint32_t left;
        sim::Timer flip;
        sim::Timer back;
    };
    struct Followed {
        mld::RadioIndex radio;
        mld::ChipInspection::FollowerId id;
    };

    void go_on(Killing& killing);
    void silence(Killing& killing, phy::Band band);
    void seen(Flipping& flipping, mld::ChipInspection& chip, std::string_view record, std::uint64_t number);

    mld::World& world_;
    AirFaults& air_;
    const Cast& cast_;
    sim::RandomStream random_;
    std::vector<std::unique_ptr<Killing>> killings_;
    std::vector<std::unique_ptr<Flipping>> flippings_;
    std::vector<Followed> followed_;
};

}  // namespace mlosim::scenario
