// A chip in a world whose driver is a guest's: what it shows, and what it does in the air.

#include "mt7925/guest/guest_chip.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "mld/radio_profiles.h"
#include "pcie_guest.h"
#include "phy/ideal_medium.h"

namespace mlosim::mt7925::guest {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;
using Line = mld::ChipInspection::Line;

const std::string fw_log = "00000000 0000 0800 01 000000";

std::string value_in(const mld::ChipInspection& chip, std::string_view table, std::string_view name) {
    const auto all = chip.table(table);
    for (const auto& row : all->rows)
        if (row[0] == name) return row[1];
    return "none";
}

std::vector<std::string> texts(const std::vector<Line>& lines) {
    std::vector<std::string> out;
    for (const Line& line : lines)
        out.push_back(line.text);
    return out;
}

/// The driver's steps are done on the bus; this is what is seen of them.
struct AnInspectedGuest : pcie::BootedGuest {
    std::string written;
    sim::Trace trace{[this](std::string_view line) { written += line; }};
    GuestInspection chip{queue, trace, "sta", front};
};

TEST_F(AnInspectedGuest, ShowsItsMessagesInTheFormOfTheChipWithADriverOfOurs) {
    EXPECT_TRUE(uni(Cid::wsys_config, fw_log).has_value());
    const auto messages = chip.lines("mcu", 1, 100).value();
    ASSERT_THAT(messages, SizeIs(2));
    EXPECT_THAT(messages[0].text, StartsWith("cmd WSYS_CONFIG"));
    const auto object = nlohmann::json::parse(messages[0].json);
    EXPECT_EQ(object["dir"], "cmd");
    EXPECT_EQ(object["t"], messages[0].at.ns());

    const auto traced = nlohmann::json::parse(written.substr(0, written.find('\n')));
    EXPECT_EQ(traced["ev"], "mt7925/mcu");
    EXPECT_EQ(traced["radio"], "sta");
    auto without_time = object;
    without_time.erase("t");
    EXPECT_EQ(traced["message"], without_time);
}

TEST_F(AnInspectedGuest, HasTheFirmwaresTablesAndTheBusesCounts) {
    EXPECT_THAT(chip.table("bss")->rows, IsEmpty());
    uni(Cid::dev_info, "00ff0000 0000 0c00 01 00 02792500aa00");
    for (const std::string_view name : chip.tables()) {
        const auto table = chip.table(name);
        ASSERT_TRUE(table.has_value()) << name;
        for (const auto& row : table->rows)
            EXPECT_EQ(row.size(), table->columns.size()) << name;
    }
    EXPECT_EQ(value_in(chip, "counts", "boots"), "1");
    EXPECT_EQ(value_in(chip, "counts", "commands"), value_in(chip, "pcie", "commands"));
    EXPECT_NE(value_in(chip, "pcie", "register_writes"), "0");
    EXPECT_EQ(value_in(chip, "pcie", "guest"), "1");
    EXPECT_EQ(chip.table("defects").error().code, ENOENT) << "the driver is not ours";
    EXPECT_EQ(chip.lines("kernel", 1, 1).error().code, ENOENT);
}

TEST_F(AnInspectedGuest, TakesRulesThatActOnTheRealDriver) {
    ASSERT_TRUE(chip.add_fault("drop_ack cid=WSYS_CONFIG times=1").has_value());
    EXPECT_FALSE(uni(Cid::wsys_config, fw_log).has_value());
    EXPECT_TRUE(uni(Cid::wsys_config, fw_log).has_value()) << "once";
    EXPECT_THAT(chip.faults(), IsEmpty());
    EXPECT_THAT(chip.add_fault("no such").error().message, HasSubstr("\"no\" is no fault"));
}

TEST_F(AnInspectedGuest, HasNoDefectsOfADriver) {
    const auto refused = chip.add_fault("B9");
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, EINVAL);
    EXPECT_THAT(refused.error().message, HasSubstr("the guest's has its own"));
}

TEST_F(AnInspectedGuest, TellsItsFollowers) {
    std::vector<std::string> told;
    const auto id = chip.follow([&](std::string_view record, std::uint64_t) { told.emplace_back(record); });
    uni(Cid::wsys_config, fw_log);
    chip.happened("the guest is gone");
    EXPECT_THAT(told, ElementsAre("mcu", "mcu", "pcie"));
    chip.leave(id);
    chip.happened("again");
    EXPECT_THAT(told, SizeIs(3));
}

/// A chip by itself, plugged into a machine that only looks at it.
struct AGuestChip : testing::Test {
    std::uint32_t register_at(std::uint32_t region, std::uint64_t offset) {
        std::array<std::uint8_t, 4> octets{};
        chip.device().read(region, offset, octets);
        return ieee80211::ByteReader(octets).u32le();
    }
    static mld::RadioSpec spec() {
        mld::RadioSpec out;
        out.profile = *mld::RadioProfiles::built_in().find("mt7925");
        out.placement.name = "sta";
        return out;
    }

    sim::EventQueue queue;
    sim::Trace trace;
    phy::IdealMedium medium{queue};
    pcie::GuestRam ram;
    pcie::CountedLines lines;
    mld::GuestRadios radios;
    GuestChip& chip = add_guest_chip(radios, queue, trace, medium, spec(), {});
};

TEST_F(AGuestChip, IsAPciDeviceWithTheRadiosAddress) {
    EXPECT_EQ(register_at(vfio::region::config, 0), 0x792514c3U);
    EXPECT_GT(chip.device().region_size(vfio::region::bar0), 0U);
    EXPECT_EQ(radios.find("sta")->address.to_string(), "02:00:00:80:00:00");
    EXPECT_EQ(radios.find("other"), nullptr);
    EXPECT_EQ(medium.position(chip.port()), phy::Position{});
}

TEST_F(AGuestChip, RecordsWhoCameAndWent) {
    chip.device().attached(ram, lines);
    chip.device().reset();
    EXPECT_EQ(value_in(chip.inspection(), "pcie", "guest"), "1");
    chip.device().detached();
    EXPECT_EQ(value_in(chip.inspection(), "pcie", "guest"), "0");
    EXPECT_THAT(texts(chip.inspection().lines("pcie", 1, 10).value()),
                ElementsAre("a guest is there", "bus reset", "the guest is gone"));
    EXPECT_THAT(texts(chip.inspection().lines("pcie", 3, 10).value()), ElementsAre("the guest is gone"));
}

TEST(GuestRadiosTest, AreNumberedBehindAllOthers) {
    sim::EventQueue queue;
    sim::Trace trace;
    phy::IdealMedium medium{queue};
    mld::GuestRadios radios;
    mld::RadioSpec spec = AGuestChip::spec();
    add_guest_chip(radios, queue, trace, medium, spec, {});
    spec.placement.name = "other";
    spec.address = ieee80211::MacAddress{{2, 3, 4, 5, 6, 7}};
    add_guest_chip(radios, queue, trace, medium, spec, {});
    EXPECT_EQ(radios.find("sta")->index.value, mld::GuestRadios::first.value);
    EXPECT_EQ(radios.find("other")->index.value, mld::GuestRadios::first.value + 1);
    EXPECT_EQ(radios.find("other")->address, spec.address);
    EXPECT_EQ(radios.find(radios.find("other")->index), radios.find("other"));
}

}  // namespace
}  // namespace mlosim::mt7925::guest
