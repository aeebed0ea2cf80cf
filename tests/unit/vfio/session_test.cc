#include "vfio/session.h"

#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "session_fixture.h"

namespace mlosim::vfio {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using State = Session::State;

TEST_F(VfioSession, AVersionAttachesTheDevice) {
    EXPECT_EQ(session->serve(), State::waiting);
    EXPECT_EQ(device.attachments, 0);
    const Reply reply = ask(Command::version, version);
    ASSERT_TRUE(reply.ok());
    EXPECT_EQ(reply.as<wire::Version>().minor, 0);
    EXPECT_EQ(std::string(reply.body.begin() + 4, reply.body.end()),
              std::string(R"({"capabilities":{"max_msg_fds":8,"max_data_xfer_size":1048576}})") + '\0');
    EXPECT_EQ(device.attachments, 1);
    EXPECT_EQ(ask(Command::version, version).error(), EINVAL) << "only once";
    EXPECT_EQ(device.attachments, 1);
}

TEST_F(VfioSession, NothingIsAnsweredBeforeAVersionThatWeKnow) {
    EXPECT_EQ(ask(Command::device_get_info, body_of(wire::DeviceInfo{})).error(), EINVAL);
    EXPECT_EQ(ask(Command::version, body_of(wire::Version{1, 0}, Packet{0})).error(), EINVAL);
    EXPECT_EQ(device.attachments, 0);
    EXPECT_EQ(accesses, 0);
}

TEST_F(VfioSession, ALaterMinorVersionGetsOurs) {
    const Reply reply = ask(Command::version, body_of(wire::Version{0, 3}));
    ASSERT_TRUE(reply.ok());
    EXPECT_EQ(reply.as<wire::Version>().minor, 0);
}

TEST_F(VfioSession, TheDeviceIsDescribed) {
    attach();
    const auto info = ask(Command::device_get_info, body_of(wire::DeviceInfo{})).as<wire::DeviceInfo>();
    EXPECT_EQ(info.flags, wire::device_flag::reset | wire::device_flag::pci);
    EXPECT_EQ(info.regions, 9U);
    EXPECT_EQ(info.interrupts, 5U);
    for (std::uint32_t i = 0; i < region::count; i++) {
        const auto region =
            ask(Command::device_get_region_info, body_of(wire::RegionInfo{32, 0, i, 0, 0, 0})).as<wire::RegionInfo>();
        EXPECT_EQ(region.index, i);
        EXPECT_EQ(region.size, i == 0 ? FakeDevice::bar_size : i == 7 ? 256U : 0U);
        EXPECT_EQ(region.flags, i == 0 || i == 7 ? 3U : 0U);
    }
    for (std::uint32_t i = 0; i < interrupt::count; i++) {
        const auto irq = ask(Command::device_get_irq_info, body_of(wire::IrqInfo{16, 0, i, 0})).as<wire::IrqInfo>();
        EXPECT_EQ(irq.count, i == 0 ? 1U : i == 1 ? 4U : 0U);
        EXPECT_EQ(irq.flags, i == 0 ? 7U : i == 1 ? 9U : 0U);
    }
    const auto fds = ask(Command::device_get_region_io_fds, body_of(wire::RegionIoFds{16, 0, 0, 0}));
    ASSERT_TRUE(fds.ok());
    EXPECT_EQ(fds.as<wire::RegionIoFds>().count, 0U);
}

TEST_F(VfioSession, ReadsAndWritesReachTheDevice) {
    attach();
    const int before = accesses;
    ASSERT_TRUE(ask(Command::region_write, write_of(0x1234, {1, 2, 3, 4})).ok());
    EXPECT_EQ(device.bytes_of(region::bar0)[0x1236], 3);
    const Reply reply = ask(Command::region_read, access(0x1235, 3));
    ASSERT_TRUE(reply.ok());
    EXPECT_EQ(reply.as<wire::RegionAccess>().offset, 0x1235U);
    EXPECT_THAT(Packet(reply.body.begin() + 16, reply.body.end()), ElementsAre(2, 3, 4));
    EXPECT_EQ(accesses, before + 2) << "the world is brought up to the present before each";
}

TEST_F(VfioSession, AnAccessOfAllThatIsAnnouncedIsServed) {
    attach();
    const std::uint32_t most = wire::max_data;
    Packet data(most, 0x5a);
    const Packet message = message_of(Command::region_write, write_of(0, data));
    std::span<const std::uint8_t> rest = message;
    while (!rest.empty()) {
        const auto part = rest.first(std::min<std::size_t>(rest.size(), 65536));
        ASSERT_TRUE(guest.send(part));
        session->serve();
        rest = rest.subspan(part.size());
    }
    EXPECT_TRUE(guest.reply()->ok());
    EXPECT_EQ(device.bytes_of(region::bar0)[most - 1], 0x5a);
    ASSERT_TRUE(guest.send(message_of(Command::region_read, access(0, most))));
    session->serve();
    std::optional<Reply> reply;
    for (int i = 0; i < 1000 && !(reply = guest.reply()); i++)
        session->flush();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->body.size(), 16 + most);
    EXPECT_FALSE(session->has_output());
}

