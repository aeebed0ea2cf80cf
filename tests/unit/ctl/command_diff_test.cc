#include "ctl/command_diff.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mlosim::ctl {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using What = CommandDifference::What;

/// A record of the trace: a command with one TLV.
std::string command(const std::string& name, const std::string& fields, const std::string& radio = "sta",
                    const std::string& more = R"(,"bss":0)") {
    return R"({"t":1,"ev":"mt7925/mcu","wiphy":"phy0","radio":")" + radio +
           R"(","message":{"dir":"cmd","cid":2,"name":")" + name +
           R"(","seq":3,"opt":7,"header":{"bss_idx":0},"tlvs":[{"tag":2,"name":"RLM","len":16,"fields":)" + fields +
           "}]" + more + "}}\n";
}

const std::string noise =
    "{\"t\":1,\"ev\":\"mld/scan-done\"}\n"
    R"({"t":1,"ev":"mt7925/mcu","radio":"sta","message":{"dir":"event","name":"RESULT"}})"
    "\n";

Result<CommandDiff> compare(const std::string& a, const std::string& b, const CommandDiffOptions& options = {}) {
    std::istringstream first(a);
    std::istringstream second(b);
    return compare_commands(first, second, options);
}

TEST(CommandDiff, OnlyWhatTheDriverSaysCounts) {
    const std::string said = command("BSS_INFO", R"({"band":1})");
    const auto compared = compare(noise + said, said + noise);
    ASSERT_TRUE(compared);
    EXPECT_THAT(compared->differences, IsEmpty());
    EXPECT_EQ(compared->figures.commands, 1U);
    EXPECT_EQ(compared->figures.in_place, 1U);
    EXPECT_EQ(compared->figures.fields, 4U);  // option, bss_idx, the TLV's length, band
    EXPECT_EQ(compared->figures.agreeing, 4U);
}

TEST(CommandDiff, DifferencesAreListedByFieldAndCounted) {
    const auto of = [](const char* band) {
        return command("BSS_INFO", std::string("{\"band\":") + band + ",\"bw\":2}");
    };
    const auto compared = compare(of("1") + of("1"), of("2") + of("2"));
    ASSERT_TRUE(compared);
    ASSERT_THAT(compared->differences, SizeIs(1));
    const auto& [difference, times] = compared->differences.front();
    EXPECT_EQ(difference.what, What::other_value);
    EXPECT_EQ(difference.path, "RLM.band");
    EXPECT_EQ(difference.first, "1");
    EXPECT_EQ(difference.second, "2");
    EXPECT_EQ(times, 2U);
}

TEST(CommandDiff, CommandsAreFoundWhereverTheyAre) {
    const std::string one = command("DEV_INFO", "{}");
    const std::string two = command("BSS_INFO", "{}");
    const std::string three = command("ROC", "{}");
    const std::string four = command("EDCA", "{}");
    const auto compared = compare(one + two + three, two + three + four + one);
    ASSERT_TRUE(compared);
    EXPECT_EQ(compared->figures.in_place, 2U);
    EXPECT_EQ(compared->figures.more, 1U);
    ASSERT_THAT(compared->differences, SizeIs(2));
    EXPECT_EQ(compared->differences[0].first.what, What::moved);
    EXPECT_THAT(compared->differences[0].first.kind, HasSubstr("DEV_INFO"));
    EXPECT_EQ(compared->differences[1].first.what, What::more);
    EXPECT_THAT(compared->differences[1].first.kind, HasSubstr("EDCA"));
}

TEST(CommandDiff, FieldsOfOneSideOnly) {
    const auto compared =
        compare(command("BSS_INFO", R"({"a":1,"list":[{"x":1}]})"), command("BSS_INFO", R"({"b":1,"list":[{"x":2}]})"));
    ASSERT_TRUE(compared);
    ASSERT_THAT(compared->differences, SizeIs(3));
    EXPECT_EQ(compared->differences[0].first.what, What::no_field);
    EXPECT_EQ(compared->differences[1].first.path, "RLM.list[0].x");
    EXPECT_EQ(compared->differences[2].first.what, What::more_field);
}

TEST(CommandDiff, MadeUpAddressesStandForEachOther) {
    const auto with = [](const std::string& address) { return command("DEV_INFO", "{\"addr\":\"" + address + "\"}"); };
    const std::string a = "9a:00:00:00:00:01";
    const std::string b = "9a:00:00:00:00:02";
    const std::string c = "9a:00:00:00:00:03";
    EXPECT_THAT(compare(with(a) + with(a), with(b) + with(b))->differences, IsEmpty());
    EXPECT_THAT(compare(with(a) + with(a), with(b) + with(c))->differences, SizeIs(1));
    EXPECT_THAT(compare(with(a) + with(b), with(c) + with(c))->differences, SizeIs(1));
    const std::string bought = "00:0c:e7:00:00:01";
    EXPECT_THAT(compare(with(bought), with(b))->differences, SizeIs(1));
}

TEST(CommandDiff, CommandsAndFieldsCanBeLeftOut) {
    CommandDiffOptions options;
    options.ignored = {"ROC", "RLM.band"};
    const auto compared = compare(command("BSS_INFO", R"({"band":1})") + command("ROC", "{}"),
                                  command("BSS_INFO", R"({"band":2})"), options);
    ASSERT_TRUE(compared);
    EXPECT_THAT(compared->differences, IsEmpty());
}

TEST(CommandDiff, OfSeveralChipsOneIsNamed) {
    const std::string both = command("ROC", "{}", "sta") + command("EDCA", "{}", "other");
    const auto unclear = compare(both, command("ROC", "{}"));
    ASSERT_FALSE(unclear);
    EXPECT_EQ(unclear.error().code, EINVAL);
    EXPECT_THAT(unclear.error().message, HasSubstr("first: chips of sta and other"));
    CommandDiffOptions options;
    options.first_radio = "other";
    options.second_radio = "sta";
    const auto compared = compare(both, command("EDCA", "{}"), options);
    ASSERT_TRUE(compared);
    EXPECT_THAT(compared->differences, IsEmpty());
}

TEST(CommandDiff, ANamedChipIsThere) {
    CommandDiffOptions options;
    options.second_radio = "stat";
    const auto compared = compare(command("ROC", "{}"), command("ROC", "{}"), options);
    ASSERT_FALSE(compared);
    EXPECT_EQ(compared.error().code, EINVAL);
    EXPECT_THAT(compared.error().message, HasSubstr("second: nobody speaks to a chip of stat"));
}

TEST(CommandDiff, TracesWithoutAChipAreNotTheSame) {
    const auto compared = compare(command("ROC", "{}"), R"({"t":1,"ev":"mld/scan-done"})");
    ASSERT_FALSE(compared);
    EXPECT_EQ(compared.error().code, EINVAL);
    EXPECT_EQ(compared.error().message, "second: nobody speaks to a chip");
}

TEST(CommandDiff, WhatIsNoTraceIsRefused) {
    struct Case {
        const char* text;
        const char* why;
    };
    constexpr Case cases[] = {
        {"rubbish\n", "line 1"},
        {"{\"ev\":\"mt7925/mcu\"\n", "line 1 is no JSON object"},
        {R"({"ev":"mt7925/mcu","message":{"dir":"cmd"}})"
         "\n",
         "names no radio"},
        {R"({"ev":"mt7925/mcu","radio":"sta","message":{"dir":"cmd","name":"X"}})"
         "\n",
         "no message of a chip"},
        {R"({"ev":"mt7925/mcu","radio":"sta","message":{"dir":"cmd","name":7,"tlvs":[]}})"
         "\n",
         "no message of a chip"},
        {R"({"ev":"mt7925/mcu","radio":"sta","message":{"dir":"cmd","name":"X","opt":1,"tlvs":[3]}})"
         "\n",
         "no message of a chip"},
    };
    for (const Case& one : cases) {
        const auto compared = compare(command("ROC", "{}"), one.text);
        ASSERT_FALSE(compared) << one.text;
        EXPECT_EQ(compared.error().code, EBADMSG);
        EXPECT_THAT(compared.error().message, HasSubstr("second: "));
        EXPECT_THAT(compared.error().message, HasSubstr(one.why));
    }
}

}  // namespace
}  // namespace mlosim::ctl
