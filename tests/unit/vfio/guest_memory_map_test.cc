#include "vfio/guest_memory_map.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "guest_end.h"

namespace mlosim::vfio {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::memory_file;
using testing::Packet;
using wire::DmaMap;

constexpr std::uint32_t read_write = wire::dma::readable | wire::dma::writable;
constexpr std::uint64_t page = 4096;

DmaMap range(std::uint64_t address, std::uint64_t size, std::uint32_t flags = read_write, std::uint64_t offset = 0) {
    return {sizeof(DmaMap), flags, offset, address, size};
}

Descriptor copy_of(const Descriptor& file) {
    return Descriptor(::dup(file.get()));
}

class GuestMemoryTest : public ::testing::Test {
protected:
    bool write(std::uint64_t address, const Packet& bytes) { return memory.write(address, bytes); }
    Packet read(std::uint64_t address, std::size_t size) {
        Packet bytes(size);
        return memory.read(address, bytes) ? bytes : Packet{};
    }
    static Packet content(const Descriptor& file, std::uint64_t offset, std::size_t size) {
        Packet bytes(size);
        return ::pread(file.get(), bytes.data(), size, static_cast<off_t>(offset)) == static_cast<ssize_t>(size)
                   ? bytes
                   : Packet{};
    }

    std::vector<std::string> sentences;
    GuestMemoryMap memory{[this](std::string_view sentence) { sentences.emplace_back(sentence); }};
};

TEST_F(GuestMemoryTest, WhatTheDeviceWritesIsInTheGuestsFile) {
    const Descriptor ram = memory_file(16 * page);
    ASSERT_TRUE(memory.map(range(0x100000, 8 * page, read_write, 4 * page), copy_of(ram)));
    EXPECT_TRUE(write(0x100010, {1, 2, 3}));
    EXPECT_THAT(content(ram, 4 * page + 0x10, 3), ElementsAre(1, 2, 3));
    EXPECT_THAT(read(0x100011, 2), ElementsAre(2, 3));
    EXPECT_EQ(memory.mapped_bytes(), 8 * page);
}

TEST_F(GuestMemoryTest, AnAccessMayCrossAdjoiningMaps) {
    const Descriptor low = memory_file(page);
    const Descriptor high = memory_file(page, 0);  // reached by calls
    ASSERT_TRUE(memory.map(range(0, page), copy_of(low)));
    ASSERT_TRUE(memory.map(range(page, page), copy_of(high)));
    EXPECT_TRUE(write(page - 2, {1, 2, 3, 4}));
    EXPECT_THAT(content(low, page - 2, 2), ElementsAre(1, 2));
    EXPECT_THAT(content(high, 0, 2), ElementsAre(3, 4));
    EXPECT_THAT(read(page - 2, 4), ElementsAre(1, 2, 3, 4));
}

TEST_F(GuestMemoryTest, AnAccessThatLeavesTheMapsCopiesNothing) {
    const Descriptor ram = memory_file(page);
    ASSERT_TRUE(memory.map(range(page, page), copy_of(ram)));
    EXPECT_FALSE(write(2 * page - 2, {1, 2, 3, 4}));
    EXPECT_THAT(content(ram, 0, page), Each(0));
    EXPECT_FALSE(write(page - 1, {1, 2}));
    EXPECT_TRUE(read(~std::uint64_t{0}, 2).empty());
    EXPECT_TRUE(read(0, 1).empty());
    EXPECT_TRUE(write(0, {}));
}

TEST_F(GuestMemoryTest, AReadOnlyMapIsNotWritten) {
    const Descriptor rom = memory_file(page);
    ASSERT_TRUE(memory.map(range(0, page, wire::dma::readable), copy_of(rom)));
    EXPECT_FALSE(write(0, {1}));
    EXPECT_THAT(read(0, 1), ElementsAre(0));
}

TEST_F(GuestMemoryTest, AMapThatOverlapsAnotherIsRefused) {
    const Descriptor ram = memory_file(16 * page);
    ASSERT_TRUE(memory.map(range(4 * page, 4 * page), copy_of(ram)));
    for (const auto& [address, size] : std::vector<std::pair<std::uint64_t, std::uint64_t>>{
             {4 * page, 4 * page}, {3 * page, 2 * page}, {7 * page, 2 * page}, {5 * page, page}, {0, 16 * page}}) {
        const auto again = memory.map(range(address, size), copy_of(ram));
        ASSERT_FALSE(again) << address;
        EXPECT_EQ(again.error().code, EEXIST);
    }
    EXPECT_TRUE(memory.map(range(0, 4 * page), copy_of(ram)));
    EXPECT_TRUE(memory.map(range(8 * page, page), copy_of(ram)));
    EXPECT_EQ(memory.size(), 3U);
}

TEST_F(GuestMemoryTest, AnUnmapRemovesWholeMaps) {
    const Descriptor ram = memory_file(16 * page);
    for (std::uint64_t i = 0; i < 4; i++)
        ASSERT_TRUE(memory.map(range(i * page, page), copy_of(ram)));
    EXPECT_EQ(memory.unmap(page, 2 * page).value(), 2 * page);
    EXPECT_FALSE(write(page, {1}));
    EXPECT_TRUE(write(0, {1}));
    EXPECT_TRUE(write(3 * page, {1}));
    EXPECT_EQ(memory.unmap(page, page).value(), 0U);
    EXPECT_EQ(memory.mapped_bytes(), 2 * page);
    EXPECT_EQ(memory.unmap_all(), 2 * page);
    EXPECT_EQ(memory.mapped_bytes(), 0U);
    EXPECT_FALSE(write(0, {1}));
}

TEST_F(GuestMemoryTest, AnUnmapThatEndsWithinAMapIsRefused) {
    const Descriptor ram = memory_file(16 * page);
    ASSERT_TRUE(memory.map(range(4 * page, 4 * page), copy_of(ram)));
    for (const auto& [address, size] : std::vector<std::pair<std::uint64_t, std::uint64_t>>{
             {4 * page, page}, {5 * page, page}, {5 * page, 8 * page}, {0, 5 * page}}) {
        const auto unmapped = memory.unmap(address, size);
        ASSERT_FALSE(unmapped) << address;
        EXPECT_EQ(unmapped.error().code, EINVAL);
    }
    EXPECT_EQ(memory.size(), 1U);
}

TEST_F(GuestMemoryTest, TheEndOfTheAddressSpaceIsAnAddress) {
    const Descriptor ram = memory_file(page);
    const std::uint64_t last_page = ~std::uint64_t{0} - page + 1;
    ASSERT_TRUE(memory.map(range(last_page, page - 1), copy_of(ram)));
    EXPECT_TRUE(write(last_page + page - 2, {7}));
    EXPECT_FALSE(write(last_page + page - 2, {7, 8}));
    EXPECT_FALSE(write(last_page + page - 1, {7, 8}));
}

TEST_F(GuestMemoryTest, AFileThatIsCutShortEndsNobody) {
    const Descriptor ram = memory_file(4 * page, 0);
    ASSERT_TRUE(memory.map(range(0, 4 * page), copy_of(ram)));
    EXPECT_EQ(memory.mapped_bytes(), 0U) << "no mapping of what can shrink";
    EXPECT_TRUE(write(2 * page, {1, 2}));
    ASSERT_EQ(::ftruncate(ram.get(), page), 0);
    EXPECT_TRUE(read(2 * page, 2).empty());
    EXPECT_FALSE(write(2 * page, {1, 2}));
    EXPECT_FALSE(write(page - 1, {1, 2}));
    EXPECT_TRUE(write(page - 2, {1, 2}));
    struct stat status {};
    ASSERT_EQ(::fstat(ram.get(), &status), 0);
    EXPECT_EQ(status.st_size, static_cast<off_t>(page)) << "nor is it made longer";
}

TEST_F(GuestMemoryTest, AMapBeyondItsFileIsReachedAsFarAsTheFileGoes) {
    const Descriptor ram = memory_file(page);
    ASSERT_TRUE(memory.map(range(0, 4 * page), copy_of(ram)));
    EXPECT_EQ(memory.mapped_bytes(), 0U);
    EXPECT_TRUE(write(page - 1, {1}));
    EXPECT_FALSE(write(page, {1}));
}

TEST_F(GuestMemoryTest, AnOffsetWithinAPageIsReached) {
    const Descriptor ram = memory_file(4 * page);
    ASSERT_TRUE(memory.map(range(0, page, read_write, 100), copy_of(ram)));
    EXPECT_TRUE(write(page - 1, {9}));
    EXPECT_THAT(content(ram, 100 + page - 1, 1), ElementsAre(9));
}

TEST_F(GuestMemoryTest, AWriteToAFileThatIsOnlyReadFails) {
    const Descriptor ram = memory_file(page, 0);
    const std::string path = "/proc/self/fd/" + std::to_string(ram.get());
    ASSERT_TRUE(memory.map(range(0, page), Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC))));
    EXPECT_FALSE(write(0, {1}));
    EXPECT_THAT(read(0, 1), ElementsAre(0));
    const Descriptor sealed = memory_file(page);
    const std::string other = "/proc/self/fd/" + std::to_string(sealed.get());
    EXPECT_FALSE(memory.map(range(page, page), Descriptor(::open(other.c_str(), O_RDONLY | O_CLOEXEC))));
}

