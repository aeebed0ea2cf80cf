#include "host/keeper.h"

#include <csignal>
#include <filesystem>

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

namespace mlosim::host {
namespace {

struct AKeeper : ::testing::Test {
    AKeeper() {
        char name[] = "/tmp/mlosim-test-XXXXXX";
        directory = ::mkdtemp(name);
    }
    ~AKeeper() override { std::filesystem::remove_all(directory); }

    /// A child that waits for its end, in a group of its own.
    static pid_t child() {
        const pid_t pid = ::fork();
        if (pid == 0)
            for (;;)
                ::pause();
        ::setpgid(pid, pid);
        return pid;
    }
    std::string directory;
};

TEST_F(AKeeper, DoesNothingAfterAnOrderlyEnd) {
    auto keeper = Keeper::start(directory);
    ASSERT_TRUE(keeper);
    const pid_t kept = child();
    (*keeper)->add(kept);
    keeper->reset();
    EXPECT_TRUE(std::filesystem::exists(directory));
    EXPECT_EQ(::waitpid(kept, nullptr, WNOHANG), 0);
    ::kill(kept, SIGKILL);
    ::waitpid(kept, nullptr, 0);
}

TEST_F(AKeeper, EndsWhatIsLeftOfOneWhoWasKilled) {
    const pid_t lost = child();
    const pid_t other = child();
    const pid_t owner = ::fork();
    if (owner == 0) {
        auto keeper = Keeper::start(directory);
        if (!keeper) ::_exit(1);
        (*keeper)->add(lost);
        (*keeper)->add(other);
        (*keeper)->remove(other);
        ::kill(::getpid(), SIGKILL);
    }
    ::waitpid(owner, nullptr, 0);
    int status = 0;
    EXPECT_EQ(::waitpid(lost, &status, 0), lost);
    EXPECT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(::waitpid(other, nullptr, WNOHANG), 0);
    ::kill(other, SIGKILL);
    ::waitpid(other, nullptr, 0);
    for (int tries = 0; std::filesystem::exists(directory); ++tries) {
        ASSERT_LT(tries, 2000);
        ::usleep(5000);
    }
}

}  // namespace
}  // namespace mlosim::host
