// What a campaign consists of: seeds, combinations of parameters, shards, its manifest.

#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ctl/run/campaign.h"
#include "ctl/run/matrix.h"
#include "ctl/run/seeds.h"
#include "ctl/run/shard.h"

namespace mlosim::ctl::run {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<std::uint64_t> all(const Seeds& seeds) {
    std::vector<std::uint64_t> out;
    for (std::uint64_t i = 0; i < seeds.size(); ++i)
        out.push_back(seeds[i]);
    return out;
}

TEST(Seeds, AreNumbersAndRanges) {
    EXPECT_THAT(all(*Seeds::parse("7")), ElementsAre(7));
    EXPECT_THAT(all(*Seeds::parse("9-11,2,5-5")), ElementsAre(9, 10, 11, 2, 5));
    EXPECT_EQ(Seeds::parse("1-1000")->size(), 1000U);
    EXPECT_EQ(Seeds::parse("9-11,2,5-5")->text(), "9-11,2,5");
    EXPECT_EQ((*Seeds::parse("18446744073709551615"))[0], 18446744073709551615U);
}

TEST(Seeds, AnythingElseIsRefused) {
    for (const char* text :
         {"", "a", "1-", "-1", "1--2", "1,", ",1", "5-1", "1-3,2", "1 - 2", "0x10", "1-1000000000000",
          "18446744073709551616", "1.5", "1-2-3", "0-18446744073709551615", "1;2"}) {
        const auto parsed = Seeds::parse(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().code, EINVAL);
        EXPECT_THAT(parsed.error().message, HasSubstr("'" + std::string(text) + "'"));
    }
}

TEST(Matrix, ValuesAreCutAtCommasOutsideOfQuotesAndBrackets) {
    EXPECT_THAT(split_values("mt7925,generic-be"), ElementsAre("mt7925", "generic-be"));
    EXPECT_THAT(split_values("[0,5,1],[9,5,1]"), ElementsAre("[0,5,1]", "[9,5,1]"));
    EXPECT_THAT(split_values(R"("a,b","c\",d",{"x":[1,2]})"), ElementsAre(R"("a,b")", R"("c\",d")", R"({"x":[1,2]})"));
    EXPECT_THAT(split_values("one"), ElementsAre("one"));
    EXPECT_THAT(split_values("]],a"), ElementsAre("]]", "a"));
    EXPECT_THAT(split_values(""), ElementsAre(""));
}

TEST(Matrix, EveryCombinationIsThereOnce) {
    const auto axes = axes_of({"a=1,2", "b=x,y,z"}, true);
    ASSERT_TRUE(axes);
    std::vector<std::string> texts;
    for (const Parameters& parameters : product(*axes))
        texts.push_back(to_text(parameters));
    EXPECT_THAT(texts, ElementsAre("a=1 b=x", "a=1 b=y", "a=1 b=z", "a=2 b=x", "a=2 b=y", "a=2 b=z"));
    EXPECT_THAT(product({}), ElementsAre(IsEmpty()));
}

TEST(Matrix, WithoutItAValueIsOne) {
    const auto axes = axes_of({"/a=1,2"}, false);
    ASSERT_TRUE(axes);
    EXPECT_THAT((*axes)[0].values, ElementsAre("1,2"));
}

TEST(Matrix, WhatMakesNoSenseIsRefused) {
    for (const char* set : {"a", "=1", "", "a=1,1"})
        EXPECT_FALSE(axes_of({set}, true)) << set;
    EXPECT_FALSE(axes_of({"a=1", "a=2"}, true));
    std::string many = "x=0";
    for (int i = 1; i < 200; ++i)
        many += "," + std::to_string(i);
    EXPECT_FALSE(axes_of({"a" + many, "b" + many, "c" + many}, true));
}

Environment with(std::map<std::string, std::string> variables) {
    return [variables](const char* name) {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
}

TEST(Shards, TheOptionGoesBeforeSlurmAndSlurmBeforeGitLab) {
    const std::map<std::string, std::string> slurm{
        {"SLURM_ARRAY_TASK_ID", "7"}, {"SLURM_ARRAY_TASK_MIN", "5"}, {"SLURM_ARRAY_TASK_COUNT", "4"}};
    std::map<std::string, std::string> both = slurm;
    both.insert({{"CI_NODE_INDEX", "1"}, {"CI_NODE_TOTAL", "2"}});
    EXPECT_EQ(shard_of("2/5", with(both))->text(), "2/5");
    EXPECT_EQ(shard_of("", with(both))->text(), "3/4");
    EXPECT_EQ(shard_of("", with({{"CI_NODE_INDEX", "1"}, {"CI_NODE_TOTAL", "2"}}))->text(), "1/2");
    EXPECT_TRUE(shard_of("", with({}))->whole());
    EXPECT_TRUE(shard_of("", with({{"CI_NODE_TOTAL", "1"}}))->whole())
        << "GitLab says so of jobs that are not parallel";
}

TEST(Shards, SlurmCountsInStepsFromWhereverItLikes) {
    const auto text = [](const char* id, const char* least, const char* count, const char* step) {
        return shard_of("", with({{"SLURM_ARRAY_TASK_ID", id},
                                  {"SLURM_ARRAY_TASK_MIN", least},
                                  {"SLURM_ARRAY_TASK_COUNT", count},
                                  {"SLURM_ARRAY_TASK_STEP", step}}));
    };
    EXPECT_EQ(text("0", "0", "10", "1")->text(), "1/10");
    EXPECT_EQ(text("9", "0", "10", "1")->text(), "10/10");
    EXPECT_EQ(text("5", "1", "10", "2")->text(), "3/10");
    EXPECT_FALSE(text("4", "1", "10", "2"));
    EXPECT_FALSE(text("17", "1", "3", "1")) << "a list with gaps (1,9,17) has no parts";
    EXPECT_FALSE(text("x", "1", "3", "1"));
    EXPECT_FALSE(text("1", "1", "", "1"));
    EXPECT_FALSE(text("1", "1", "3", "0"));
}

TEST(Shards, NonsenseIsRefused) {
    for (const char* text : {"0/3", "4/3", "1", "1/", "/1", "a/b", "1/0", "-1/3", "1/3/5", "1/99999999"})
        EXPECT_FALSE(parse_shard(text)) << text;
}

TEST(Shards, EachRunIsInOneAndTheyAreAlike) {
    for (const unsigned total : {1U, 2U, 7U}) {
        std::vector<unsigned> sizes;
        std::set<std::uint64_t> seen;
        for (unsigned index = 1; index <= total; ++index) {
            const Shard shard{index, total, ""};
            sizes.push_back(0);
            for (std::uint64_t run = 0; run < 100; ++run)
                if (shard.takes(run)) {
                    ++sizes.back();
                    EXPECT_TRUE(seen.insert(run).second);
                }
        }
        EXPECT_THAT(seen, SizeIs(100));
        EXPECT_LE(*std::ranges::max_element(sizes) - *std::ranges::min_element(sizes), 1U);
    }
}

Campaign campaign(const std::string& seeds = "1-3", const std::string& set = "c=x,y") {
    return Campaign({{"one.json", "/w/one.json", "11"}, {"two.json", "/w/two worlds.json", "22"}},
                    *axes_of({set}, true), *Seeds::parse(seeds), {"--fault", "sta:drop_ack cid=ROC"}, "mlosimd 1");
}

TEST(Campaigns, AreScenariosTimesParametersTimesSeeds) {
    const Campaign all = campaign();
    ASSERT_EQ(all.size(), 12U);
    std::vector<std::string> runs;
    for (std::uint64_t i = 0; i < all.size(); ++i) {
        const auto run = all[i];
        runs.push_back(run.scenario->name.substr(0, 3) + (*run.parameters)[0].value + std::to_string(run.seed));
    }
    EXPECT_THAT(runs, ElementsAre("onex1", "onex2", "onex3", "oney1", "oney2", "oney3", "twox1", "twox2", "twox3",
                                  "twoy1", "twoy2", "twoy3"));
}

TEST(Campaigns, ARunsCommandIsTheShells) {
    const Campaign all = campaign();
    EXPECT_EQ(shell_line(all.arguments(all[10])),
              "--scenario '/w/two worlds.json' --no-socket --seed 2 --set c=y --fault 'sta:drop_ack cid=ROC'");
    EXPECT_EQ(shell_line({"it's", "", "a$b", "x;y", "plain-word_1.0/a=b:c"}),
              "'it'\\''s' '' 'a$b' 'x;y' plain-word_1.0/a=b:c");
}

TEST(Campaigns, AManifestSaysAllOfIt) {
    const auto read = Campaign::parse(campaign().manifest(Shard{2, 3, "--shard"}));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->campaign.difference(campaign()), "");
    EXPECT_EQ(read->shard.text(), "2/3");
    EXPECT_EQ(read->campaign.manifest(read->shard), campaign().manifest(Shard{2, 3, ""}));
    EXPECT_EQ(read->campaign.arguments(read->campaign[10]), campaign().arguments(campaign()[10]));
}

TEST(Campaigns, TellInWhatTheyDiffer) {
    EXPECT_EQ(campaign().difference(campaign("1-4")), "seeds 1-3, not 1-4");
    EXPECT_EQ(campaign().difference(campaign("1-3", "c=x,z")), "--set c=x,y, not c=x,z");
    const Campaign other({{"one.json", "/w/one.json", "11"}, {"two.json", "/w/two worlds.json", "23"}},
                         *axes_of({"c=x,y"}, true), *Seeds::parse("1-3"), {}, "mlosimd 2");
    EXPECT_EQ(campaign().difference(other),
              "two.json with another text; options --fault 'sta:drop_ack cid=ROC', not none; program mlosimd 1, not "
              "mlosimd 2");
}

TEST(Campaigns, WhatIsNoManifestIsRefused) {
    const std::string good = campaign().manifest(Shard{});
    const auto changed = [&good](const std::string& what, const std::string& by) {
        std::string out = good;
        out.replace(out.find(what), what.size(), by);
        return out;
    };
    for (const std::string& text :
         {std::string(), std::string("{}"), std::string("[]"), good.substr(0, good.size() / 2), changed("1-3", "x"),
          changed("1/1", "5/1"), changed("\"values\"", "\"vaules\""), changed("\"one.json\"", "7"),
          std::string(5000, '['), changed("\"seeds\"", "\"sedes\"")})
        EXPECT_FALSE(Campaign::parse(text)) << text;
}

}  // namespace
}  // namespace mlosim::ctl::run