TEST_F(GuestMemoryTest, WhatHasNoFileInMemoryIsNotReachedAndSaidSoOnce) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const Descriptor other_end(ends[0]);
    ASSERT_TRUE(memory.map(range(0, page), Descriptor()));
    ASSERT_TRUE(memory.map(range(page, page), Descriptor(ends[1])));
    ASSERT_TRUE(memory.map(range(2 * page, page), Descriptor(::open("/dev/zero", O_RDWR | O_CLOEXEC))));
    EXPECT_TRUE(sentences.empty());
    for (std::uint64_t i = 0; i < 3; i++) {
        EXPECT_FALSE(write(i * page, {1}));
        EXPECT_TRUE(read(i * page, 1).empty());
    }
    EXPECT_THAT(sentences, ElementsAre(HasSubstr("memory-backend-memfd,share=on")));
}

TEST_F(GuestMemoryTest, MapsAreLimitedInNumberAndExtent) {
    const Descriptor huge = memory_file(GuestMemoryMap::max_mapped_bytes);
    ASSERT_TRUE(memory.map(range(0, GuestMemoryMap::max_mapped_bytes), copy_of(huge)));
    const auto more = memory.map(range(GuestMemoryMap::max_mapped_bytes, page), copy_of(huge));
    ASSERT_FALSE(more);
    EXPECT_EQ(more.error().code, ENOSPC);
    memory.unmap_all();
    for (std::uint64_t i = 0; i < GuestMemoryMap::max_maps; i++)
        ASSERT_TRUE(memory.map(range(i * page, page), Descriptor()));
    const auto another = memory.map(range(GuestMemoryMap::max_maps * page, page), Descriptor());
    ASSERT_FALSE(another);
    EXPECT_EQ(another.error().code, ENOSPC);
}

TEST_F(GuestMemoryTest, FilesThatStayOpenAreLimitedInNumber) {
    const Descriptor ram = memory_file(page, 0);
    const auto map_many = [&] {
        std::uint64_t maps = 0;
        while (maps <= GuestMemoryMap::max_files && memory.map(range(maps * page, page), copy_of(ram)))
            maps++;
        return maps;
    };
    EXPECT_EQ(map_many(), GuestMemoryMap::max_files);
    EXPECT_TRUE(memory.map(range(1000 * page, page), memory_file(page))) << "a sealed one does not";
    ASSERT_TRUE(memory.unmap(0, page));
    EXPECT_TRUE(memory.map(range(0, page), copy_of(ram)));
    EXPECT_FALSE(memory.map(range(2000 * page, page), copy_of(ram)));
    memory.unmap_all();
    EXPECT_EQ(map_many(), GuestMemoryMap::max_files);
}

}  // namespace
}  // namespace mlosim::vfio
