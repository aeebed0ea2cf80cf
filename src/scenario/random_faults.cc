#include "scenario/random_faults.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sim/random.h"

namespace mlosim::scenario {

namespace {

using Dice = sim::RandomStream;

template <class T, std::size_t n>
const T& one_of(Dice& dice, const std::array<T, n>& choices) {
    return choices[dice.below(n)];
}

// What a command of these numbers is about can be done again, or is made good by a reset.
constexpr std::array<const char*, 8> commands{"DEV_INFO", "BSS_INFO",    "STA_REC",  "EDCA",
                                              "ROC",      "BAND_CONFIG", "SCAN_REQ", "OFFLOAD"};
// What a firmware refuses to end it keeps: those that begin and end its interfaces are not refused.
constexpr std::array<const char*, 6> refusable{"STA_REC", "EDCA", "ROC", "BAND_CONFIG", "SCAN_REQ", "OFFLOAD"};
constexpr std::array<const char*, 2> events{"ROC", "SCAN_DONE"};

/// Something that a firmware may do, once.
std::string chip_rule(Dice& dice) {
    static constexpr std::array<int, 4> answer_delays_ms{5, 50, 500, 2500};
    static constexpr std::array<int, 2> event_delays_ms{100, 1000};
    static constexpr std::array<int, 2> grant_delays_ms{200, 3000};
    const std::string command = std::string(" cid=") + one_of(dice, commands);
    const std::string refused = std::string(" cid=") + one_of(dice, refusable);
    const std::string event = std::string(" eid=") + one_of(dice, events);
    const std::string once = " skip=" + std::to_string(dice.below(6)) + " times=1";
    switch (dice.below(11)) {
        case 0:
            return "drop_ack" + command + once;
        case 1:
            return "status=65539" + refused + once;
        case 2:
            return "delay=" + std::to_string(one_of(dice, answer_delays_ms)) + command + once;
        case 3:
            return "wrong_seq" + command + once;
        case 4:
            return "drop_event" + event + once;
        case 5:
            return "delay_event=" + std::to_string(one_of(dice, event_delays_ms)) + event + once;
        case 6:
            return "no_grant" + once;
        case 7:
            return "late_grant=" + std::to_string(one_of(dice, grant_delays_ms)) + once;
        case 8:
            return "coredump" + command + once;
        case 9:
            return "stall_ring15" + command + once;
        default:
            return "beacon_loss=" + std::to_string(dice.below(2)) + command + once;
    }
}

/// Something that may happen to frames on their way.
std::string air_rule(Dice& dice) {
    static constexpr std::array<const char*, 6> frames{"auth",       "assoc_resp", "reassoc_resp",
                                                       "probe_resp", "data",       "mgmt"};
    static constexpr std::array<int, 3> delays_ms{2, 20, 200};
    const std::string frame = std::string(" frame=") + one_of(dice, frames);
    const auto skip = dice.below(6);
    const auto times = 1 + dice.below(4);
    const std::string some = " skip=" + std::to_string(skip) + " times=" + std::to_string(times);
    const auto percent = 5 + dice.below(46);
    const auto losses = 10 + dice.below(191);
    switch (dice.below(4)) {
        case 0:
            return "drop_frame" + frame + some;
        case 1:
            return "drop_frame frame=data percent=" + std::to_string(percent) + " times=" + std::to_string(losses);
        case 2:
            return "delay_frame=" + std::to_string(one_of(dice, delays_ms)) + frame + some;
        default:
            return "duplicate_frame" + frame + some;
    }
}

/// Whose chips may go wrong.
std::vector<std::string> radios_with_chip(const Scenario& scenario) {
    if (scenario.random_faults && scenario.random_faults->radio) return {*scenario.random_faults->radio};
    std::vector<std::string> out;
    for (const RadioPlan& radio : scenario.radios)
        if (radio.chip != "generic") out.push_back(radio.name);
    return out;
}

/// When all is over that the scenario has.
std::optional<sim::Time> end_of(const Scenario& scenario) {
    if (scenario.duration) return sim::Time{*scenario.duration};
    if (scenario.expectations.empty()) return std::nullopt;
    sim::Time end;
    for (const Expectation& expectation : scenario.expectations)
        end = std::max(end, expectation.until);
    for (const Step& step : scenario.steps)
        end = std::max(end, step.at);
    return end;
}

void put_expectations_in_force(Scenario& scenario) {
    if (!scenario.random_faults) return;
    const RandomFaultsPlan& plan = *scenario.random_faults;
    if (!plan.expectations.empty()) scenario.expectations = plan.expectations;
    if (plan.duration) scenario.duration = plan.duration;
    // A step that a fault may spoil is none that has to go well.
    for (Step& step : scenario.steps)
        if (step.fails_with == 0) step.may_fail = true;
}

/// From `at` on nothing goes wrong any more.
void clear_faults_at(Scenario& scenario, sim::Time at, const std::string& pointer) {
    Step clear;
    clear.at = at;
    clear.action = ClearFaultsStep{};
    clear.pointer = pointer;
    clear.may_fail = true;
    const auto later = std::ranges::upper_bound(scenario.steps, at, {}, &Step::at);
    scenario.steps.insert(later, std::move(clear));
}

}  // namespace

Result<void> switch_random_faults_on(Scenario& scenario, std::uint32_t count) {
    const sim::Time from = scenario.random_faults ? scenario.random_faults->from : sim::Time{};
    const auto end = end_of(scenario);
    const auto until = scenario.random_faults && scenario.random_faults->until ? scenario.random_faults->until : end;
    if (!until || *until <= from) return fail(EINVAL, "a world without an end");

    Dice dice = sim::Random(scenario.seed).stream("faults/random");
    const std::vector<std::string> radios = radios_with_chip(scenario);
    const auto span_ms = std::chrono::duration_cast<std::chrono::milliseconds>(*until - from).count();
    for (std::uint32_t i = 0; i < count; ++i) {
        FaultPlan fault;
        fault.at = from + std::chrono::milliseconds(
                              dice.below(static_cast<std::uint64_t>(std::max(span_ms, decltype(span_ms){1}))));
        // The air is to blame now and then, or always where no chip is.
        if (radios.empty() || dice.below(4) == 0) {
            fault.rules.push_back(air_rule(dice));
        } else {
            fault.radio = radios[dice.below(radios.size())];
            fault.rules.push_back(chip_rule(dice));
        }
        fault.pointer = "random: " + (fault.radio ? *fault.radio + ":" : "") + fault.rules.front();
        scenario.faults.rules.push_back(std::move(fault));
    }
    put_expectations_in_force(scenario);
    if (scenario.random_faults && scenario.random_faults->until)
        clear_faults_at(scenario, *until, scenario.random_faults->pointer + "/until");
    return {};
}

}  // namespace mlosim::scenario
