// What is kept of runs, and what is made of it.

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ctl/run/results.h"
#include "ctl/run/signature.h"
#include "ctl/run/summary.h"

namespace mlosim::ctl::run {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

Campaign campaign(const std::string& seeds = "1-5") {
    return Campaign({{"w.json", "/w/w.json", "11"}}, {}, *Seeds::parse(seeds), {}, "mlosimd 1");
}

Record record(std::uint64_t run, const std::string& signature = "") {
    Record out;
    out.run = run;
    out.scenario = "w.json";
    out.seed = run + 1;
    out.exit_code = signature.empty() ? 0 : 1;
    out.signature = signature;
    if (!signature.empty()) out.failures = {{"/expect/0", "x", "failed at 1 s: expected x, seen \"<&\x01\""}};
    out.trace_hash = "abcd";
    out.virtual_s = 1.5;
    out.wall_s = 0.25;
    return out;
}

TEST(Records, AreLinesAndComeBackFromThem) {
    Record one = record(3, "sig\n\"nature");
    one.parameters = {{"a.b", "1,2"}, {"/c", "\"x\""}};
    one.kept = "runs/3";
    one.said = "what it said";
    const std::string line = to_line(one);
    EXPECT_EQ(std::ranges::count(line, '\n'), 1);
    const auto back = parse_record(line.substr(0, line.size() - 1));
    ASSERT_TRUE(back);
    EXPECT_EQ(to_line(*back), line);
    EXPECT_EQ(back->parameters, one.parameters);
}

TEST(Records, WhatIsNoneIsRefused) {
    const std::string good = to_line(record(1, "s"));
    const auto changed = [&good](const std::string& what, const std::string& by) {
        std::string out = good;
        out.replace(out.find(what), what.size(), by);
        return out;
    };
    for (const std::string& line :
         {std::string(), std::string("{}"), std::string("null"), good.substr(0, 40), changed("\"run\":1", "\"run\":-1"),
          changed("\"seed\":2", "\"seed\":\"2\""), changed("\"failures\":[", "\"failures\":[7,"),
          changed("\"parameters\":{}", "\"parameters\":{\"a\":1}"), changed("\"exit_code\":1", "\"exit_code\":1.5"),
          changed("\"pointer\"", "\"pinter\""), std::string(1000, '['),
          std::string("{\"run\":") + std::string(300, '[')})
        EXPECT_FALSE(parse_record(line)) << line;
}

class ResultsFolder : public testing::Test {
protected:
    void SetUp() override {
        folder = fs::temp_directory_path() / ("mlosim-results-" + std::to_string(::getpid()));
        fs::remove_all(folder);
    }
    void TearDown() override { fs::remove_all(folder); }
    [[nodiscard]] Result<Results> open(const Campaign& what = campaign(), const Shard& shard = {}) const {
        return Results::open(folder, what, shard);
    }
    void write(const std::string& text) const { std::ofstream(folder / "results.jsonl", std::ios::binary) << text; }
    [[nodiscard]] std::string text() const { return *read_file(folder / "results.jsonl"); }

    fs::path folder;
};

TEST_F(ResultsFolder, KeepsWhatIsFinished) {
    {
        auto results = open();
        ASSERT_TRUE(results);
        ASSERT_TRUE(results->append(record(2)));
        ASSERT_TRUE(results->append(record(0, "bad")));
        EXPECT_TRUE(results->has(2));
        EXPECT_FALSE(results->has(1));
    }
    auto again = open();
    ASSERT_TRUE(again);
    EXPECT_THAT(again->records(), SizeIs(2));
    EXPECT_EQ(again->records()[1].signature, "bad");
    EXPECT_TRUE(again->has(0));
}

TEST_F(ResultsFolder, ATornLastLineIsNoneWhereverItIsTorn) {
    ASSERT_TRUE(open());
    const std::string whole = to_line(record(0)) + to_line(record(1, "bad"));
    const std::string torn = to_line(record(2));
    for (std::size_t cut = 0; cut < torn.size(); ++cut) {
        write(whole + torn.substr(0, cut));
        auto results = open();
        ASSERT_TRUE(results) << cut;
        EXPECT_THAT(results->records(), SizeIs(2));
        EXPECT_FALSE(results->has(2));
        ASSERT_TRUE(results->append(record(2)));
        EXPECT_EQ(text(), whole + torn) << cut;
    }
}

TEST_F(ResultsFolder, ARunThatIsThereTwiceCountsOnce) {
    ASSERT_TRUE(open());
    write(to_line(record(0)) + to_line(record(0)));
    auto results = open();
    ASSERT_TRUE(results);
    EXPECT_THAT(results->records(), SizeIs(1));
}

TEST_F(ResultsFolder, WhatIsNoResultIsRefusedWithItsLine) {
    ASSERT_TRUE(open());
    write(to_line(record(0)) + "rubbish\n");
    EXPECT_THAT(open().error().message, HasSubstr("results.jsonl: line 2 is no result of a run"));
    Record other = record(1);
    other.seed = 77;
    write(to_line(other));
    EXPECT_THAT(open().error().message, HasSubstr("run 1 is none of this campaign"));
}

TEST_F(ResultsFolder, BelongsToOneCampaign) {
    ASSERT_TRUE(open());
    const auto other = open(campaign("1-6"));
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, EEXIST);
    EXPECT_THAT(other.error().message, HasSubstr("another campaign (seeds 1-5, not 1-6)"));
    EXPECT_THAT(open(campaign(), Shard{1, 2, ""}).error().message, HasSubstr("shard 1/1, not 1/2"));
}

