#include "host/detail/mirror.h"

#include <cstdlib>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "fake_host_services.h"

namespace mlosim::host {
namespace {

namespace fs = std::filesystem;

/// A directory with whatever the test puts into it.
class ChangingDirectory : public testing::FakeHostServices {
public:
    Result<std::string> canonical(std::string_view path) override { return std::string(path); }
    Result<std::vector<DirectoryEntry>> list(std::string_view) override { return entries; }
    std::vector<DirectoryEntry> entries;
};

class AMirror : public ::testing::Test {
protected:
    AMirror() {
        char name[] = "/tmp/mlosim-test-XXXXXX";
        root = ::mkdtemp(name);
    }
    ~AMirror() override { fs::remove_all(root); }
    std::vector<std::string> names(const std::string& directory) {
        std::vector<std::string> found;
        for (const auto& entry : fs::directory_iterator(directory))
            found.push_back(entry.path().filename());
        return found;
    }
    std::string root;
};

TEST_F(AMirror, ShowsFilesLinksAndDirectories) {
    testing::FakeHostServices services;
    Mirror mirror(root + "/fs");
    const auto directory = mirror.directory(services, "/sys/class/net/sim0");
    ASSERT_TRUE(directory);
    EXPECT_EQ(*directory, root + "/fs/sys/devices/virtual/net/sim0") << "the link is followed";
    EXPECT_THAT(names(*directory),
                ::testing::UnorderedElementsAre("address", "carrier", "mtu", "ifalias", "subsystem"));
    EXPECT_EQ(fs::read_symlink(*directory + "/subsystem"), "../../../../class/net");
}

TEST_F(AMirror, FollowsWhatChanges) {
    ChangingDirectory services;
    Mirror mirror(root + "/fs");
    services.entries = {{"a", S_IFREG, {}}, {"b", S_IFDIR, {}}, {"c", S_IFLNK, "x"}};
    ASSERT_TRUE(mirror.directory(services, "/d"));
    services.entries = {{"a", S_IFDIR, {}}, {"c", S_IFLNK, "y"}, {"e", S_IFREG, {}}};
    const auto directory = mirror.directory(services, "/d");
    ASSERT_TRUE(directory);
    EXPECT_THAT(names(*directory), ::testing::UnorderedElementsAre("a", "c", "e"));
    EXPECT_TRUE(fs::is_directory(*directory + "/a"));
    EXPECT_EQ(fs::read_symlink(*directory + "/c"), "y");
}

TEST_F(AMirror, NeverLeavesItsRoot) {
    ChangingDirectory services;
    Mirror mirror(root + "/fs");
    services.entries = {{"../../out", S_IFREG, {}}, {"..", S_IFDIR, {}}, {"", S_IFREG, {}}, {"ok", S_IFREG, {}}};
    const auto directory = mirror.directory(services, "/d");
    ASSERT_TRUE(directory);
    EXPECT_THAT(names(*directory), ::testing::ElementsAre("ok"));
    EXPECT_FALSE(fs::exists(root + "/out"));
}

TEST_F(AMirror, LeavesNothingBehind) {
    testing::FakeHostServices services;
    {
        Mirror mirror(root + "/fs");
        ASSERT_TRUE(mirror.directory(services, "/sys/class/net"));
    }
    EXPECT_TRUE(fs::is_empty(root));
}

TEST_F(AMirror, PassesErrorsOn) {
    testing::FakeHostServices services;
    Mirror mirror(root + "/fs");
    EXPECT_EQ(mirror.directory(services, "/sys/class/net/sim0/address").error().code, ENOTDIR);
    EXPECT_EQ(mirror.directory(services, "/sys/class/net/sim0/none").error().code, ENOENT);
    EXPECT_EQ(mirror.directory(services, "/etc").error().code, ENXIO);
}

}  // namespace
}  // namespace mlosim::host
