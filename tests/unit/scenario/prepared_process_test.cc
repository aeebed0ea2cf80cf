#include "scenario/prepared_process.h"

#include <cstdlib>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mlosim::scenario {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Prepared : testing::Test {
    Prepared() {
        char name[] = "/tmp/mlosim-test-XXXXXX";
        directory = ::mkdtemp(name);
        std::ofstream(directory / "beside") << "text of ${scenario} in ${dir}";
        std::ofstream(directory / "data") << "no program";
        plan.argv = {"sh"};
        plan.pointer = "/processes/0";
    }
    ~Prepared() override { std::filesystem::remove_all(directory); }

    PreparedProcess prepared(const ProgramPaths& programs = {}) {
        Scenario scenario;
        scenario.processes.push_back(plan);
        auto all = prepare_processes(scenario, directory, programs);
        if (all) return all->front();
        for (const Mistake& mistake : all.error())
            mistakes.push_back(mistake.to_string());
        return {};
    }

    std::filesystem::path directory;
    ProcessPlan plan;
    std::vector<std::string> mistakes;
};

TEST_F(Prepared, ProgramsAreFoundAndArgumentsKeepWhatTheWorldMeans) {
    plan.argv = {"sh", "${scenario}/x", "${dir}/y", "${interface:sta}"};
    const PreparedProcess process = prepared();
    EXPECT_THAT(process.program, testing::EndsWith("/sh"));
    EXPECT_THAT(process.argv, ElementsAre("sh", directory.string() + "/x", "${dir}/y", "${interface:sta}"));
}

TEST_F(Prepared, ProgramsAreWhatTheCommandLineSaysOrElseTheEnvironmentOrElseTheirNames) {
    plan.argv = {"${sh}"};
    EXPECT_THAT(prepared().program, testing::EndsWith("/sh"));
    plan.argv = {"${shell}"};
    EXPECT_EQ(prepared({{"shell", "/bin/sh"}}).program, "/bin/sh");
    ::setenv("MLOSIM_PROGRAM_shell", "/usr/bin/env", 1);
    EXPECT_EQ(prepared().program, "/usr/bin/env");
    EXPECT_EQ(prepared({{"shell", "/bin/sh"}}).program, "/bin/sh");
    ::unsetenv("MLOSIM_PROGRAM_shell");
    EXPECT_TRUE(mistakes.empty());
}

TEST_F(Prepared, FilesComeFromBesideTheScenario) {
    plan.files = {{"a", "as ${interface:sta} is", {}, "/processes/0/files/a"},
                  {"b", "", "beside", "/processes/0/files/b"}};
    EXPECT_THAT(prepared().contents,
                ElementsAre("as ${interface:sta} is", "text of " + directory.string() + " in ${dir}"));
}

TEST_F(Prepared, WhatIsMissingIsAMistakeEach) {
    plan.argv = {"no-such-program"};
    plan.files = {{"b", "", "none", "/processes/0/files/b"}};
    prepared();
    EXPECT_THAT(mistakes, ElementsAre("/processes/0/argv/0: found \"no-such-program\", allowed a program that is "
                                      "installed, or its path",
                                      HasSubstr("/processes/0/files/b/path: found \"none\"")));
    mistakes.clear();
    plan.files.clear();
    plan.argv = {"./data"};
    prepared();
    EXPECT_THAT(mistakes, ElementsAre(HasSubstr("allowed a program that may be executed")));
}

}  // namespace
}  // namespace mlosim::scenario