TEST_F(VfioSession, AccessesOutsideARegionAreRefused) {
    attach();
    const auto bar = static_cast<std::uint32_t>(FakeDevice::bar_size);
    EXPECT_TRUE(ask(Command::region_read, access(bar - 4, 4)).ok());
    EXPECT_EQ(ask(Command::region_read, access(bar - 3, 4)).error(), EINVAL);
    EXPECT_EQ(ask(Command::region_read, access(~std::uint64_t{0}, 4)).error(), EINVAL);
    EXPECT_EQ(ask(Command::region_read, access(0, 0, 1)).error(), EINVAL) << "a region that the device has not";
    EXPECT_EQ(ask(Command::region_read, access(0, 4, 0xffffffff)).error(), EINVAL);
    EXPECT_EQ(ask(Command::region_write, write_of(254, {1, 2, 3, 4}, region::config)).error(), EINVAL);
    EXPECT_EQ(device.writes, 0);
    EXPECT_EQ(device.reads, 1);
}

TEST_F(VfioSession, APostedWriteIsDoneAndNotAnswered) {
    attach();
    ASSERT_TRUE(guest.send(message_of(Command::region_write, write_of(0x10, {7}), wire::flag::no_reply)));
    ASSERT_TRUE(guest.send(message_of(Command::region_write, write_of(~std::uint64_t{0}, {7}), wire::flag::no_reply)));
    const Reply reply = ask(Command::region_read, access(0x10, 1));
    EXPECT_EQ(reply.body.back(), 7) << "the read saw the write before it";
}

TEST_F(VfioSession, ShortWritesAreDoneInOrderUpToTheFirstWrongOne) {
    attach();
    const wire::ShortWrite first{{0x20, 0, 4}, {1, 2, 3, 4}};
    const wire::ShortWrite second{{0x22, 0, 1}, {9}};
    const wire::ShortWrite wrong{{FakeDevice::bar_size, 0, 1}, {}};
    const Reply done = ask(Command::region_write_multi, body_of(std::uint64_t{2}, first, second));
    ASSERT_TRUE(done.ok());
    EXPECT_EQ(done.as<std::uint64_t>(), 2U);
    EXPECT_EQ(device.bytes_of(region::bar0)[0x22], 9);
    EXPECT_EQ(ask(Command::region_write_multi, body_of(std::uint64_t{2}, wrong, first)).error(), EINVAL);
    EXPECT_EQ(device.bytes_of(region::bar0)[0x22], 9);
}

TEST_F(VfioSession, AResetReachesTheDevice) {
    attach();
    EXPECT_TRUE(ask(Command::device_reset).ok());
    EXPECT_EQ(device.resets, 1);
}

