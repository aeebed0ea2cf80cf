// Roams between two access point MLDs while the firmware and the medium do what they like: whatever happens, nothing is
// left behind and no rule is broken.
//
// MLOSIM_ROAMS=N and MLOSIM_SEEDS=M make it N roams in all of M worlds.

#include <cstdlib>

#include "connected_fixture.h"
#include "sim/random.h"

namespace mlosim::mt7925::host {
namespace {

using agent::AccessPoint;
using agent::StationAgent;
using agent::StationState;
using phy::Band;
using testing::IsEmpty;

unsigned number_of(const char* variable, unsigned otherwise) {
    const char* const text = std::getenv(variable);
    return text != nullptr ? static_cast<unsigned>(std::strtoul(text, nullptr, 10)) : otherwise;
}
unsigned seeds() {
    return number_of("MLOSIM_SEEDS", 3);
}

class Roams : public ChipStations, public testing::WithParamInterface<unsigned> {
protected:
    Roams() : random(GetParam(), "roams") {}
    AccessPoint& start_mld(std::vector<agent::LinkSettings> links) {
        agent::NetworkSettings settings = secured("roam", std::move(links));
        settings.mld = true;
        return start(settings);
    }
    FaultRule any_fault() {
        static constexpr Cid commands[] = {Cid::bss_info, Cid::sta_rec,     Cid::roc,     Cid::dev_info,
                                           Cid::edca,     Cid::band_config, Cid::scan_req};
        static constexpr FaultEffect effects[] = {
            FaultEffect::drop_ack,   FaultEffect::delay,      FaultEffect::wrong_seq,   FaultEffect::status,
            FaultEffect::no_grant,   FaultEffect::late_grant, FaultEffect::dup_grant,   FaultEffect::grant_interval,
            FaultEffect::drop_event, FaultEffect::coredump,   FaultEffect::stall_ring15};
        FaultRule out;
        out.effect = effects[random.below(std::size(effects))];
        const bool of_event = out.effect == FaultEffect::drop_event;
        const bool of_roc = out.effect == FaultEffect::no_grant || out.effect == FaultEffect::late_grant ||
                            out.effect == FaultEffect::dup_grant || out.effect == FaultEffect::grant_interval;
        if (of_event)
            out.match.eid =
                static_cast<std::uint8_t>(Eid::roc);  // who waits for a scan waits for ever, as the real one
        else if (!of_roc)
            out.match.cid = static_cast<std::uint16_t>(commands[random.below(std::size(commands))]);
        // What became of a scan request the driver does not look at: who waits for that scan waits for ever, too.
        if (out.effect == FaultEffect::status && out.match.cid == static_cast<std::uint16_t>(Cid::scan_req))
            out.match.cid = static_cast<std::uint16_t>(Cid::sta_rec);
        out.value = out.effect == FaultEffect::status ? static_cast<std::int64_t>(status::not_there)
                                                      : static_cast<std::int64_t>(random.below(6000));
        out.skip = static_cast<std::uint32_t>(random.below(20));
        out.times = 1;
        return out;
    }
    sim::RandomStream random;
};

TEST_P(Roams, UnderAnyFaultLeakNothingAndBreakNoRule) {
    AccessPoint& west =
        start_mld({agent::link(0, Band::ghz2_4, 1), agent::link(1, Band::ghz5, 36), agent::link(2, Band::ghz6, 5)});
    AccessPoint& east =
        start_mld({agent::link(0, Band::ghz2_4, 6), agent::link(1, Band::ghz5, 44), agent::link(2, Band::ghz6, 37)});
    agent::StationSettings settings = settings_for(west);
    for (const auto& bss : east.bsses())
        settings.frequencies.push_back(bss.channel.control.center);
    StationAgent& client = connect(west, std::move(settings));
    ASSERT_EQ(client.state(), StationState::connected);
    const unsigned rounds = number_of("MLOSIM_ROAMS", 30) / seeds();
    unsigned arrived = 0;
    for (unsigned round = 0; round < rounds; ++round) {
        if (random.chance(0.3)) driver->front().faults().add(any_fault());
        if (client.state() == StationState::connected && client.access_point() != nullptr) {
            AccessPoint& to = client.access_point()->address() == west.wdev().address() ? east : west;
            (void)client.roam({to.wdev().address()});
        }
        run_for(3s + std::chrono::milliseconds(random.below(3000)));
        if (client.state() == StationState::connected) ++arrived;
        said.clear();
        if (HasFailure()) break;
    }
    driver->front().faults().clear();
    run_for(60s);
    EXPECT_EQ(client.state(), StationState::connected) << client.last_reason();
    EXPECT_GT(arrived, rounds / 3);
    leave();
    run_for(30s);
    expect_nothing_left();
    EXPECT_THAT(violations, IsEmpty());
    RecordProperty("arrived", static_cast<int>(arrived));
}

INSTANTIATE_TEST_SUITE_P(Seeds, Roams, testing::Range(1U, seeds() + 1));

}  // namespace
}  // namespace mlosim::mt7925::host
