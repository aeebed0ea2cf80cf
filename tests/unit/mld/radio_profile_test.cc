#include "mld/radio_profile.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mld/radio_profiles.h"

namespace mlosim::mld {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const RadioProfile& built_in(std::string_view name) {
    static const RadioProfiles profiles = RadioProfiles::built_in();
    const RadioProfile* found = profiles.find(name);
    EXPECT_NE(found, nullptr) << name;
    return *found;
}

ProfileResult parse(std::string_view json) {
    return parse_radio_profile(
        json, [](std::string_view name) { return name == "generic-be" ? &built_in("generic-be") : nullptr; });
}

TEST(RadioProfiles, HoldTheFiveThatAreBuiltIn) {
    EXPECT_THAT(RadioProfiles::built_in().names(), ElementsAre("ac", "ax", "generic-be", "mt7925", "n"));
}

TEST(RadioProfiles, GenericBeHasAllBandsAndMultiLink) {
    const RadioProfile& p = built_in("generic-be");
    ASSERT_THAT(p.bands, SizeIs(4));
    EXPECT_THAT(p.band(phy::Band::ghz2_4)->channels, SizeIs(14));
    EXPECT_THAT(p.band(phy::Band::ghz6)->channels, SizeIs(59));
    EXPECT_TRUE(p.has(WiphyFlag::multi_link));
    EXPECT_EQ(p.ciphers.front(), 0x000fac01U);
    EXPECT_EQ(p.extended_for(InterfaceType::ap)->mld, 0x002e);
    EXPECT_EQ(p.band(phy::Band::ghz6)->for_type(InterfaceType::station)->eht->mcs.size(), 9U);
    EXPECT_EQ(p.band(phy::Band::ghz6)->for_type(InterfaceType::adhoc), nullptr);
    EXPECT_EQ(p.features, 0x2b079ba3U) << "without advertise_chan_limits, which only a split dump tells";
}

TEST(RadioProfiles, Mt7925IsATwoStreamRadioOf160MHz) {
    const RadioProfile& p = built_in("mt7925");
    EXPECT_EQ(p.antennas_tx, 3U);
    EXPECT_EQ(p.extended_for(InterfaceType::station)->mld, 0) << "no simultaneous links";
    const EhtCapabilities& eht = *p.band(phy::Band::ghz6)->for_type(InterfaceType::station)->eht;
    EXPECT_EQ(eht.mcs, ieee80211::Bytes(6, 0x22)) << "two streams up to 80 MHz and at 160 MHz, nothing for 320 MHz";
    EXPECT_EQ(p.band(phy::Band::ghz2_4)->channels.front().limits.max_power_dbm, 30);
}

TEST(RadioProfiles, EachLegacyGenerationLacksWhatIsNewer) {
    const RadioProfile& ax = built_in("ax");
    EXPECT_FALSE(ax.has(WiphyFlag::multi_link));
    EXPECT_TRUE(ax.band(phy::Band::ghz6)->for_type(InterfaceType::station)->he);
    EXPECT_FALSE(ax.band(phy::Band::ghz6)->for_type(InterfaceType::station)->eht);

    const RadioProfile& ac = built_in("ac");
    EXPECT_EQ(ac.band(phy::Band::ghz6), nullptr);
    EXPECT_TRUE(ac.band(phy::Band::ghz5)->vht);
    EXPECT_THAT(ac.band(phy::Band::ghz5)->interfaces, IsEmpty());

    const RadioProfile& n = built_in("n");
    EXPECT_FALSE(n.band(phy::Band::ghz5)->vht);
    EXPECT_TRUE(n.band(phy::Band::ghz5)->ht);
}

// The figures of the next four were read from a kernel with the same module parameters.
TEST(RadioOptions, WithMloChangeNothingOfGenericBe) {
    EXPECT_EQ(built_in("generic-be").with(RadioOptions{}), built_in("generic-be"));
}

TEST(RadioOptions, WithoutChannelContextsMac80211Scans) {
    const RadioProfile p = built_in("generic-be").with({.multi_link = false});
    EXPECT_EQ(p.scan.max_ssids, 4);
    EXPECT_EQ(p.max_remain_on_channel_ms, 5000U);
    EXPECT_EQ(p.combinations.front().radar_detect_widths, 0xefU);
    EXPECT_EQ(p.features, 0x2b079be3U);
    EXPECT_TRUE(p.ext_features.test(29)) << "random sequence numbers in scans";
    EXPECT_TRUE(p.interface_extended_capabilities.empty());
    EXPECT_TRUE(p.band(phy::Band::ghz5)->for_type(InterfaceType::station)->eht) << "EHT stays";
}

TEST(RadioOptions, WithAP2pDeviceAddItToTheCombination) {
    const RadioProfile p = built_in("generic-be").with({.multi_link = false, .p2p_device = true});
    EXPECT_TRUE(p.interface_types.contains(InterfaceType::p2p_device));
    EXPECT_EQ(p.combinations.front().max_interfaces, 2050U);
    EXPECT_EQ(p.combinations.front().limits.back(), (InterfaceLimit{1, {InterfaceType::p2p_device}}));
}

TEST(RadioOptions, WithThreeChannelsSayThreeChannels) {
    const RadioProfile p = built_in("generic-be").with({.multi_link = false, .channels = 3});
    EXPECT_EQ(p.combinations.front().channels, 3U);
    EXPECT_EQ(p.combinations.front().radar_detect_widths, 0U);
    EXPECT_EQ(p.scan.max_ssids, 255);
}

TEST(RadioOptions, WithMultiRadioGiveEachBandARadio) {
    const RadioProfile p = built_in("generic-be").with({.multi_radio = true});
    ASSERT_THAT(p.radios, SizeIs(4));
    EXPECT_EQ(p.radios[0].from, phy::Frequency::mhz(2402));
    EXPECT_EQ(p.radios[0].to, phy::Frequency::mhz(2494));
    EXPECT_EQ(p.radios[3].from, phy::Frequency::khz(892500));
    EXPECT_EQ(p.radios[0].combinations.front().radar_detect_widths, 0xefU);
    EXPECT_EQ(p.combinations.front().channels, 4U);
}

struct BadProfile {
    std::string_view json;
    std::string_view mistake;
};

class BadProfiles : public testing::TestWithParam<BadProfile> {};

TEST_P(BadProfiles, AreRefusedWithPlaceFoundAndAllowed) {
    const ProfileResult result = parse(GetParam().json);
    ASSERT_FALSE(result.has_value());
    ASSERT_THAT(result.error(), SizeIs(1));
    EXPECT_THAT(result.error().front().to_string(), HasSubstr(GetParam().mistake));
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadProfiles,
    testing::Values(
        BadProfile{"{", "allowed: JSON"}, BadProfile{"[]", "/: found a list, allowed: an object"},
        BadProfile{R"({"base": "generic-be"})", "/name: found nothing, allowed: a name"},
        BadProfile{R"({"name": "x", "base": "y"})", R"(/base: found "y", allowed: the name of a profile)"},
        BadProfile{R"({"name": "x"})", "found no bands"},
        BadProfile{R"({"name": "x", "base": "generic-be", "colour": 1})", "/colour: found an unknown member"},
        BadProfile{R"({"name": "x", "base": "generic-be", "max_pmkids": 256})",
                   "/max_pmkids: found 256, allowed: a whole number from 0 to 255"},
        BadProfile{R"({"name": "x", "base": "generic-be", "scan": {"style": "magic"}})",
                   R"(/scan/style: found "magic", allowed: hardware, software)"},
        BadProfile{R"({"name": "x", "base": "generic-be", "flags": ["mlo"]})",
                   R"(/flags/0: found "mlo", allowed: multi_link)"},
        BadProfile{R"({"name": "x", "base": "generic-be", "ciphers": ["CCMP"]})", R"(/ciphers/0: found "CCMP")"},
        BadProfile{R"({"name": "x", "base": "generic-be", "ht_override_mask": "abc"})", "pairs of hex digits"},
        BadProfile{R"({"name": "x", "base": "generic-be", "antennas": {"tx": 3}})",
                   R"(/antennas/tx: found 3, allowed: "0x")"},
        BadProfile{R"({"name": "x", "base": "generic-be", "without": ["wifi"]})", R"(/without/0: found "wifi")"},
        BadProfile{R"({"name": "x", "base": "generic-be", "addresses": ["0x100"]})", "/addresses/0"},
        BadProfile{R"({"name": "x", "base": "generic-be", "bands": {"7 GHz": {}}})",
                   "/bands/7 GHz: found an unknown band"},
        BadProfile{R"({"name": "x", "base": "generic-be", "bands": {"5 GHz": {}}})", "/bands/5 GHz: found no channels"},
        BadProfile{R"({"name": "x", "base": "generic-be", "bands": {"5 GHz": {"channels_mhz": [5180, 2412]}}})",
                   "/bands/5 GHz/channels_mhz/1: found 2412"},
        BadProfile{
            R"({"name": "x", "base": "generic-be", "bands": {"5 GHz": {"channels_mhz": [5180], "ht": {"mcs": "00"}}}})",
            "/bands/5 GHz/ht/mcs: found \"00\", allowed: 16 bytes"},
        BadProfile{
            R"({"name": "x", "base": "generic-be", "interface_extended_capabilities": [{"value": "", "mask": ""}]})",
            "/interface_extended_capabilities/0/type: found nothing"},
        BadProfile{R"({"name": "x", "base": "generic-be", "management_frames": {"mlo_link": {}}})",
                   "/management_frames/mlo_link"}));

TEST(RadioProfileJson, ReportsEveryMistakeAtOnce) {
    const ProfileResult result = parse(R"({"name": 1, "base": "generic-be", "max_pmkids": -1, "retry": [], "x/y": 0})");
    ASSERT_FALSE(result.has_value());
    std::vector<std::string> pointers;
    for (const ProfileMistake& m : result.error())
        pointers.push_back(m.pointer);
    EXPECT_THAT(pointers, testing::UnorderedElementsAre("/x~1y", "/name", "/name", "/retry", "/max_pmkids"));
}

TEST(RadioProfileJson, TakesCommentsAndChangesOnlyWhatItNames) {
    const ProfileResult result = parse(R"({
        // one more antenna
        "name": "mine", "base": "generic-be", "antennas": {"tx": "0x7", "rx": "0x7"}
    })");
    ASSERT_TRUE(result.has_value());
    RadioProfile expected = built_in("generic-be");
    expected.name = "mine";
    expected.antennas_tx = expected.antennas_rx = 7;
    EXPECT_EQ(*result, expected);
}

TEST(RadioProfiles, TakeADirectorysFilesOverTheBuiltIn) {
    const auto directory = std::filesystem::path(testing::TempDir()) / "mlosim-profiles";
    std::filesystem::create_directories(directory);
    std::ofstream(directory / "1-mine.json") << R"({"name": "mine", "base": "n"})";
    std::ofstream(directory / "2-mine.json") << R"({"name": "twice", "base": "mine", "retry": 1})";
    RadioProfiles profiles = RadioProfiles::built_in();
    const auto mistakes = profiles.load_directory(directory);
    std::filesystem::remove_all(directory);
    EXPECT_NE(profiles.find("mine"), nullptr);
    ASSERT_THAT(mistakes, SizeIs(1));
    EXPECT_EQ(mistakes.front().file.filename(), "2-mine.json");
    EXPECT_EQ(mistakes.front().mistakes.front().to_string(), "/retry: found 1, allowed: an object");
}

}  // namespace
}  // namespace mlosim::mld
