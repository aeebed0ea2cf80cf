#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "session_fixture.h"

namespace mlosim::vfio {
namespace {

using namespace testing;
using ::testing::ElementsAre;

class VfioInterrupts : public VfioSession {};

TEST_F(VfioInterrupts, AnEdgeIsSeenByWhoListens) {
    attach();
    device.lines()->raise(interrupt::msi, 0);  // nobody does
    const Descriptor first = event();
    const Descriptor second = event();
    ASSERT_TRUE(ask(Command::device_set_irqs, irqs(0x24, 1, 0, 2), {first.get(), second.get()}).ok());
    EXPECT_EQ(edges(first), 0U);
    device.lines()->raise(interrupt::msi, 1);
    device.lines()->raise(interrupt::msi, 1);
    device.lines()->raise(interrupt::msi, 3);
    device.lines()->raise(interrupt::msi, 4);
    device.lines()->raise(17, 0);
    EXPECT_EQ(edges(first), 0U);
    EXPECT_EQ(edges(second), 2U);
    ASSERT_TRUE(ask(Command::device_set_irqs, irqs(0x24, 1, 1, 1)).ok()) << "nobody listens to the second now";
    device.lines()->raise(interrupt::msi, 0);
    device.lines()->raise(interrupt::msi, 1);
    EXPECT_EQ(edges(first), 1U);
    EXPECT_EQ(edges(second), 0U);
    ASSERT_TRUE(ask(Command::device_set_irqs, irqs(0x21, 1, 0, 0)).ok()) << "nor to any";
    device.lines()->raise(interrupt::msi, 0);
    EXPECT_EQ(edges(first), 0U);
}

TEST_F(VfioInterrupts, TheGuestMayTriggerItsOwnInterrupts) {
    attach();
    const Descriptor first = event();
    const Descriptor second = event();
    ASSERT_TRUE(ask(Command::device_set_irqs, irqs(0x24, 1, 0, 2), {first.get(), second.get()}).ok());
    ASSERT_TRUE(ask(Command::device_set_irqs, irqs(0x21, 1, 0, 2)).ok());
    ASSERT_TRUE(ask(Command::device_set_irqs, body_of(irqs(0x22, 1, 0, 2), Packet{0, 1})).ok());
    EXPECT_EQ(edges(first), 1U);
    EXPECT_EQ(edges(second), 2U);
}

TEST_F(VfioInterrupts, IntxWaitsUntilItIsServed) {
    attach();
    const Descriptor line = event();
    ASSERT_TRUE(ask(Command::device_set_irqs, irqs(0x24, 0, 0, 1), {line.get()}).ok());
    device.lines()->raise(interrupt::intx, 0);
    device.lines()->raise(interrupt::intx, 0);
    EXPECT_EQ(edges(line), 1U);
    ASSERT_TRUE(ask(Command::device_set_irqs, irqs(0x11, 0, 0, 1)).ok());
    EXPECT_EQ(edges(line), 1U) << "the edge that came meanwhile";
    EXPECT_TRUE(device.unmasks.empty());
    ASSERT_TRUE(ask(Command::device_set_irqs, irqs(0x11, 0, 0, 1)).ok());
    EXPECT_EQ(edges(line), 0U);
    EXPECT_THAT(device.unmasks, ElementsAre(interrupt::intx)) << "the device may have a reason still";
    ASSERT_TRUE(ask(Command::device_set_irqs, irqs(0x9, 0, 0, 1)).ok());
    device.lines()->raise(interrupt::intx, 0);
    EXPECT_EQ(edges(line), 0U);
    ASSERT_TRUE(ask(Command::device_set_irqs, body_of(irqs(0x12, 0, 0, 1), Packet{1})).ok());
    EXPECT_EQ(edges(line), 1U);
}

TEST_F(VfioInterrupts, InterruptsThatDoNotExistAreRefused) {
    attach();
    const Descriptor line = event();
    EXPECT_EQ(ask(Command::device_set_irqs, irqs(0x24, 1, 4, 1), {line.get()}).error(), EINVAL);
    EXPECT_EQ(ask(Command::device_set_irqs, irqs(0x24, 1, 0xffffffff, 1), {line.get()}).error(), EINVAL);
    EXPECT_EQ(ask(Command::device_set_irqs, irqs(0x24, 3, 0, 1), {line.get()}).error(), EINVAL);
    EXPECT_EQ(ask(Command::device_set_irqs, irqs(0x14, 0, 0, 1), {line.get()}).error(), ENOTSUP);
    EXPECT_EQ(ask(Command::device_set_irqs, irqs(0x9, 1, 0, 1)).error(), ENOTSUP) << "MSI is not masked here";
    EXPECT_TRUE(ask(Command::device_set_irqs, irqs(0x21, 3, 0, 0)).ok());
}

TEST_F(VfioInterrupts, OnlyAnEventfdIsAnInterrupt) {
    attach();
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const Descriptor out(ends[0]);
    const Descriptor in(ends[1]);
    const Descriptor file = memory_file(0, 0);
    EXPECT_EQ(ask(Command::device_set_irqs, irqs(0x24, 1, 0, 1), {in.get()}).error(), EINVAL);
    EXPECT_EQ(ask(Command::device_set_irqs, irqs(0x24, 1, 0, 1), {file.get()}).error(), EINVAL);
}

TEST_F(VfioInterrupts, ACounterThatIsFullIsNotWaitedFor) {
    attach();
    const Descriptor line(::eventfd(0, EFD_CLOEXEC));  // one whose writes would wait
    ASSERT_TRUE(ask(Command::device_set_irqs, irqs(0x24, 1, 0, 1), {line.get()}).ok());
    ASSERT_EQ(::fcntl(line.get(), F_SETFL, 0), 0);
    const std::uint64_t most = ~std::uint64_t{0} - 1;
    ASSERT_EQ(::write(line.get(), &most, sizeof most), static_cast<ssize_t>(sizeof most));
    device.lines()->raise(interrupt::msi, 0);
    EXPECT_EQ(edges(line), most);
}

}  // namespace
}  // namespace mlosim::vfio
