// A radio with the chip in it, as the MAC above and the air around it see it.

#include "mt7925/host/driver.h"

#include "../mld/access_point_fixture.h"
#include "recording.h"

namespace mlosim::mt7925::host {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class ChipRadio : public mld::AccessPointTest {
protected:
    ChipRadio() {
        world.set_driver_factory("mt7925", [&](const mld::Radio& radio, mld::Wiphy& own, mld::DriverEvents& mac) {
            auto made = std::make_unique<Driver>(radio, own, mac, medium);
            driver = made.get();
            return made;
        });
        mld::RadioSpec spec;
        spec.profile = mld::profile("mt7925");
        spec.driver = "mt7925";
        spec.interface_name = "sta";
        add_radio(std::move(spec));
        run_for(1s);
        driver->front().firmware().set_observer([&](Direction direction, ByteView packet) {
            if (direction != Direction::command) return;
            const auto command = parse_command(packet);
            said.emplace_back(static_cast<Cid>(command->cid), Bytes(command->payload.begin(), command->payload.end()));
        });
    }
    /// What is noted ends before the world does.
    ~ChipRadio() override { driver->front().firmware().set_observer({}); }
    mld::Wdev& sta() { return wdev("sta"); }
    std::vector<Cid> taken() {
        std::vector<Cid> out;
        for (const auto& [cid, payload] : std::exchange(said, {}))
            out.push_back(cid);
        return out;
    }
    const FirmwareTables& tables() { return driver->front().firmware().tables(); }
    const FirmwareCounts& counts() { return driver->front().firmware().counts(); }

    Driver* driver = nullptr;
    std::vector<std::pair<Cid, Bytes>> said;
};

TEST_F(ChipRadio, BootsAndLearnsItsDomainBeforeAnybodyUsesIt) {
    EXPECT_TRUE(driver->front().firmware().running());
    ASSERT_TRUE(driver->capabilities().has_value());
    EXPECT_TRUE(driver->capabilities()->has_mlo());
    EXPECT_EQ(counts().refused_commands + counts().malformed_commands + counts().commands_while_asleep, 0U);
    EXPECT_TRUE(driver->front().firmware().own_sync()) << "idle for long: the firmware has it";
}

TEST_F(ChipRadio, ComesUpAndGoesDownAsTheRealOne) {
    ASSERT_TRUE(sta().netdev()->set_up(true).has_value());
    run_for(50ms);
    EXPECT_EQ(tables().bss[0].active, true);
    EXPECT_THAT(taken(), ElementsAre(Cid::set_domain_info, Cid::band_config, Cid::dev_info, Cid::bss_info,
                                     Cid::bss_info, Cid::edca));
    ASSERT_TRUE(sta().netdev()->set_up(false).has_value());
    run_for(50ms);
    EXPECT_EQ(tables().bss[0].active, false);
    EXPECT_THAT(taken(), ElementsAre(Cid::bss_info, Cid::dev_info));
    EXPECT_EQ(driver->bss_indexes().mask(), 0);
}

TEST_F(ChipRadio, FindsAnAccessPointByItsOwnScan) {
    network.ssid = "seen by a chip";
    ASSERT_EQ(start(network), 0);
    ASSERT_TRUE(sta().netdev()->set_up(true).has_value());
    run_for(100ms);
    taken();
    ASSERT_TRUE(sta().wiphy().trigger_scan(sta(), {}).has_value());
    run_for(10s);
    EXPECT_EQ(sta().wiphy().scan(), nullptr) << "it is over";
    // Its program answers no probe requests: the beacons are what is heard.
    const auto* found = sta().wiphy().bss_table().find(network.channel, ap.address(), nullptr, world.now());
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->ssid()->text(), "seen by a chip");
    EXPECT_EQ(taken().front(), Cid::scan_req);
    EXPECT_EQ(driver->front().commands().counts().timeouts, 0U);
}

}  // namespace
}  // namespace mlosim::mt7925::host
