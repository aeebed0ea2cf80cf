#include "scenario/scenario_file.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mlosim::scenario {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

struct ScenarioFiles : testing::Test {
    fs::path root;

    void SetUp() override {
        std::string pattern = (fs::temp_directory_path() / "mlosim-XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        root = pattern;
        fs::create_directories(root / "here");
        fs::create_directories(root / "installed");
    }
    void TearDown() override { fs::remove_all(root); }

    void write(const fs::path& file, const std::string& text) { std::ofstream(root / file, std::ios::binary) << text; }
    [[nodiscard]] ScenarioPath directories() const { return {root / "here", root / "installed"}; }
};

TEST_F(ScenarioFiles, OfABareNameAreLookedForInOneDirectoryAfterTheOther) {
    write("installed/a.json", "{}");
    EXPECT_EQ(find_scenario("a.json", directories()).value(), root / "installed/a.json");
    write("here/a.json", "{}");
    EXPECT_EQ(find_scenario("a.json", directories()).value(), root / "here/a.json");
}

TEST_F(ScenarioFiles, ThatAreNowhereAreReportedWithThePlacesLookedAt) {
    const auto missing = find_scenario("b.json", directories());
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, ENOENT);
    EXPECT_EQ(missing.error().message,
              "b.json: no such scenario in " + (root / "here").string() + ", " + (root / "installed").string());
}

TEST_F(ScenarioFiles, OfAPathAreTakenFromThere) {
    write("here/a.json", "{}");
    const std::string path = (root / "here/a.json").string();
    EXPECT_EQ(find_scenario(path, {}).value(), path);
    const auto missing = find_scenario(path + "x", directories());
    ASSERT_FALSE(missing);
    EXPECT_THAT(missing.error().message, HasSubstr("no such file"));
}

TEST_F(ScenarioFiles, AreReadWhole) {
    const std::string text = std::string(200'000, 'x') + std::string("\0\n", 2);
    write("big", text);
    EXPECT_EQ(read_scenario_file(root / "big").value(), text);
}

TEST_F(ScenarioFiles, ThatCannotBeReadSayWhy) {
    EXPECT_EQ(read_scenario_file(root).error().code, EISDIR);
    EXPECT_EQ(read_scenario_file(root / "nothing").error().code, ENOENT);
    write("huge", "");
    fs::resize_file(root / "huge", (std::uintmax_t{64} << 20U) + 1);
    EXPECT_EQ(read_scenario_file(root / "huge").error().code, EFBIG);
}

}  // namespace
}  // namespace mlosim::scenario
