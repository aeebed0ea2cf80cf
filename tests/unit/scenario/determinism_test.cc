// Same scenario and same seed: the same bytes.

#include "simulation_fixture.h"

namespace mlosim::scenario {
namespace {

constexpr const char* busy = R"({
    "clock": "virtual", "duration": "25 s", "seed": %SEED%, "regulatory": {"country": "DE", "database": "embedded"},
    "medium": {"fidelity": "lossy", "shadowing_db": 6},
    "radios": [{"name": "sta", "count": 4, "position_m": [60, 0], "grid": {"columns": 4, "spacing_m": 20},
                "interfaces": [{"name": "wlan%d", "up": true}]},
               {"name": "west", "channels": 3, "tx_power_dbm": 3}, {"name": "east", "position_m": [120, 0], "channels": 3, "tx_power_dbm": 3}],
    "networks": [
        {"name": "west", "radio": "west", "ssid": "office", "links": [
            {"band": "2.4 GHz", "channel": 6}, {"band": "5 GHz", "channel": 36, "width_mhz": 80}, {"band": "6 GHz", "channel": 37, "width_mhz": 160}]},
        {"name": "east", "radio": "east", "ssid": "office", "links": [{"band": "6 GHz", "channel": 5}]}],
    "steps": [{"at": "1 s", "scan": {"radio": "sta"}}, {"after": "0 s", "move": {"radio": "sta", "to_m": [100, 5], "over": "8 s"}}]
})";

std::string with_seed(int seed) {
    std::string text = busy;
    text.replace(text.find("%SEED%"), 6, std::to_string(seed));
    return text;
}

struct Determinism : Simulated {
    std::uint64_t hash_of(const std::string& json) {
        (void)run(json);
        return simulation->trace().hash();
    }
};

TEST_F(Determinism, GivesTheSameBytesForTheSameSeed) {
    const std::uint64_t first = hash_of(with_seed(1));
    const std::string bytes = trace;
    const std::uint64_t fired = simulation->queue().fired();
    EXPECT_EQ(hash_of(with_seed(1)), first);
    EXPECT_TRUE(trace == bytes);
    EXPECT_EQ(simulation->queue().fired(), fired);
    EXPECT_NE(bytes.find("mld/scan-done"), std::string::npos);
}

TEST_F(Determinism, GivesOtherBytesForAnotherSeedWhereChanceDecides) {
    EXPECT_NE(hash_of(with_seed(1)), hash_of(with_seed(2)));
}

TEST_F(Determinism, DoesNotDependOnHowTheWorldIsBroughtForward) {
    const std::uint64_t whole = hash_of(with_seed(3));
    ASSERT_TRUE(build(with_seed(3)));
    bool over = false;
    simulation->start([&over] { over = true; });
    for (int ms = 7; !over && ms < 40'000; ms += 7)
        while (!over && simulation->queue().next_due() &&
               *simulation->queue().next_due() <= sim::Time{std::chrono::milliseconds(ms)})
            simulation->queue().step();
    EXPECT_TRUE(over);
    EXPECT_EQ(simulation->trace().hash(), whole);
}

}  // namespace
}  // namespace mlosim::scenario
