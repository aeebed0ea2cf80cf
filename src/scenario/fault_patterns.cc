#include "scenario/fault_patterns.h"

#include <algorithm>
#include <utility>

namespace mlosim::scenario {

namespace {

/// What a chip's messages begin with that ask for another channel, and that grant one.
constexpr std::string_view asks_for_channel = "cmd ROC";
constexpr std::string_view grants_channel = "event ROC";

const char* number_of(phy::Band band) {
    switch (band) {
        case phy::Band::ghz2_4:
            return "2.4";
        case phy::Band::ghz5:
            return "5";
        default:
            return "6";
    }
}

}  // namespace

FaultPatterns::FaultPatterns(mld::World& world, AirFaults& air, const Cast& cast, sim::RandomStream random)
    : world_(world), air_(air), cast_(cast), random_(std::move(random)) {}

FaultPatterns::~FaultPatterns() {
    for (const Followed& followed : followed_)
        if (mld::ChipInspection* chip = cast_.directory().chip(followed.radio)) chip->leave(followed.id);
}

void FaultPatterns::start(const PatternPlan& plan, phy::Alpha2 usual) {
    if (plan.kind == PatternPlan::Kind::kill_links) {
        killings_.push_back(std::make_unique<Killing>(Killing{plan, {}, {}, {}}));
        Killing& killing = *killings_.back();
        for (const phy::Band band : phy::eht_bands)
            killing.left.push_back(band);
        killing.next = world_.queue().at(std::max(plan.at, world_.now()), [this, &killing] { go_on(killing); });
        return;
    }
    flippings_.push_back(std::make_unique<Flipping>(Flipping{plan, usual, plan.times, {}, {}}));
    Flipping& flipping = *flippings_.back();
    for (const mld::RadioIndex radio : cast_.all_radios(plan.radio)) {
        mld::ChipInspection* chip = cast_.directory().chip(radio);
        if (chip == nullptr) continue;
        const auto id = chip->follow([this, &flipping, chip](std::string_view record, std::uint64_t number) {
            seen(flipping, *chip, record, number);
        });
        followed_.push_back({radio, id});
    }
}

/// One band more falls silent; when all are, one by one speaks again.
void FaultPatterns::go_on(Killing& killing) {
    if (!killing.left.empty()) {
        const phy::Band band = killing.left.front();
        killing.left.erase(killing.left.begin());
        silence(killing, band);
    } else if (!killing.silent.empty()) {
        const std::uint64_t which = random_.below(killing.silent.size());
        const auto revived = killing.silent.begin() + static_cast<std::ptrdiff_t>(which);
        for (const std::uint32_t fault : revived->faults)
            (void)air_.remove_fault(fault);
        world_.trace().record(world_.now(), "scenario/link-revived",
                              {{"radio", killing.plan.radio}, {"band", number_of(revived->band)}});
        killing.silent.erase(revived);
    }
    if (killing.left.empty() && killing.silent.empty()) return;
    killing.next = world_.queue().after(killing.plan.every, [this, &killing] { go_on(killing); });
}

void FaultPatterns::silence(Killing& killing, phy::Band band) {
    Silence silent{band, {}};
    for (const mld::RadioIndex radio : cast_.all_radios(killing.plan.radio))
        for (const char* side : {"from=", "to="}) {
            const std::string rule =
                "drop_frame band=" + std::string(number_of(band)) + " " + side + cast_.directory().name(radio);
            if (const auto added = air_.add_fault(rule)) silent.faults.push_back(*added);
        }
    world_.trace().record(world_.now(), "scenario/link-killed",
                          {{"radio", killing.plan.radio}, {"band", number_of(band)}});
    killing.silent.push_back(std::move(silent));
}

void FaultPatterns::seen(Flipping& flipping, mld::ChipInspection& chip, std::string_view record, std::uint64_t number) {
    if (record != "mcu" || flipping.left == 0 || world_.now() < flipping.plan.at || flipping.back.pending()) return;
    const auto lines = chip.lines(record, number, 1);
    const bool granted = flipping.plan.kind == PatternPlan::Kind::vanishing_channel;
    if (!lines || lines->empty() || !lines->front().text.starts_with(granted ? grants_channel : asks_for_channel))
        return;
    --flipping.left;
    // Not from within the chip's work; but before anything else that waits for its time.
    flipping.flip = world_.queue().after(sim::Duration{0}, [this, &flipping] {
        world_.trace().record(world_.now(), "scenario/regulatory-flip",
                              {{"country", flipping.plan.country.to_string()}});
        (void)world_.regulatory().hint_user(flipping.plan.country);
    });
    flipping.back = world_.queue().after(flipping.plan.duration, [this, &flipping] {
        world_.trace().record(world_.now(), "scenario/regulatory-flip", {{"country", flipping.usual.to_string()}});
        (void)world_.regulatory().hint_user(flipping.usual);
    });
}

}  // namespace mlosim::scenario