TEST_F(ResultsFolder, HasNoRunsOfOtherShards) {
    const Shard second{2, 2, ""};
    ASSERT_TRUE(open(campaign(), second));
    write(to_line(record(1)) + to_line(record(3)));
    EXPECT_THAT(open(campaign(), second)->records(), SizeIs(2));
    write(to_line(record(1)) + to_line(record(2)));
    const auto foreign = open(campaign(), second);
    ASSERT_FALSE(foreign);
    EXPECT_EQ(foreign.error().code, EBADMSG);
    EXPECT_THAT(foreign.error().message, HasSubstr("results.jsonl: line 2: run 2 is none of shard 2/2"));
}

TEST_F(ResultsFolder, HasNoRunsThatItsCampaignHasNot) {
    ASSERT_TRUE(open());
    Record beyond = record(5);
    Record seed = record(1);
    seed.seed = 1;
    Record scenario = record(1);
    scenario.scenario = "v.json";
    Record parameters = record(1);
    parameters.parameters = {{"a", "1"}};
    for (const Record& foreign : {beyond, seed, scenario, parameters}) {
        write(to_line(foreign));
        const auto results = open();
        ASSERT_FALSE(results) << to_line(foreign);
        EXPECT_THAT(results.error().message, HasSubstr(" is none of this campaign"));
    }
}

TEST_F(ResultsFolder, TakesSeveralAtOnceEachOnce) {
    auto results = open();
    ASSERT_TRUE(results);
    ASSERT_TRUE(results->append(record(2)));
    ASSERT_TRUE(results->append(std::vector<Record>{record(1), record(2), record(3), record(1)}));
    ASSERT_TRUE(results->append(std::vector<Record>{}));
    EXPECT_THAT(results->records(), SizeIs(3));
    EXPECT_TRUE(results->has(1) && results->has(3));
    EXPECT_EQ(text(), to_line(record(2)) + to_line(record(1)) + to_line(record(3)));
}

TEST_F(ResultsFolder, AReaderReadsWhatHasComeSinceItsLastLook) {
    const Campaign all = campaign();
    ResultsReader reader(folder / "results.jsonl", all, {});
    EXPECT_EQ(reader.read().error().code, ENOENT);
    ASSERT_TRUE(open());
    EXPECT_THAT(*reader.read(), IsEmpty());
    // Were the first line read again, it would be refused.
    const std::string first = to_line(record(0));
    const std::string rest = to_line(record(1)) + to_line(record(2));
    write(first + rest.substr(0, 9));
    EXPECT_THAT(*reader.read(), ElementsAre(testing::Field(&Record::run, 0U)));
    EXPECT_EQ(reader.end(), first.size());
    EXPECT_THAT(*reader.read(), IsEmpty());
    const std::string unread(first.size() - 1, 'x');
    write(unread + "\n" + rest);
    EXPECT_THAT(*reader.read(), ElementsAre(testing::Field(&Record::run, 1U), testing::Field(&Record::run, 2U)));
    EXPECT_THAT(*reader.read(), IsEmpty());
    write(unread + "\n" + rest + "rubbish\n");
    for (int i = 0; i < 2; ++i)
        EXPECT_THAT(reader.read().error().message, HasSubstr("results.jsonl: line 4 is no result of a run"));
    // Shorter than before: another file.
    write(to_line(record(4)));
    EXPECT_THAT(*reader.read(), ElementsAre(testing::Field(&Record::run, 4U)));
}

TEST_F(ResultsFolder, HasOneWriter) {
    auto first = open();
    ASSERT_TRUE(first);
    const auto second = open();
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, EBUSY);
}

