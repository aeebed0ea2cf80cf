#include "phy/regulatory_db.h"

#include <filesystem>
#include <functional>

#include <gtest/gtest.h>

namespace mlosim::phy {
namespace {

using ieee80211::Bytes;

constexpr const char* installed = "/lib/firmware/regulatory.db";

/// One country, one rule with WMM limits: header 0, countries 8, WMM rule 16, rule 48, collection 68.
Bytes small_file() {
    RegulatoryDomain d{{'X', 'X'}, DfsRegion::etsi, {embedded_domains()[2].rules[1]}};
    return RegulatoryDatabase({d}).serialize().value();
}

TEST(RegulatoryDatabase, ReadsBackWhatItWrote) {
    const auto database = RegulatoryDatabase::embedded();
    const auto again = RegulatoryDatabase::parse(database.serialize().value());
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->domains(), database.domains());
}

TEST(RegulatoryDatabase, KeepsCacTimesWithAndWithoutWmm) {
    RegulatoryDomain d = embedded_domains()[4];
    d.rules[5].dfs_cac_ms = 600'000;
    d.rules[6].dfs_cac_ms = 60'000;
    d.rules[6].wmm = embedded_domains()[2].rules[1].wmm;
    const auto again = RegulatoryDatabase::parse(RegulatoryDatabase({d}).serialize().value());
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->domains().front(), d);
}

TEST(RegulatoryDatabase, FindsACountryOrNothing) {
    const auto database = RegulatoryDatabase::embedded();
    EXPECT_EQ(database.find({'D', 'E'})->dfs_region, DfsRegion::etsi);
    EXPECT_EQ(database.find({'Z', 'Z'}), nullptr);
}

TEST(RegulatoryDatabase, EmbeddedSubsetIsTheInstalledDatabases) {
    ASSERT_TRUE(std::filesystem::exists(installed)) << "wireless-regdb is missing: scripts/setup installs it";
    const auto database = RegulatoryDatabase::load(installed);
    ASSERT_TRUE(database) << database.error().message;
    EXPECT_GT(database->domains().size(), 150U);
    for (const RegulatoryDomain& d : embedded_domains()) {
        const auto* theirs = database->find(d.alpha2);
        ASSERT_NE(theirs, nullptr) << d.alpha2.to_string();
        EXPECT_EQ(*theirs, d) << d.alpha2.to_string() << " has changed since wireless-regdb 2026.05.30";
    }
}

TEST(RegulatoryDatabase, InstalledRulesAreAllValid) {
    ASSERT_TRUE(std::filesystem::exists(installed)) << "wireless-regdb is missing: scripts/setup installs it";
    const auto database = RegulatoryDatabase::load(installed);
    ASSERT_TRUE(database);
    for (const RegulatoryDomain& d : database->domains())
        EXPECT_TRUE(d.valid()) << d.alpha2.to_string();
    const auto again = RegulatoryDatabase::parse(database->serialize().value());
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->domains(), database->domains());
}

TEST(RegulatoryDatabase, IsNoLongerThanWhatItWasReadFrom) {
    ASSERT_TRUE(std::filesystem::exists(installed)) << "wireless-regdb is missing: scripts/setup installs it";
    EXPECT_LE(RegulatoryDatabase::load(installed)->serialize()->size(), std::filesystem::file_size(installed) * 2);
}

TEST(RegulatoryDatabase, CannotBeMadeToFillTheMemory) {
    Bytes bytes = small_file();
    Bytes many(bytes.begin(), bytes.begin() + 8);
    for (int i = 0; i < 2000; ++i)
        many.insert(many.end(), {'X', 'X', bytes[10], bytes[11]});
    EXPECT_FALSE(RegulatoryDatabase::parse(many)) << "2000 countries";
    const RegulatoryRule rule = embedded_domains()[4].rules[3];
    std::vector<RegulatoryDomain> domains;
    for (std::uint32_t i = 0; i < 700; ++i) {
        domains.push_back({{'X', 'X'}, DfsRegion::unset, std::vector<RegulatoryRule>(200, rule)});
        for (std::uint32_t j = 0; j < 200; ++j)
            domains.back().rules[j].max_eirp = Dbm::from_mbm(static_cast<std::int32_t>((i * 200 + j) % 700));
    }
    EXPECT_EQ(RegulatoryDatabase(domains).serialize().error().code, EFBIG);
}

TEST(RegulatoryDatabase, AFileThatCannotBeReadSaysWhy) {
    const auto missing = RegulatoryDatabase::load("/nonexistent/regulatory.db");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, ENOENT);
    EXPECT_FALSE(RegulatoryDatabase::load("/")) << "a directory";
}

struct BadFile {
    std::function<void(Bytes&)> spoil;
    const char* expected;
    const char* why;
};

class BadDatabase : public ::testing::TestWithParam<BadFile> {};

TEST_P(BadDatabase, IsRefusedWithTheReason) {
    Bytes bytes = small_file();
    ASSERT_TRUE(RegulatoryDatabase::parse(bytes));
    GetParam().spoil(bytes);
    const auto result = RegulatoryDatabase::parse(bytes);
    ASSERT_FALSE(result) << GetParam().why;
    EXPECT_EQ(result.error().code, EINVAL);
    EXPECT_NE(result.error().message.find(GetParam().expected), std::string::npos) << result.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadDatabase,
    ::testing::Values(BadFile{[](Bytes& b) { b.clear(); }, "shorter than its header", "nothing at all"},
                      BadFile{[](Bytes& b) { b.resize(7); }, "shorter than its header", "half a header"},
                      BadFile{[](Bytes& b) { b[0] = 'X'; }, "RGDB", "another kind of file"},
                      BadFile{[](Bytes& b) { b[7] = 19; }, "version 19", "an older version"},
                      BadFile{[](Bytes& b) { b[10] = 0xff; }, "collection lies outside", "collection far away"},
                      BadFile{[](Bytes& b) { b[68] = 2; }, "collection is shorter", "no DFS region"},
                      BadFile{[](Bytes& b) { b[69] = 200; }, "collection runs over", "more rules than there are"},
                      BadFile{[](Bytes& b) { b[72] = 0xff; }, "rule lies outside", "rule far away"},
                      BadFile{[](Bytes& b) { b[48] = 15; }, "rule is shorter", "mandatory fields missing"},
                      BadFile{[](Bytes& b) { b[48] = 255; }, "rule runs over", "rule longer than the file"},
                      BadFile{[](Bytes& b) { b[66] = 0xff; }, "WMM rule lies outside", "WMM rule far away"},
                      BadFile{[](Bytes& b) { b[16] = 0x32; }, "CWmin", "CWmin above CWmax"},
                      BadFile{[](Bytes& b) { b[17] = 0; }, "AIFSN", "AIFSN 0"},
                      BadFile{[](Bytes& b) { b.resize(60); }, "collection lies outside", "cut off in the middle"}));

TEST(RegulatoryDatabase, NoTruncationOfAWholeFileIsReadPastItsEnd) {
    const Bytes whole = RegulatoryDatabase::embedded().serialize().value();
    for (std::size_t n = 0; n < whole.size(); ++n) {
        const Bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(n));
        (void)RegulatoryDatabase::parse(part);
    }
}

}  // namespace
}  // namespace mlosim::phy
