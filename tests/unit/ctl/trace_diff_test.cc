#include "ctl/trace_diff.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ctl/trace_reader.h"

namespace mlosim::ctl {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

Result<TraceComparison> compare(const std::string& a, const std::string& b, const TraceDiffOptions& options = {}) {
    std::istringstream first(a);
    std::istringstream second(b);
    return compare_traces(first, second, options);
}

std::string record(int t, const std::string& event, const std::string& more = "") {
    return "{\"t\":" + std::to_string(t) + ",\"ev\":\"" + event + "\"" + more + "}\n";
}

std::string ten(int different = -1) {
    std::string out;
    for (int i = 0; i < 10; ++i)
        out += record(i, "a/b", i == different ? R"(,"x":1)" : R"(,"x":0)");
    return out;
}

TEST(TraceDiff, EqualTracesAreTheSame) {
    const auto compared = compare(ten(), ten());
    ASSERT_TRUE(compared);
    EXPECT_FALSE(compared->difference);
    EXPECT_EQ(compared->same, 10U);
}

TEST(TraceDiff, TheFirstDifferenceComesWithItsContext) {
    const auto compared = compare(ten(), ten(5) + "", {.context = 2});
    ASSERT_TRUE(compared && compared->difference);
    const TraceDifference& difference = *compared->difference;
    EXPECT_EQ(compared->same, 5U);
    EXPECT_EQ(difference.first->number, 6U);
    EXPECT_EQ(difference.second->number, 6U);
    ASSERT_THAT(difference.fields, SizeIs(1));
    EXPECT_EQ(difference.fields[0].path, "x");
    EXPECT_EQ(difference.fields[0].first, "0");
    EXPECT_EQ(difference.fields[0].second, "1");
    ASSERT_THAT(difference.before_first, SizeIs(2));
    EXPECT_EQ(difference.before_first[0].number, 4U);
    ASSERT_THAT(difference.after_second, SizeIs(2));
    EXPECT_EQ(difference.after_second[1].number, 8U);
}

TEST(TraceDiff, WhatIsInOneOnlyIsNamedByItsPath) {
    const auto compared = compare(record(1, "m", R"(,"message":{"seq":[1,2],"old":1})"),
                                  record(1, "m", R"(,"message":{"seq":[1,3],"new":1})"));
    ASSERT_TRUE(compared && compared->difference);
    std::vector<std::string> paths;
    for (const FieldDifference& field : compared->difference->fields)
        paths.push_back(field.path + (field.first ? "" : " not in A") + (field.second ? "" : " not in B"));
    EXPECT_THAT(paths, testing::ElementsAre("message.seq.1", "message.old not in B", "message.new not in A"));
}

TEST(TraceDiff, TheOrderOfMembersDoesNotCount) {
    const auto compared = compare("{\"t\":1,\"ev\":\"x\"}\n", "{ \"ev\":\"x\", \"t\":1}\n");
    ASSERT_TRUE(compared);
    EXPECT_FALSE(compared->difference);
}

TEST(TraceDiff, IgnoredMembersDoNotCount) {
    TraceDiffOptions options;
    options.ignored = {"message.seq", "t"};
    const auto same =
        compare(record(1, "m", R"(,"message":{"seq":1})"), record(2, "m", R"(,"message":{"seq":2})"), options);
    ASSERT_TRUE(same);
    EXPECT_FALSE(same->difference);
    const auto not_same = compare(record(1, "m", R"(,"seq":1)"), record(1, "m", R"(,"seq":2)"), options);
    ASSERT_TRUE(not_same);
    EXPECT_TRUE(not_same->difference) << "another member of that name is another path";
}

TEST(TraceDiff, IgnoredKindsAreLeftOutWhereverTheyAre) {
    TraceDiffOptions options;
    options.ignored = {"noise"};
    const std::string noise = record(0, "noise");
    const auto compared = compare(noise + record(1, "a") + noise + noise + record(2, "b"),
                                  record(1, "a") + noise + record(2, "b") + noise + noise, options);
    ASSERT_TRUE(compared);
    EXPECT_FALSE(compared->difference);
    const auto longer = compare(noise + record(1, "a"), record(1, "a") + record(2, "b") + noise, options);
    ASSERT_TRUE(longer && longer->difference);
    EXPECT_FALSE(longer->difference->first);
    EXPECT_EQ(longer->difference->second->number, 2U);
}

TEST(TraceDiff, AnEarlierEndIsADifferenceUnlessAskedNotTo) {
    const std::string more = ten() + record(10, "a/b");
    const auto strict = compare(ten(), more);
    ASSERT_TRUE(strict && strict->difference);
    EXPECT_FALSE(strict->difference->first);
    EXPECT_EQ(strict->difference->second->number, 11U);
    const auto tolerant = compare(ten(), more + more, {.prefix = true});
    ASSERT_TRUE(tolerant);
    EXPECT_FALSE(tolerant->difference);
    EXPECT_EQ(tolerant->more_in_second, 12U);
    EXPECT_EQ(tolerant->more_in_first, 0U);
}

TEST(TraceDiff, ATornLastLineIsTheEnd) {
    const auto compared = compare(ten(), ten() + "{\"t\":10,\"ev", {.prefix = true});
    ASSERT_TRUE(compared);
    EXPECT_FALSE(compared->difference);
    EXPECT_TRUE(compared->torn_second);
    EXPECT_FALSE(compared->torn_first);
}

TEST(TraceDiff, ALastLineWithoutItsNewlineCounts) {
    std::string cut = ten();
    cut.pop_back();
    const auto compared = compare(cut, ten());
    ASSERT_TRUE(compared);
    EXPECT_FALSE(compared->difference);
    EXPECT_EQ(compared->same, 10U);
}

TEST(TraceDiff, TheLastLineOfMlosimdIsNoneOfTheTrace) {
    const auto compared = compare(ten() + "seed=1 commit=x wall=0.1s\n", ten() + "seed=1 commit=x wall=0.2s\n");
    ASSERT_TRUE(compared);
    EXPECT_FALSE(compared->difference);
}

struct Bad {
    std::string text;
    const char* message;
    const char* why;
};

TEST(TraceDiff, WhatIsNoTraceIsRefused) {
    const Bad table[] = {
        {"hello\n", "first: line 1 is no JSON object", "text"},
        {"\x7f"
         "ELF\x02\x01",
         "first: line 1 is no JSON object", "a program"},
        {ten() + "[1]\n", "first: line 11 is no JSON object", "a list"},
        {"{broken}\n", "first: line 1 is no JSON object", "braces alone"},
        {"{\"a\":" + std::string(100, '[') + std::string(100, ']') + "}\n", "first: line 1 is no JSON object",
         "deeper than any record"},
        {"{\"a\":1}}\n", "first: line 1 is no JSON object", "too many braces"},
        {std::string("{\"a\":\"\0\"}\n", 10), "first: line 1 is no JSON object", "a control character"},
        {"{\"a\":\"" + std::string(TraceReader::longest_line, 'x') + "\"}\n", "first: line 1 is longer than any record",
         "a line without an end"},
    };
    for (const Bad& bad : table) {
        const auto compared = compare(bad.text, ten() + ten());
        ASSERT_FALSE(compared) << bad.why;
        EXPECT_EQ(compared.error().message, bad.message) << bad.why;
    }
}

TEST(TraceDiff, OtherTracesMayNameTheirMembersAsTheyLike) {
    TraceDiffOptions options;
    options.kind = "type";
    options.ignored = {"log"};
    const auto compared =
        compare("{\"type\":\"log\",\"ns\":1}\n{\"type\":\"cmd\",\"ns\":2}\n", "{\"type\":\"cmd\",\"ns\":2}\n", options);
    ASSERT_TRUE(compared);
    EXPECT_FALSE(compared->difference);
}

TEST(TraceDiff, NothingIsATraceToo) {
    const auto compared = compare("", "\n\n");
    ASSERT_TRUE(compared);
    EXPECT_FALSE(compared->difference);
    EXPECT_EQ(compared->same, 0U);
}

TEST(TraceDiff, AFileThatIsNotThereIsSaid) {
    std::ostringstream out;
    std::ostringstream err;
    EXPECT_EQ(trace_diff("/nowhere/a", "/nowhere/b", {}, false, out, err), 2);
    EXPECT_THAT(err.str(), HasSubstr("/nowhere/a: No such file"));
    EXPECT_THAT(out.str(), IsEmpty());
    std::ostringstream directory;
    EXPECT_EQ(trace_diff("/", "/", {}, false, out, directory), 2);
    EXPECT_THAT(directory.str(), HasSubstr("mlosimctl: /: "));
}

}  // namespace
}  // namespace mlosim::ctl