TEST_F(VfioSession, WhatIsNotServedIsRefused) {
    attach();
    for (const int command : {0, 11, 12, 14, 16, 17, 0xffff})
        EXPECT_EQ(ask(static_cast<Command>(command), Packet(64)).error(), ENOTSUP) << command;
    EXPECT_EQ(ask(Command::dma_unmap, body_of(wire::DmaUnmap{24, 1, 0, 4096})).error(), ENOTSUP);
    ASSERT_TRUE(guest.send(message_of(Command::device_reset, {}, wire::flag::reply)));
    ASSERT_TRUE(guest.send(message_of(Command::device_reset, {}, 0x2)));
    session->serve();
    EXPECT_EQ(guest.reply()->error(), EINVAL) << "neither a command nor a reply";
    EXPECT_FALSE(guest.reply()) << "a reply to nothing";
    EXPECT_EQ(device.resets, 0);
}

TEST_F(VfioSession, MapsComeAndGo) {
    attach();
    const Descriptor ram = memory_file(65536);
    EXPECT_TRUE(map(0x10000, 65536, ram).ok());
    EXPECT_EQ(map(0x10000, 65536, ram).error(), EEXIST);
    EXPECT_THAT(sentences, ElementsAre(HasSubstr("could not be mapped")));
    EXPECT_TRUE(device.memory()->write(0x10000, Packet{1, 2}));
    const Reply unmapped = ask(Command::dma_unmap, body_of(wire::DmaUnmap{24, 0, 0x10000, 65536}));
    ASSERT_TRUE(unmapped.ok());
    EXPECT_EQ(unmapped.as<wire::DmaUnmap>().size, 65536U);
    EXPECT_FALSE(device.memory()->write(0x10000, Packet{1, 2}));
    EXPECT_TRUE(map(0x10000, 65536, ram).ok());
    EXPECT_TRUE(ask(Command::dma_unmap, body_of(wire::DmaUnmap{24, wire::dma::unmap_all, 0, 0})).ok());
    EXPECT_EQ(session->memory().size(), 0U);
    EXPECT_EQ(ask(Command::dma_map, map_of(0, 4096), {ram.get(), ram.get()}).error(), EINVAL) << "one file";
}

TEST_F(VfioSession, ADescriptorBelongsToTheMessageThatEndsWithIt) {
    attach();
    // As QEMU does it: writes and maps behind each other before anybody reads.
    const Descriptor low = memory_file(4096);
    const Descriptor high = memory_file(8192);
    const Packet posted = message_of(Command::region_write, write_of(0, {1}), wire::flag::no_reply);
    ASSERT_TRUE(guest.send(posted));
    ASSERT_TRUE(guest.send(message_of(Command::dma_map, map_of(0, 4096)), {low.get()}));
    ASSERT_TRUE(guest.send(message_of(Command::dma_map, map_of(0x100000, 4096))));
    ASSERT_TRUE(guest.send(posted));
    ASSERT_TRUE(guest.send(message_of(Command::dma_map, map_of(0x10000, 8192)), {high.get()}));
    ASSERT_TRUE(guest.send(posted));
    session->serve();
    for (int i = 0; i < 3; i++)
        EXPECT_TRUE(guest.reply()->ok());
    EXPECT_TRUE(device.memory()->write(0, Packet{0x11}));
    EXPECT_TRUE(device.memory()->write(0x10000 + 8191, Packet{0x22}));
    EXPECT_FALSE(device.memory()->write(0x100000, Packet{0x33})) << "it came without a file";
    std::uint8_t byte = 0;
    ASSERT_EQ(::pread(low.get(), &byte, 1, 0), 1);
    EXPECT_EQ(byte, 0x11);
    ASSERT_EQ(::pread(high.get(), &byte, 1, 8191), 1);
    EXPECT_EQ(byte, 0x22);
}

