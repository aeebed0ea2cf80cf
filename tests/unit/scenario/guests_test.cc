// Radios whose drivers are in virtual machines, and those machines.

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "mld/chip_inspection.h"
#include "scenario/prepared_guest.h"
#include "simulation_fixture.h"
#include "vfio/device.h"

namespace mlosim::scenario {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Eq;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;
using testing::SizeIs;

const char* const guest_world = R"({
    "radios": [{"name": "sta", "chip": "mt7925", "front": "vfio-user", "position_m": [3, 0], "tx_power_dbm": 10},
               {"name": "ours", "chip": "mt7925"}, {"name": "plain"},
               {"name": "many", "chip": "mt7925", "front": "vfio-user", "count": 2}],
    "guests": [{"name": "linux", "radios": ["sta", "many"], "job": ["echo ${dir}", "ls"], "memory_mb": 2048, "cpus": 2,
                "append": "quiet", "start": "step", "ready": {"output": {"contains": "booted"}}, "exit": 0}])";

std::string world(const std::string& more = "}") {
    return guest_world + more;
}

TEST(Guests, AreProcessesWithTheirRadios) {
    const auto scenario = parse_scenario(world());
    ASSERT_TRUE(scenario.has_value()) << Simulated::lines_of(scenario.error());
    ASSERT_THAT(scenario->guests, SizeIs(1));
    EXPECT_THAT(scenario->guests[0].radios, ElementsAre("sta", "many-1", "many-2"));
    ASSERT_THAT(scenario->processes, SizeIs(1));
    const ProcessPlan& process = scenario->processes[0];
    EXPECT_EQ(process.name, "linux");
    EXPECT_EQ(process.guest, 0U);
    EXPECT_FALSE(process.preload);
    EXPECT_EQ(process.exit, 0);
    EXPECT_TRUE(process.ready.has_value());
    ASSERT_THAT(process.files, SizeIs(1));
    EXPECT_EQ(process.files[0].name, "share/job.sh");
    EXPECT_EQ(process.files[0].content, "echo ${dir}\nls\n");
    EXPECT_TRUE(process.files[0].verbatim) << "a shell's variables are its own";
}

struct AGuestsImage : testing::Test {
    AGuestsImage() {
        char name[] = "/tmp/mlosim-test-XXXXXX";
        directory = ::mkdtemp(name);
        for (const char* file : {"vmlinuz", "initrd.img"})
            std::ofstream(directory / file) << "x";
        plan.radios = {"sta"};
        plan.image = ".";
        plan.pointer = "/guests/0";
        plan.accelerators = {"tcg"};
    }
    ~AGuestsImage() override { std::filesystem::remove_all(directory); }

    std::vector<std::string> arguments(const ProgramPaths& programs = {}) {
        mistakes.clear();
        return guest_arguments(plan, directory, programs, mistakes);
    }
    std::string after(const std::string& option) {
        const auto all = arguments();
        const auto found = std::find(all.begin(), all.end(), option);
        return found == all.end() || found + 1 == all.end() ? "" : *(found + 1);
    }
    void add_program(const char* name) {
        std::ofstream(directory / name) << "#!/bin/sh\n";
        std::filesystem::permissions(directory / name, std::filesystem::perms::owner_all);
    }

    std::filesystem::path directory;
    GuestPlan plan;
    Mistakes mistakes;
};

TEST_F(AGuestsImage, IsWhatQemuBoots) {
    plan.memory_mb = 512;
    plan.append = "loglevel=7";
    EXPECT_EQ(after("-kernel"), (directory / "vmlinuz").string());
    EXPECT_EQ(after("-initrd"), (directory / "initrd.img").string());
    EXPECT_EQ(after("-m"), "512M");
    EXPECT_EQ(after("-object"), "memory-backend-memfd,id=mem,size=512M,share=on");
    EXPECT_EQ(after("-accel"), "tcg,thread=multi");
    EXPECT_THAT(after("-append"), testing::EndsWith(" loglevel=7"));
    EXPECT_THAT(arguments(), Contains(R"({"driver":"vfio-user-pci","socket":{"path":"${socket:sta}","type":"unix"}})"));
    EXPECT_THAT(arguments(), Not(Contains("-drive")));
    EXPECT_THAT(mistakes, IsEmpty());
    std::ofstream(directory / "root.img") << "x";
    EXPECT_THAT(after("-drive"), HasSubstr("file=" + (directory / "root.img").string() + ","));
}

