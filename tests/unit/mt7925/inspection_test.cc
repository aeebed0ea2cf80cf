// What a radio with the chip shows to whoever does not know which chip it is.

#include "mt7925/host/inspection.h"

#include <nlohmann/json.hpp>

#include "../mld/access_point_fixture.h"
#include "mt7925/host/driver.h"

namespace mlosim::mt7925::host {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;
using testing::StartsWith;

class AnInspectedRadio : public mld::AccessPointTest {
protected:
    AnInspectedRadio() {
        install(world, medium);
        mld::RadioSpec spec;
        spec.profile = mld::profile("mt7925");
        spec.driver = "mt7925";
        spec.interface_name = "sta";
        add_radio(std::move(spec));
        run_for(1s);
    }
    mld::ChipInspection& chip() { return *wdev("sta").wiphy().driver().inspection(); }
    std::vector<mld::ChipInspection::Line> lines(std::string_view record, std::uint64_t from = 1) {
        return chip().lines(record, from, 100000).value();
    }
    std::string count(const std::string& name) {
        const auto table = chip().table("counts").value();
        for (const auto& row : table.rows)
            if (row[0] == name) return row[1];
        return "none";
    }
};

TEST_F(AnInspectedRadio, TellsWhichChipItIs) {
    EXPECT_EQ(chip().chip(), "mt7925");
    EXPECT_EQ(ap.wiphy().driver().inspection(), nullptr) << "a generic radio has none";
}

TEST_F(AnInspectedRadio, ShowsItsMessagesByNumber) {
    const auto all = lines("mcu");
    ASSERT_GT(all.size(), 10U);
    EXPECT_EQ(all.front().number, 1U);
    EXPECT_THAT(all.front().text, StartsWith("cmd "));
    const auto object = nlohmann::json::parse(all.front().json);
    EXPECT_EQ(object["dir"], "cmd");
    EXPECT_EQ(object["t"], all.front().at.ns());
    EXPECT_EQ(lines("mcu", all.size()).front().json, all.back().json);
    EXPECT_THAT(lines("mcu", all.size() + 1), IsEmpty());
    EXPECT_THAT(chip().lines("mcu", 3, 2).value(), SizeIs(2));
}

TEST_F(AnInspectedRadio, TellsItsFollowersWhatCameIn) {
    std::vector<std::pair<std::string, std::uint64_t>> told;
    const auto id =
        chip().follow([&](std::string_view record, std::uint64_t number) { told.emplace_back(record, number); });
    const std::uint64_t before = lines("mcu").back().number;
    ASSERT_TRUE(wdev("sta").netdev()->set_up(true).has_value());
    run_for(100ms);
    EXPECT_THAT(told, Contains(Pair("mcu", before + 1)));
    chip().leave(id);
    told.clear();
    ASSERT_TRUE(wdev("sta").netdev()->set_up(false).has_value());
    run_for(100ms);
    EXPECT_THAT(told, IsEmpty());
}

TEST_F(AnInspectedRadio, ShowsItsBssIndexesAndWcidsOnBothSides) {
    EXPECT_THAT(chip().table("bss")->rows, IsEmpty());
    ASSERT_TRUE(wdev("sta").netdev()->set_up(true).has_value());
    run_for(100ms);
    const auto bss = chip().table("bss").value();
    ASSERT_THAT(bss.rows, SizeIs(1));
    EXPECT_EQ(bss.rows[0].size(), bss.columns.size());
    EXPECT_EQ(bss.rows[0].back(), "") << "both know of it";
    EXPECT_EQ(count("bss_indexes"), "1");
    const auto wcids = chip().table("wcid").value();
    for (const auto& row : wcids.rows)
        EXPECT_EQ(row.size(), wcids.columns.size());
    EXPECT_FALSE(chip().table("no such").has_value());
    EXPECT_FALSE(chip().lines("no such", 1, 1).has_value());
}

TEST_F(AnInspectedRadio, TakesRulesAndDefectsAsFaults) {
    const auto rule = chip().add_fault("drop_ack cid=BSS_INFO times=1");
    const auto defect = chip().add_fault("B6");
    ASSERT_TRUE(rule.has_value());
    ASSERT_TRUE(defect.has_value());
    EXPECT_EQ(chip().add_fault("key_removal").error().code, EEXIST);
    EXPECT_EQ(chip().add_fault("no such").error().code, EINVAL);
    EXPECT_THAT(chip().add_fault("no such").error().message, HasSubstr("\"no\" is no fault"));
    const auto all = chip().faults();
    ASSERT_THAT(all, SizeIs(2));
    EXPECT_EQ(all[0].text, "drop_ack cid=BSS_INFO times=1");
    EXPECT_EQ(all[1].text, "key_removal");
    EXPECT_TRUE(chip().remove_fault(*defect).has_value());
    EXPECT_EQ(chip().remove_fault(*defect).error().code, ENOENT);
    chip().clear_faults();
    EXPECT_THAT(chip().faults(), IsEmpty());
}

TEST_F(AnInspectedRadio, ShowsTheKernelLogAndCountsWhatAFaultDid) {
    ASSERT_TRUE(chip().add_fault("drop_ack cid=DEV_INFO times=1").has_value());
    ASSERT_TRUE(wdev("sta").netdev()->set_up(true).has_value());
    run_for(4s);
    std::vector<std::string> printed;
    for (const auto& line : lines("kernel"))
        printed.push_back(line.text);
    EXPECT_THAT(printed, testing::Contains(HasSubstr("timeout")));
    EXPECT_EQ(count("timeouts"), "1");
    EXPECT_THAT(chip().faults(), IsEmpty()) << "once is once";
}

TEST(Defects, HaveNumbersAndNames) {
    EXPECT_EQ(find_defect("B6"), Defect::key_removal);
    EXPECT_EQ(find_defect("key_removal"), Defect::key_removal);
    EXPECT_EQ(find_defect(""), std::nullopt);
    EXPECT_EQ(name_of(Defect::no_320mhz), "no_320mhz");
    Defects defects;
    EXPECT_FALSE(defects.on(Defect::key_removal));
    defects.set(Defect::key_removal, true);
    EXPECT_TRUE(defects.on(Defect::key_removal));
    EXPECT_FALSE(defects.on(Defect::roc_busy));
    unsigned numbered = 0;
    for (const DefectName& entry : all_defects())
        numbered += entry.number.empty() ? 0 : 1;
    EXPECT_EQ(numbered, 19U);
}

}  // namespace
}  // namespace mlosim::mt7925::host