struct Said {
    Ending ending;
    std::string signature;
};
class Signatures : public testing::TestWithParam<Said> {};
TEST_P(Signatures, SayWhatWentWrongAndNothingElse) {
    EXPECT_EQ(signature_of(GetParam().ending, failures_in(GetParam().ending.err)), GetParam().signature);
}
const std::string last_line = "seed=1 commit=x trace_hash=00ff virtual=1.000000s wall=0.1s\n";
INSTANTIATE_TEST_SUITE_P(
    Table, Signatures,
    testing::Values(
        Said{{0, false, last_line, ""}, ""}, Said{{0, false, last_line, "warning: something\n"}, ""},
        Said{{0, false, "", ""}, "no last line"}, Said{{137, true, "", ""}, "time-out"},
        Said{{1, false, last_line,
              "/a:b/c.json:/expect/3: failed at 12.5 s: expected it flies, seen it, seen falls\n"
              "/a:b/c.json:/expect/4: failed at 13 s: expected more, seen less\n"},
             "/expect/3 it flies"},
        Said{{1, false, last_line, "w.json:/steps/0/up: failed at 0 s: expected 0, seen EBUSY\n"}, "/steps/0/up 0"},
        Said{{1, false, last_line, "something 17 odd\n"}, "exit code 1: something # odd"},
        Said{{134, false, "", "mlosimd: broken invariant at src/a.cc:12: it is (x)\nmore\n"},
             "killed by signal 6 (Aborted): mlosimd: broken invariant at src/a.cc:#: it is (x)"},
        Said{{139, false, "", ""}, "killed by signal 11 (Segmentation fault)"},
        Said{{1, false, "",
              "=====\n==4711==ERROR: AddressSanitizer: heap-use-after-free on address 0x60b000 at pc 0x55\n  #0 0x1\n"},
             "exit code 1: AddressSanitizer: heap-use-after-free on address # at pc #"}));

TEST(Signatures, AFailureHasItsPointerAndItsText) {
    const auto failures =
        failures_in("w.json:/expect/1: failed at 5 s: expected {\"a\":1}, seen b\nnoise: failed at home\n");
    ASSERT_THAT(failures, SizeIs(1));
    EXPECT_EQ(failures[0].pointer, "/expect/1");
    EXPECT_EQ(failures[0].expected, "{\"a\":1}");
    EXPECT_EQ(failures[0].text, "failed at 5 s: expected {\"a\":1}, seen b");
}

TEST(Signatures, WhatAProgramPrintedBelongsToItsFailure) {
    const auto failures = failures_in(
        "    before\nw.json:/expect/1: failed at 5 s: expected a, seen b\n    hostapd: one\n    hostapd: two\nnoise\n  "
        "  no more\n");
    ASSERT_THAT(failures, SizeIs(1));
    EXPECT_EQ(failures[0].text, "failed at 5 s: expected a, seen b\n    hostapd: one\n    hostapd: two");
    EXPECT_EQ(signature_of({1, false, "", ""}, failures), "/expect/1 a");
}

TEST(Signatures, ValuesAreThoseOfTheLastLine) {
    EXPECT_EQ(value_in_last_line("seed=0 trace_hash=1\nseed=9 trace_hash=77 virtual=1.5s", "trace_hash"), "77");
    EXPECT_EQ(value_in_last_line("seed=9 xhash=1 hash=2\n", "hash"), "2");
    EXPECT_EQ(value_in_last_line("x seed=9\n", "seed"), "");
}

TEST(Summaries, GroupFailuresByWhatWentWrongTheMostFrequentFirst) {
    const std::vector<Record> records{record(4, "b"), record(0, "a"), record(1), record(3, "b"), record(2, "c")};
    const auto groups = groups_of(records);
    ASSERT_THAT(groups, SizeIs(3));
    EXPECT_EQ(groups[0].signature, "b");
    EXPECT_EQ(groups[0].runs[0]->seed, 4U);
    const Campaign all = campaign();
    std::ostringstream out;
    print_summary({all, records, 5, "/bin/mlosimd"}, out);
    EXPECT_THAT(out.str(), HasSubstr("2 x w.json: b\n    seeds 4, 5"));
    EXPECT_THAT(out.str(), HasSubstr("\n    /bin/mlosimd --scenario /w/w.json --no-socket --seed 4\n"));
    EXPECT_THAT(out.str(), HasSubstr("5 runs: 1 passed, 4 failed in 3 ways\n"));
    EXPECT_THAT(all_failures({all, records, 5, "m"}),
                HasSubstr("# w.json: b\nm --scenario /w/w.json --no-socket --seed 4\nm "));
}

TEST(Summaries, JUnitHasNoCharacterThatXmlHasNoPlaceFor) {
    const Campaign all = campaign();
    const std::vector<Record> records{record(1, "a <b> & \"c\" \x1b\xff\xed\xa0\x80 \xe2\x82\xac"), record(0)};
    const std::string xml = junit({all, records, 5, "m"});
    EXPECT_THAT(xml, HasSubstr("<testsuite name=\"w.json\" tests=\"2\" failures=\"1\""));
    EXPECT_THAT(xml, HasSubstr("message=\"a &lt;b&gt; &amp; &quot;c&quot; ??? \xe2\x82\xac\""));
    EXPECT_LT(xml.find("name=\"seed 1\""), xml.find("name=\"seed 2\""));
    EXPECT_THAT(xml, Not(HasSubstr("\x01")));
}

}  // namespace
}  // namespace mlosim::ctl::run
