#include "host/child_process.h"

#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace mlosim::host {
namespace {

using ::testing::HasSubstr;

ChildOptions shell(const std::string& script) {
    return {"/bin/sh", {"sh", "-c", script}, {"PATH=/usr/bin:/bin", "SAID=from outside"}, "/"};
}

/// All that it writes, until its outputs are closed.
std::string all_of(ChildProcess& child) {
    std::string out;
    for (;;) {
        pollfd ready{child.output(), POLLIN, 0};
        ::poll(&ready, 1, 10'000);
        const auto piece = child.read(1000);
        if (!piece) return out;
        out += *piece;
    }
}

ProgramEnding end_of(ChildProcess& child) {
    pollfd ready{child.end(), POLLIN, 0};
    EXPECT_EQ(::poll(&ready, 1, 10'000), 1);
    return child.ended().value_or(ProgramEnding{true, -1});
}

TEST(ChildProcess, HasItsArgumentsEnvironmentAndPlaceAndBothOutputsInOne) {
    auto child = ChildProcess::start(shell("echo $SAID; echo wrong >&2; pwd; cat; exit 3"));
    ASSERT_TRUE(child);
    EXPECT_EQ(all_of(**child), "from outside\nwrong\n/\n");
    EXPECT_EQ(end_of(**child), (ProgramEnding{false, 3}));
    EXPECT_EQ(to_string(ProgramEnding{false, 3}), "exit code 3");
    EXPECT_EQ((*child)->signal(SIGTERM).error().code, ESRCH);
}

TEST(ChildProcess, HasEndedOnlyOnceItHas) {
    auto child = ChildProcess::start(shell("kill -STOP $$"));
    ASSERT_TRUE(child);
    EXPECT_FALSE((*child)->ended());
    ASSERT_TRUE((*child)->signal(SIGKILL));
    EXPECT_EQ(end_of(**child), (ProgramEnding{true, SIGKILL}));
    EXPECT_THAT(to_string(ProgramEnding{true, SIGKILL}), HasSubstr("signal 9 (Killed"));
}

TEST(ChildProcess, ThatCannotBeMadeIsAnErrorInWords) {
    EXPECT_EQ(ChildProcess::start({"/no/such/program", {"x"}, {}, "/"}).error().code, ENOENT);
    EXPECT_EQ(ChildProcess::start({"/bin/sh", {"x"}, {}, "/no/such/place"}).error().code, ENOENT);
    const auto refused = ChildProcess::start({"/etc/passwd", {"x"}, {}, "/"});
    EXPECT_EQ(refused.error().code, EACCES);
    EXPECT_THAT(refused.error().message, HasSubstr("/etc/passwd: Permission denied"));
}

TEST(ChildProcess, LeavesNobodyBehind) {
    for (const char* script : {"sleep 600 & echo $!; exit 0", "sleep 600 & echo $!; sleep 600"}) {
        auto child = ChildProcess::start(shell(script));
        ASSERT_TRUE(child);
        pollfd ready{(*child)->output(), POLLIN, 0};
        ASSERT_EQ(::poll(&ready, 1, 10'000), 1);
        const pid_t other = std::stoi((*child)->read(100).value_or(""));
        if (std::string(script).ends_with("exit 0")) end_of(**child);
        child->reset();
        // It may be a zombie until whoever adopted it has looked.
        for (int tries = 0; tries < 1000 && ::kill(other, 0) == 0; ++tries) {
            char path[64];
            std::snprintf(path, sizeof path, "/proc/%d/stat", other);
            char text[512] = {};
            if (FILE* file = std::fopen(path, "r")) {
                (void)!std::fread(text, 1, sizeof text - 1, file);
                std::fclose(file);
            }
            if (std::string(text).find(") Z ") != std::string::npos) break;
            ASSERT_LT(tries, 999) << "it lives: " << text;
            ::usleep(5000);
        }
    }
}

TEST(ChildProcess, MayWriteMuchBeforeSomebodyReads) {
    auto child = ChildProcess::start(shell("head -c 200000 /dev/zero"));
    ASSERT_TRUE(child);
    EXPECT_EQ(end_of(**child), (ProgramEnding{false, 0}));
    EXPECT_EQ(all_of(**child).size(), 200'000U);
}

}  // namespace
}  // namespace mlosim::host
