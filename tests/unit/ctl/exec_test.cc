#include "ctl/exec.h"

#include <filesystem>

#include <gtest/gtest.h>
#include <stdlib.h>

namespace mlosim::ctl {
namespace {

TEST(Programs, NeedADaemon) {
    char name[] = "/tmp/mlosim-test-XXXXXX";
    const std::string directory = ::mkdtemp(name);
    EXPECT_EQ(exec_command({directory + "/socket", {"true"}, {}}), 3);
    EXPECT_EQ(exec_command({"", {"true"}, {}}), 3);
    EXPECT_EQ(exec_command({"/" + std::string(200, 'x'), {"true"}, {}}), 3);
    EXPECT_EQ(exec_command({directory + "/socket", {}, {}}), 127);
    std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace mlosim::ctl