/// However a map is cut, its descriptor travelling with any piece of it, and whatever surrounds it.
class Segments : public VfioSession, public ::testing::WithParamInterface<std::size_t> {};

TEST_P(Segments, AMapIsWholeHoweverItComes) {
    attach();
    const Descriptor ram = memory_file(4096);
    const Packet wanted = message_of(Command::dma_map, map_of(0, 4096));
    const Packet before = message_of(Command::region_read, access(0, 4));
    const std::size_t cut = GetParam();
    for (const bool with_first : {true, false}) {
        ASSERT_TRUE(ask(Command::dma_unmap, body_of(wire::DmaUnmap{24, wire::dma::unmap_all, 0, 0})).ok());
        // The first piece comes behind another message, the second in front of one.
        ASSERT_TRUE(guest.send(before));
        const auto first = std::span(wanted).first(cut);
        const auto second = std::span(wanted).subspan(cut);
        ASSERT_TRUE(with_first ? guest.send(first, {ram.get()}) : guest.send(first));
        session->serve();
        ASSERT_TRUE(with_first ? guest.send(second) : guest.send(second, {ram.get()}));
        ASSERT_TRUE(guest.send(before));
        session->serve();
        for (int i = 0; i < 3; i++)
            EXPECT_TRUE(guest.reply()->ok());
        EXPECT_TRUE(device.memory()->write(100, Packet{1})) << "cut at " << cut << (with_first ? "" : ", second");
    }
}
INSTANTIATE_TEST_SUITE_P(OfAMap, Segments, ::testing::Values(1, 8, 15, 16, 17, 32, 47));

TEST_F(VfioSession, OctetByOctetIsAMessageToo) {
    for (const std::uint8_t octet : message_of(Command::version, version)) {
        EXPECT_FALSE(guest.reply());
        ASSERT_TRUE(guest.send(Packet{octet}));
        session->serve();
    }
    EXPECT_TRUE(guest.reply()->ok());
}

TEST_F(VfioSession, DescriptorsThatNobodyAskedForAreClosed) {
    attach();
    const Descriptor file = memory_file(4096);
    const std::size_t before = open_descriptors();
    EXPECT_TRUE(ask(Command::region_read, access(0, 4), {file.get(), file.get()}).ok());
    EXPECT_TRUE(ask(Command::device_reset, {}, {file.get()}).ok());
    EXPECT_EQ(ask(Command::dma_map, Packet(3), {file.get()}).error(), EINVAL);
    EXPECT_EQ(ask(Command::device_set_irqs, irqs(0x24, 1, 0, 2), {file.get()}).error(), EINVAL);
    EXPECT_EQ(open_descriptors(), before);
}

TEST_F(VfioSession, TooManyDescriptorsAreTheEnd) {
    attach();
    const Descriptor file = memory_file(4096);
    const std::size_t before = open_descriptors();
    const std::vector<int> nine(9, file.get());
    ASSERT_TRUE(guest.send(message_of(Command::device_reset), nine));
    EXPECT_EQ(session->serve(), State::over);
    EXPECT_EQ(open_descriptors(), before);
}

TEST_F(VfioSession, TooManyDescriptorsInSmallPiecesAreTheEnd) {
    attach();
    const Descriptor file = memory_file(4096);
    const std::size_t before = open_descriptors();
    const Packet message = message_of(Command::dma_map, map_of(0, 4096));
    State state = State::waiting;
    for (std::size_t i = 0; i < message.size() && state != State::over; i++) {
        ASSERT_TRUE(guest.send(Packet{message[i]}, {file.get()}));
        state = session->serve();
        EXPECT_LE(open_descriptors(), before + 17);
    }
    EXPECT_EQ(state, State::over);
    EXPECT_THAT(session->reason(), HasSubstr("more descriptors"));
    session.reset();
    EXPECT_EQ(open_descriptors(), before);
}

