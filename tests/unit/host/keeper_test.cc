#include "host/keeper.h"

#include <cerrno>
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

TEST_F(AKeeper, LeavesTheDirectoryAfterAnOrderlyEndAndNoChild) {
    auto keeper = Keeper::start(directory);
    ASSERT_TRUE(keeper);
    const pid_t left = child();
    (*keeper)->add(left);
    keeper->reset();
    EXPECT_TRUE(std::filesystem::exists(directory));
    EXPECT_EQ(::kill(left, 0), -1);
    EXPECT_EQ(errno, ESRCH);
}

TEST_F(AKeeper, EndsADaemonThatAChildHasLeftBehind) {
    auto keeper = Keeper::start(directory);
    ASSERT_TRUE(keeper);
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t parent = ::fork();
    if (parent == 0) {
        const pid_t daemon = ::fork();
        if (daemon == 0) {
            ::setsid();
            for (;;)
                ::pause();
        }
        (void)!::write(ends[1], &daemon, sizeof daemon);
        ::_exit(0);
    }
    pid_t daemon = -1;
    ASSERT_EQ(::read(ends[0], &daemon, sizeof daemon), static_cast<ssize_t>(sizeof daemon));
    ::close(ends[0]);
    ::close(ends[1]);
    EXPECT_EQ(::waitpid(parent, nullptr, 0), parent);
    EXPECT_EQ(::kill(daemon, 0), 0);
    keeper->reset();
    EXPECT_EQ(::kill(daemon, 0), -1);
    EXPECT_EQ(errno, ESRCH);
}

TEST_F(AKeeper, SparesTheDirectoryWhenToldTo) {
    const pid_t lost = child();
    const pid_t owner = ::fork();
    if (owner == 0) {
        auto keeper = Keeper::start(directory);
        if (!keeper) ::_exit(1);
        (*keeper)->add(lost);
        (*keeper)->spare_directory();
        ::kill(::getpid(), SIGKILL);
    }
    ::waitpid(owner, nullptr, 0);
    EXPECT_EQ(::waitpid(lost, nullptr, 0), lost);
    ::usleep(50000);
    EXPECT_TRUE(std::filesystem::exists(directory));
}

TEST_F(AKeeper, RemovesADirectoryThatWasMadeAfterItBegan) {
    const std::string later = directory + "/later";
    const pid_t owner = ::fork();
    if (owner == 0) {
        auto keeper = Keeper::start(later);
        if (!keeper || !std::filesystem::create_directories(later + "/more")) ::_exit(1);
        ::kill(::getpid(), SIGKILL);
    }
    int status = 0;
    ::waitpid(owner, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status));
    for (int tries = 0; std::filesystem::exists(later); ++tries) {
        ASSERT_LT(tries, 2000);
        ::usleep(5000);
    }
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
