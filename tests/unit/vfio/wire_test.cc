#include "vfio/wire.h"

#include <functional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "guest_end.h"
#include "vfio/device.h"

namespace mlosim::vfio::wire {
namespace {

using testing::body_of;
using ::testing::ElementsAre;
using testing::Packet;

TEST(VfioWire, AHeaderIsReadAsItWasWritten) {
    const Header written{7, 9, 48, flag::no_reply, 0};
    const auto read = parse_header(body_of(written));
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, written);
}

TEST(VfioWire, NumbersLieWhereQemuHasThem) {
    EXPECT_THAT(body_of(Header{0x0201, 9, 0x30, flag::error | flag::reply, 22}),
                ElementsAre(0x01, 0x02, 9, 0, 0x30, 0, 0, 0, 0x21, 0, 0, 0, 22, 0, 0, 0));
    EXPECT_THAT(body_of(RegionAccess{0x1122334455667788, 7, 4}),
                ElementsAre(0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 7, 0, 0, 0, 4, 0, 0, 0));
}

TEST(VfioWire, AWriteKeepsItsBytes) {
    const Packet body = body_of(RegionAccess{0x10, 0, 3}, Packet{1, 2, 3});
    const auto write = parse_region_write(body);
    ASSERT_TRUE(write);
    EXPECT_EQ(write->access.offset, 0x10U);
    EXPECT_THAT(write->data, ElementsAre(1, 2, 3));
}

TEST(VfioWire, ShortWritesComeOneByOne) {
    ShortWrite first{{0x100, 0, 4}, {1, 2, 3, 4}};
    ShortWrite second{{0x200, 7, 1}, {5}};
    const Packet body = body_of(std::uint64_t{2}, first, second);
    const auto writes = RegionWriteMulti::parse(body);
    ASSERT_TRUE(writes);
    ASSERT_EQ(writes->size(), 2U);
    EXPECT_EQ((*writes)[0].access.offset, 0x100U);
    EXPECT_EQ((*writes)[0].data[3], 4);
    EXPECT_EQ((*writes)[1].access.region, 7U);
}

TEST(VfioWire, AMapAndItsEndAreReadAsTheyWereWritten) {
    const auto map = parse_dma_map(body_of(DmaMap{sizeof(DmaMap), dma::readable, 0x1000, 0xc0000, 0x8000}));
    ASSERT_TRUE(map);
    EXPECT_EQ(map->offset, 0x1000U);
    EXPECT_EQ(map->address, 0xc0000U);
    EXPECT_EQ(map->size, 0x8000U);
    const auto unmap = parse_dma_unmap(body_of(DmaUnmap{sizeof(DmaUnmap), 0, 0xc0000, 0x8000}));
    ASSERT_TRUE(unmap);
    EXPECT_EQ(unmap->address, 0xc0000U);
    EXPECT_TRUE(parse_dma_unmap(body_of(DmaUnmap{sizeof(DmaUnmap), dma::unmap_all, 0, 0})));
}

/// What a parse function says to some bytes: 0 or an errno.
using Parse = std::function<int(Bytes)>;
template <class T>
Parse with(Result<T> (*parse)(Bytes)) {
    return [parse](Bytes bytes) {
        const auto result = parse(bytes);
        return result ? 0 : result.error().code;
    };
}

struct BadInput {
    std::string why;
    Parse parse;
    Packet bytes;
    int error;
};

Packet without_last(Packet bytes) {
    bytes.pop_back();
    return bytes;
}

constexpr std::uint64_t top = ~std::uint64_t{0};

TEST(VfioWire, BadInputIsRefused) {
    const auto set = [](std::uint32_t flags, std::uint32_t index, std::uint32_t start, std::uint32_t count) {
        return body_of(IrqSet{sizeof(IrqSet), flags, index, start, count});
    };
    using namespace irq_set;
    const std::vector<BadInput> table = {
        {"half a header", with(parse_header), Packet(15), EINVAL},
        {"a message shorter than its header", with(parse_header), body_of(Header{1, 1, 15, 0, 0}), EMSGSIZE},
        {"a message longer than any", with(parse_header), body_of(Header{1, 1, max_message + 1, 0, 0}), EMSGSIZE},
        {"a size that wraps", with(parse_header), body_of(Header{1, 1, 0xffffffff, 0, 0}), EMSGSIZE},
        {"half a version", with(parse_version), Packet(3), EINVAL},
        {"a version's text without an end", with(parse_version), Packet{0, 0, 0, 0, '{', '}'}, EINVAL},
        {"a short map", with(parse_dma_map), without_last(body_of(DmaMap{32, 3, 0, 0, 4096})), EINVAL},
        {"a map that believes to be short", with(parse_dma_map), body_of(DmaMap{31, 3, 0, 0, 4096}), EINVAL},
        {"a map with unknown flags", with(parse_dma_map), body_of(DmaMap{32, 7, 0, 0, 4096}), EINVAL},
        {"an empty map", with(parse_dma_map), body_of(DmaMap{32, 3, 0, 4096, 0}), EINVAL},
        {"a map that wraps", with(parse_dma_map), body_of(DmaMap{32, 3, 0, top - 4095, 8192}), EINVAL},
        {"a file offset that wraps", with(parse_dma_map), body_of(DmaMap{32, 3, top - 4095, 0, 8192}), EOVERFLOW},
        {"the end of a file's numbers", with(parse_dma_map), body_of(DmaMap{32, 3, top / 2, 0, 1}), EOVERFLOW},
        {"a short unmap", with(parse_dma_unmap), without_last(body_of(DmaUnmap{24, 0, 0, 4096})), EINVAL},
        {"an empty unmap", with(parse_dma_unmap), body_of(DmaUnmap{24, 0, 4096, 0}), EINVAL},
        {"an unmap that wraps", with(parse_dma_unmap), body_of(DmaUnmap{24, 0, top, 2}), EINVAL},
        {"an unmap of everything and a range", with(parse_dma_unmap), body_of(DmaUnmap{24, 2, 0, 4096}), EINVAL},
        {"dirty pages", with(parse_dma_unmap), body_of(DmaUnmap{24, 1, 0, 4096}), ENOTSUP},
        {"a short device info", with(parse_device_info), Packet(15), EINVAL},
        {"a region that is none", with(parse_region_info), body_of(RegionInfo{32, 0, region::count, 0, 0, 0}), EINVAL},
        {"a region's descriptors that is none", with(parse_region_io_fds), body_of(RegionIoFds{16, 0, 9, 0}), EINVAL},
        {"an interrupt that is none", with(parse_irq_info), body_of(IrqInfo{16, 0, interrupt::count, 0}), EINVAL},
        {"vectors of no interrupt", with(parse_irq_set), set(data_eventfd | trigger, 5, 0, 1), EINVAL},
        {"two kinds of data", with(parse_irq_set), set(data_eventfd | data_bool | trigger, 1, 0, 1), EINVAL},
        {"no data", with(parse_irq_set), set(trigger, 1, 0, 1), EINVAL},
        {"two actions", with(parse_irq_set), set(data_none | mask | unmask, 1, 0, 1), EINVAL},
        {"no action", with(parse_irq_set), set(data_none, 1, 0, 1), EINVAL},
        {"unknown flags", with(parse_irq_set), set(data_none | trigger | 0x40, 1, 0, 1), EINVAL},
        {"vectors that wrap", with(parse_irq_set), set(data_none | trigger, 1, 2, 0xffffffff), EINVAL},
        {"no vectors to mask", with(parse_irq_set), set(data_none | mask, 1, 0, 0), EINVAL},
        {"a short read", with(parse_region_read), Packet(15), EINVAL},
        {"a read of too much", with(parse_region_read), body_of(RegionAccess{0, 0, max_data + 1}), E2BIG},
        {"a write with too little", with(parse_region_write), body_of(RegionAccess{0, 0, 4}, Packet(3)), EINVAL},
        {"a write with too much", with(parse_region_write), body_of(RegionAccess{0, 0, 4}, Packet(5)), EINVAL},
        {"half a number of writes", with(RegionWriteMulti::parse), Packet(7), EINVAL},
        {"one write of two", with(RegionWriteMulti::parse), body_of(std::uint64_t{2}, ShortWrite{}), EINVAL},
        {"a number of writes that wraps", with(RegionWriteMulti::parse), body_of(top / 24 + 1), EINVAL},
        {"a short write of much", with(RegionWriteMulti::parse), body_of(std::uint64_t{1}, ShortWrite{{0, 0, 9}, {}}),
         EINVAL},
    };
    for (const BadInput& input : table)
        EXPECT_EQ(input.parse(input.bytes), input.error) << input.why;
}

TEST(VfioWire, BoolsAreAsManyAsVectors) {
    const IrqSet set{sizeof(IrqSet), irq_set::data_bool | irq_set::trigger, 1, 0, 2};
    const Packet body = body_of(set, Packet{1, 0, 9});
    const auto bools = irq_set_bools(set, body);
    ASSERT_TRUE(bools);
    EXPECT_THAT(*bools, ElementsAre(1, 0));
    EXPECT_FALSE(irq_set_bools(set, body_of(set, Packet{1})));
}

}  // namespace
}  // namespace mlosim::vfio::wire