TEST_F(VfioSession, AGuestThatDiesInAMessageLosesTheDeviceOnce) {
    attach();
    const std::size_t before = open_descriptors();
    const Descriptor ram = memory_file(4096);
    const Descriptor other = memory_file(4096, 0);
    const Descriptor line = event();
    ASSERT_TRUE(map(0, 4096, ram).ok());
    ASSERT_TRUE(map(4096, 4096, other).ok());
    ASSERT_TRUE(ask(Command::device_set_irqs, irqs(0x24, 1, 0, 1), {line.get()}).ok());
    const Packet message = message_of(Command::dma_map, map_of(8192, 4096));
    ASSERT_TRUE(guest.send(std::span(message).first(20), {ram.get()}));
    guest.close();
    EXPECT_EQ(session->serve(), State::over);
    EXPECT_EQ(session->serve(), State::over);
    EXPECT_EQ(session->flush(), State::over);
    session->end("again");
    EXPECT_THAT(session->reason(), HasSubstr("closed"));
    EXPECT_EQ(device.detachments, 1);
    EXPECT_EQ(session->memory().size(), 0U);
    session.reset();
    EXPECT_EQ(device.detachments, 1);
    EXPECT_EQ(open_descriptors(), before + 3 - 1) << "three of the test's, and its end of the connection less";
}

TEST_F(VfioSession, WhatIsNoMessageIsTheEnd) {
    for (const std::uint32_t size : {0U, 15U, wire::max_message + 1, 0xffffffffU}) {
        Packet rubbish = body_of(wire::Header{1, 9, size, 0, 0});
        ASSERT_TRUE(guest.send(rubbish));
        EXPECT_EQ(session->serve(), State::over) << size;
        EXPECT_THAT(session->reason(), StartsWith("it sent a message of"));
        connect();
    }
    EXPECT_EQ(device.attachments, 0);
    EXPECT_EQ(device.detachments, 0);
}

TEST_F(VfioSession, AGuestThatDoesNotReadIsDropped) {
    attach();
    const Packet question = message_of(Command::region_read, access(0, 65536));
    State state = State::waiting;
    int questions = 0;
    while (state != State::over && questions < 10000) {
        if (guest.send(question)) questions++;
        state = session->serve();
    }
    EXPECT_EQ(state, State::over);
    EXPECT_LT(questions, 200) << "4 MiB, and what the socket holds";
    EXPECT_THAT(session->reason(), HasSubstr("does not read"));
    EXPECT_EQ(device.detachments, 1);
}

TEST_F(VfioSession, AFloodIsServedInShares) {
    attach();
    const Packet write = message_of(Command::region_write, write_of(0, {1, 2, 3, 4}), wire::flag::no_reply);
    Packet flood;
    for (int i = 0; i < 2000; i++)
        flood.insert(flood.end(), write.begin(), write.end());
    ASSERT_TRUE(guest.send(flood));
    int shares = 1;
    while (session->serve() == State::busy) {
        EXPECT_LE(device.writes, shares * 256);
        shares++;
    }
    EXPECT_EQ(device.writes, 2000);
    EXPECT_GE(shares, 8);
}

TEST_F(VfioSession, TheWorldMayTakeTheDeviceAwayDuringAnAccess) {
    attach();
    in_between = [this] { session->end("the radio is gone"); };
    ASSERT_TRUE(guest.send(message_of(Command::region_write, write_of(0, {1}))));
    ASSERT_TRUE(guest.send(message_of(Command::region_write, write_of(0, {1}))));
    EXPECT_EQ(session->serve(), State::over);
    EXPECT_EQ(device.writes, 0);
    EXPECT_EQ(device.detachments, 1);
    EXPECT_FALSE(guest.reply());
}

TEST_F(VfioSession, ASessionThatEndsGivesTheDeviceBack) {
    attach();
    session.reset();
    EXPECT_EQ(device.detachments, 1);
}

}  // namespace
}  // namespace mlosim::vfio