TEST_F(AGuestsImage, MayBringItsQemuAndTheCommandLineKnowsBetter) {
    EXPECT_EQ(arguments().front(), "qemu-system-x86_64");
    add_program("qemu");
    EXPECT_EQ(arguments().front(), (directory / "qemu").string());
    EXPECT_EQ(arguments({{"qemu", "/opt/qemu"}}).front(), "/opt/qemu");
    plan.qemu = "my-qemu";
    EXPECT_EQ(arguments({{"qemu", "/opt/qemu"}}).front(), "my-qemu");
}

TEST_F(AGuestsImage, IsWhereThePlanSaysElseTheCommandLineElseTheUsualPlace) {
    plan.image.reset();
    EXPECT_FALSE(arguments({{"image", "/no/such/place"}}).empty());
    ASSERT_THAT(mistakes, SizeIs(1)) << "one for all that is missing";
    EXPECT_THAT(mistakes[0].to_string(), HasSubstr("/guests/0/image: found \"/no/such/place\", which has no vmlinuz, "
                                                   "allowed a directory that `scripts/real-driver setup` has made"));
    arguments({{"image", directory.string()}});
    EXPECT_THAT(mistakes, IsEmpty());
    ::setenv("MLOSIM_GUEST_DIR", directory.c_str(), 1);
    EXPECT_EQ(after("-kernel"), (directory / "vmlinuz").string());
    ::unsetenv("MLOSIM_GUEST_DIR");
}

TEST_F(AGuestsImage, MayHaveAnotherKernel) {
    std::ofstream(directory / "bzImage") << "x";
    plan.kernel = "bzImage";
    EXPECT_EQ(after("-kernel"), (directory / "bzImage").string());
    plan.initrd = "none";
    arguments();
    ASSERT_THAT(mistakes, SizeIs(1));
    EXPECT_EQ(mistakes[0].pointer, "/guests/0/initrd");
}

struct AWorldWithGuests : Simulated {
    const mld::GuestRadio& sta() { return *simulation->guest_radios().find("sta"); }
};

TEST_F(AWorldWithGuests, HasNoWiphysOfTheirRadios) {
    ASSERT_TRUE(build(world()));
    EXPECT_THAT(simulation->world().wiphys(), SizeIs(2));
    EXPECT_THAT(simulation->guest_radios().all(), SizeIs(3));
    std::vector<std::string> plugs;
    for (const GuestChipPlug& plug : simulation->guest_chips()) {
        plugs.push_back(plug.radio);
        std::array<std::uint8_t, 2> vendor{};
        plug.device->read(vfio::region::config, 0, vendor);
        EXPECT_THAT(vendor, ElementsAre(0xc3, 0x14));
    }
    EXPECT_THAT(plugs, ElementsAre("sta", "many-1", "many-2"));
    EXPECT_EQ(simulation->medium().position(sta().device->port()), (phy::Position{3, 0, 0}));
}

TEST_F(AWorldWithGuests, MovesThemAndMakesThingsGoWrongInThem) {
    ASSERT_TRUE(build(world(R"(, "duration": "1 s",
        "faults": [{"radio": "many", "rule": "no_grant"}],
        "steps": [{"at": "100 ms", "move": {"radio": "sta", "to_m": [7, 1]}},
                  {"at": "200 ms", "power": {"radio": "sta", "dbm": 3}},
                  {"at": "300 ms", "fault": {"radio": "sta", "rule": "drop_ack times=1"}},
                  {"at": "400 ms", "fault": {"rule": "drop_frame from=sta"}}],
        "expect": [{"at": "500 ms", "chip": {"radio": "sta", "boots": 0}},
                   {"at": "500 ms", "kernel_log": {"radio": "sta", "record": "pcie", "contains": "guest", "count": 0}}]})")));
    simulation->run();
    EXPECT_THAT(simulation->failures(), IsEmpty());
    EXPECT_EQ(simulation->medium().position(sta().device->port()), (phy::Position{7, 1, 0}));
    EXPECT_THAT(sta().device->inspection().faults(), SizeIs(1));
    EXPECT_THAT(simulation->guest_radios().find("many-2")->device->inspection().faults(), SizeIs(1));
    EXPECT_THAT(simulation->air_faults().faults(), SizeIs(1));
}

TEST_F(AWorldWithGuests, IsToldOfADefectThatOnlyOurDriverHas) {
    auto scenario = parse_scenario(world(R"(, "faults": [{"radio": "sta", "rule": "B9"}]})"));
    ASSERT_TRUE(scenario.has_value());
    const auto built = Simulation::build(std::move(*scenario));
    ASSERT_FALSE(built.has_value());
    EXPECT_THAT(lines_of(built.error()), HasSubstr("B9 is a defect of this world's driver"));
}

}  // namespace
}  // namespace mlosim::scenario
