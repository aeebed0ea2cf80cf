#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenario/scenario_json.h"
#include "scenario/simulation.h"

namespace mlosim::scenario {

/// A scenario as text, run to its end.
struct Simulated : testing::Test {
    std::unique_ptr<Simulation> simulation;
    std::string trace;

    static std::string lines_of(const Mistakes& mistakes) {
        std::string out;
        for (const Mistake& mistake : mistakes)
            out += mistake.to_string() + "\n";
        return out;
    }

    /// Builds the world. Mistakes are the test's failure.
    bool build(std::string_view json) {
        trace.clear();
        auto scenario = parse_scenario(json);
        if (!scenario) {
            ADD_FAILURE() << lines_of(scenario.error());
            return false;
        }
        auto built = Simulation::build(std::move(*scenario), [this](std::string_view line) { trace += line; });
        if (!built) {
            ADD_FAILURE() << lines_of(built.error());
            return false;
        }
        simulation = std::move(*built);
        return true;
    }

    /// What went wrong in the run: "/steps/0 at 1 s: expected …, seen …".
    std::vector<std::string> run(std::string_view json) {
        if (!build(json)) return {"not built"};
        simulation->run();
        std::vector<std::string> out;
        for (const Failure& failure : simulation->failures())
            out.push_back(failure.pointer + " at " + std::to_string(failure.at.ns() / 1'000'000) + " ms: expected " +
                          failure.expected + ", seen " + failure.seen);
        return out;
    }

    /// One station, "sta", whose wlan0 is up; further members of the scenario after it.
    static std::string with_station(const std::string& members) {
        return R"({"clock": "virtual", "radios": [{"name": "sta", "interfaces": [{"name": "wlan0", "up": true}]},
                   {"name": "other"}, {"name": "crowd", "count": 3}], )" +
               members + "}";
    }
};

}  // namespace mlosim::scenario
