#include "host/virtual_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace mlosim::host {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;

VirtualTree tree() {
    Node device = directory_node({{"address", text_node("02:00:00:00:00:00\n")},
                                  {"carrier", file_node(0644, [] { return Result<std::string>(fail(EINVAL)); })},
                                  {"control", file_node(0200, {},
                                                        [](std::string_view text) -> Result<void> {
                                                            if (text != "on") return fail(ERANGE);
                                                            return {};
                                                        })},
                                  {"class", link_node("../../class")},
                                  {"self", link_node("/sys/devices/d")},
                                  {"loop", link_node("loop")},
                                  {"dangling", link_node("nowhere")}});
    Node sys = directory_node({{"devices", directory_node({{"d", std::move(device)}})},
                               {"class", directory_node({{"d", link_node("../devices/d")}}, true)}},
                              true);
    return VirtualTree(directory_node({{"sys", std::move(sys)}}, true));
}

TEST(VirtualTree, ReadsThroughLinks) {
    EXPECT_EQ(*tree().read("/sys/class/d/address"), "02:00:00:00:00:00\n");
    EXPECT_EQ(*tree().read("/sys/class/d/self/class/d/address"), "02:00:00:00:00:00\n");
}

TEST(VirtualTree, KnowsAPathWithoutItsLinks) {
    EXPECT_EQ(*tree().canonical("/sys/class/d/self/class/d"), "/sys/devices/d");
    EXPECT_EQ(*tree().canonical("/"), "/");
    EXPECT_EQ(*tree().read_link("/sys/class/d"), "../devices/d");
}

TEST(VirtualTree, TellsALinkFromWhereItLeads) {
    EXPECT_TRUE(S_ISLNK(tree().stat("/sys/class/d", false)->mode));
    EXPECT_TRUE(S_ISDIR(tree().stat("/sys/class/d", true)->mode));
    EXPECT_EQ(tree().stat("/sys/class/d", true)->inode, tree().stat("/sys/devices/d", true)->inode);
}

TEST(VirtualTree, LeavesWhatItDoesNotHaveInASharedDirectoryToTheKernel) {
    EXPECT_EQ(tree().stat("/sys/class/other/address", true).error().code, ENXIO);
    EXPECT_EQ(tree().stat("/etc/passwd", true).error().code, ENXIO);
    EXPECT_EQ(tree().stat("/sys/devices/other", true).error().code, ENOENT);
}

TEST(VirtualTree, HasTheKernelsErrors) {
    EXPECT_EQ(tree().read("/sys/devices/d/loop").error().code, ELOOP);
    EXPECT_EQ(tree().read("/sys/devices/d/dangling").error().code, ENOENT);
    EXPECT_EQ(tree().read("/sys/devices/d/address/x").error().code, ENOTDIR);
    EXPECT_EQ(tree().read("/sys/devices/d").error().code, EISDIR);
    EXPECT_EQ(tree().read("/sys/devices/d/carrier").error().code, EINVAL);
    EXPECT_EQ(tree().read("/sys/devices/d/control").error().code, EINVAL);
    EXPECT_EQ(tree().write("/sys/devices/d/control", "off").error().code, ERANGE);
    EXPECT_TRUE(tree().write("/sys/devices/d/control", "on"));
    EXPECT_EQ(tree().write("/sys/devices/d/address", "x").error().code, EACCES);
    EXPECT_EQ(tree().write("/sys/devices/d/carrier", "x").error().code, EINVAL);
    EXPECT_EQ(tree().write("/sys/devices/d", "x").error().code, EISDIR);
    EXPECT_EQ(tree().read_link("/sys/devices/d").error().code, EINVAL);
    EXPECT_EQ(tree().list("/sys/devices/d/address").error().code, ENOTDIR);
}

TEST(VirtualTree, ListsByName) {
    const auto entries = tree().list("/sys/devices/d");
    ASSERT_TRUE(entries);
    EXPECT_THAT(*entries, ElementsAre(Field(&DirectoryEntry::name, "address"), Field(&DirectoryEntry::name, "carrier"),
                                      Field(&DirectoryEntry::name, "class"), Field(&DirectoryEntry::name, "control"),
                                      Field(&DirectoryEntry::name, "dangling"), Field(&DirectoryEntry::name, "loop"),
                                      Field(&DirectoryEntry::name, "self")));
    EXPECT_EQ((*entries)[2].link_target, "../../class");
}

TEST(VirtualTree, ListsWhatTheKernelHasInASharedDirectory) {
    const auto entries = tree().list("/sys");
    ASSERT_TRUE(entries);
    EXPECT_THAT(*entries, ::testing::Contains(Field(&DirectoryEntry::name, "kernel")));
    EXPECT_THAT(*entries, ::testing::Contains(Field(&DirectoryEntry::name, "class")).Times(1));
}

}  // namespace
}  // namespace mlosim::host
