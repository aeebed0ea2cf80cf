#include "scenario/daemon.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mlosim::scenario {
namespace {

namespace fs = std::filesystem;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

/// mlosimd's run without a process of its own: no socket, and virtual time.
struct ARun : testing::Test {
    fs::path root;
    DaemonOptions options;
    std::ostringstream out;
    std::ostringstream err;

    void SetUp() override {
        std::string pattern = (fs::temp_directory_path() / "mlosim-XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        root = pattern;
        options.serve = false;
        options.commit = "c0ffee";
    }
    void TearDown() override { fs::remove_all(root); }

    ExitCode run(const std::string& members) {
        options.scenario = (root / "w.json").string();
        std::ofstream(options.scenario) << R"({"clock": "virtual", "radios": [{"name": "a"}], )" << members << "}";
        return scenario::run(options, out, err);
    }
    [[nodiscard]] std::string text_of(const fs::path& file) const {
        std::ifstream in(root / file);
        return {std::istreambuf_iterator<char>(in), {}};
    }
};

TEST_F(ARun, EndsWithOneLineThatTellsHowToDoItAgain) {
    EXPECT_EQ(run(R"("duration": "1.5 s", "seed": 9)"), ExitCode::held);
    EXPECT_THAT(out.str(),
                ContainsRegex("^seed=9 commit=c0ffee trace_hash=[0-9a-f]{16} virtual=1\\.500000s wall=[0-9.]+s\n$"));
    EXPECT_THAT(err.str(), IsEmpty());
}

TEST_F(ARun, SaysWhichExpectationFailed) {
    EXPECT_EQ(
        run(R"("expect": [{"within": "1 s", "interface": {"radio": "a", "up": true}, "description": "a is up"}])"),
        ExitCode::failed);
    EXPECT_THAT(err.str(),
                HasSubstr("w.json:/expect/0: failed at 1 s: expected a is up, seen wlan0 is a station and down"));
    EXPECT_THAT(out.str(), StartsWith("seed=1 "));
}

TEST_F(ARun, SaysAllMistakesAndStartsNothing) {
    options.trace = (root / "trace").string();
    EXPECT_EQ(run(R"("duration": 1, "seed": "x")"), ExitCode::bad_input);
    EXPECT_THAT(err.str(), HasSubstr("w.json:/duration: found 1, allowed a time with its unit"));
    EXPECT_THAT(err.str(), HasSubstr("w.json:/seed: found \"x\", allowed a whole number"));
    EXPECT_THAT(out.str(), IsEmpty());
    EXPECT_FALSE(fs::exists(root / "trace"));
}

TEST_F(ARun, SaysWhatOnlyTheBuiltWorldCanKnowAndStartsNothing) {
    options.trace = (root / "trace").string();
    EXPECT_EQ(run(R"("duration": "1 s", "regulatory": {"database": "/nowhere/regulatory.db"})"), ExitCode::bad_input);
    EXPECT_THAT(err.str(), HasSubstr("w.json:/regulatory/database: found \"/nowhere/regulatory.db\": "));
    EXPECT_FALSE(fs::exists(root / "trace"));
}

TEST_F(ARun, OnlyLooksForMistakesIfAskedTo) {
    options.validate_only = true;
    EXPECT_EQ(run(R"("duration": "1 s")"), ExitCode::held);
    EXPECT_THAT(out.str(), HasSubstr("w.json: no mistakes\n"));
    EXPECT_EQ(run(R"("duration": "1")"), ExitCode::bad_input);
}

TEST_F(ARun, WithoutAFileIsBadInput) {
    options.scenario = (root / "none.json").string();
    EXPECT_EQ(scenario::run(options, out, err), ExitCode::bad_input);
    EXPECT_THAT(err.str(), HasSubstr("none.json: no such file"));
}

TEST_F(ARun, WritesItsTraceFromTheFirstLineOn) {
    options.trace = (root / "trace").string();
    EXPECT_EQ(run(R"("duration": "1 s", "steps": [{"at": "1 s", "up": {"radio": "a"}}])"), ExitCode::held);
    EXPECT_THAT(text_of("trace"), StartsWith("{\"t\":0,\"ev\":\""));
    EXPECT_THAT(text_of("trace"), HasSubstr("\"step\":\"/steps/0\",\"error\":0}\n"));
}

TEST_F(ARun, GoesOnWithoutItsTraceWhenTheDiskIsFull) {
    options.trace = "/dev/full";
    EXPECT_EQ(run(R"("duration": "2 s")"), ExitCode::environment);
    EXPECT_THAT(err.str(), HasSubstr("the trace /dev/full is not complete: No space left on device"));
    EXPECT_THAT(out.str(), HasSubstr(" virtual=2.000000s "));
}

TEST_F(ARun, DoesNotStartIfItsTraceCannotBeWritten) {
    options.trace = (root / "none/trace").string();
    EXPECT_EQ(run(R"("duration": "2 s")"), ExitCode::environment);
    EXPECT_THAT(err.str(), HasSubstr("cannot write the trace to"));
    EXPECT_THAT(out.str(), IsEmpty());
}

TEST_F(ARun, DoesNotStartWithoutTheSocketThatItWasAskedFor) {
    options.serve = true;
    options.socket = "/proc/nowhere/socket";
    EXPECT_EQ(run(R"("duration": "2 s")"), ExitCode::environment);
    EXPECT_THAT(err.str(), StartsWith("mlosimd: "));
    EXPECT_THAT(out.str(), IsEmpty());
}

TEST_F(ARun, TakesValuesFromTheCommandLine) {
    options.overrides = {{"/seed", "77"}, {"/duration", "\"3 s\""}};
    EXPECT_EQ(run(R"("duration": "1 s")"), ExitCode::held);
    EXPECT_THAT(out.str(), HasSubstr("seed=77 "));
    EXPECT_THAT(out.str(), HasSubstr(" virtual=3.000000s "));
    options.overrides = {{"/seed", "many"}};
    EXPECT_EQ(run(R"("duration": "1 s")"), ExitCode::bad_input);
    EXPECT_THAT(err.str(), HasSubstr("/seed: found \"many\", allowed a whole number"));
}

}  // namespace
}  // namespace mlosim::scenario
