// What a guest sends to a device's socket: a list of segments, each with up to three descriptors, over a real socket
// pair into a real session. Neither may the session crash, wait, keep descriptors, nor the device be told nonsense.
#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include <fcntl.h>
#include <sys/socket.h>

#include "../unit/vfio/guest_end.h"
#include "sim/invariant.h"
#include "vfio/session.h"

namespace {

namespace vfio = mlosim::vfio;
using Bytes = std::span<const std::uint8_t>;
using vfio::Descriptor;

/// Checks what it is told, and uses the guest's memory and interrupts as a device does: at addresses the guest gave.
class Device final : public vfio::Device {
public:
    static constexpr std::uint64_t bar_size = 8192;

    [[nodiscard]] std::uint64_t region_size(std::uint32_t region) const override {
        return region == vfio::region::bar0 ? bar_size : region == vfio::region::config ? 256 : 0;
    }
    [[nodiscard]] std::uint32_t interrupts(std::uint32_t index) const override {
        return index == vfio::interrupt::intx ? 1 : index == vfio::interrupt::msi ? 4 : 0;
    }
    void attached(vfio::GuestMemory& memory, vfio::InterruptLines& lines) override {
        MLOSIM_INVARIANT(!memory_, "a device has one guest");
        memory_ = &memory;
        lines_ = &lines;
    }
    void detached() override {
        MLOSIM_INVARIANT(memory_, "only a guest that came can go");
        memory_ = nullptr;
        lines_ = nullptr;
    }
    void reset() override { expect_guest(); }
    void unmasked(std::uint32_t index) override {
        expect_guest();
        lines_->raise(index, 0);
    }
    void read(std::uint32_t region, std::uint64_t offset, std::span<std::uint8_t> out) override {
        expect_within(region, offset, out.size());
        std::fill(out.begin(), out.end(), std::uint8_t{0x5a});
        const std::uint64_t address = offset << 9 | offset;
        const bool got = memory_->read(address, out.first(std::min<std::size_t>(out.size(), 600)));
        lines_->raise(vfio::interrupt::msi, got ? 1 : 0);
    }
    void write(std::uint32_t region, std::uint64_t offset, Bytes bytes) override {
        expect_within(region, offset, bytes.size());
        std::uint64_t address = 0;
        std::memcpy(&address, bytes.data(), std::min(bytes.size(), sizeof address));
        std::array<std::uint8_t, 64> copy{};
        if (memory_->write(address, bytes) && bytes.size() <= copy.size())
            (void)memory_->read(address, std::span(copy).first(bytes.size()));
        lines_->raise(vfio::interrupt::intx, 0);
    }
    [[nodiscard]] bool is_free() const { return memory_ == nullptr; }

private:
    void expect_guest() const { MLOSIM_INVARIANT(memory_, "calls come from a guest that is there"); }
    void expect_within(std::uint32_t region, std::uint64_t offset, std::size_t size) const {
        expect_guest();
        const std::uint64_t end = region_size(region);
        MLOSIM_INVARIANT(offset <= end && size <= end - offset, "an access lies in its region");
    }

    vfio::GuestMemory* memory_ = nullptr;
    vfio::InterruptLines* lines_ = nullptr;
};

/// What a guest can send along. Made once: a file's pages cost more than the rest of a run.
class Things {
public:
    Things()
        : things_{vfio::testing::memory_file(16384), vfio::testing::memory_file(8192, 0), vfio::testing::event(),
                  vfio::testing::memory_file(4096, F_SEAL_SHRINK | F_SEAL_WRITE), pipe()} {}
    [[nodiscard]] int get(unsigned which) const { return things_[which % things_.size()].get(); }
    /// The file that can shrink becomes that long.
    void truncate(unsigned pages) const {
        [[maybe_unused]] const int done = ::ftruncate(things_[1].get(), static_cast<off_t>(pages % 3 * 4096));
    }
    [[nodiscard]] static int next_descriptor() {
        const Descriptor next(::fcntl(0, F_DUPFD_CLOEXEC, 0));
        return next.get();
    }

private:
    static Descriptor pipe() {
        int ends[2];
        MLOSIM_INVARIANT(::pipe(ends) == 0, "two descriptors are to be had");
        ::close(ends[0]);
        return Descriptor(ends[1]);
    }
    std::array<Descriptor, 5> things_;
};

}  // namespace

// A segment: an octet that says how many descriptors (two bits) and what the guest does afterwards, one that says which
// descriptors, two with its length.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Things things;
    static const vfio::ServerOptions options;
    Device device;
    int ends[2];
    bool truncated = false;
    {
        MLOSIM_INVARIANT(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0,
                         "two descriptors are to be had");
        vfio::testing::GuestEnd guest{Descriptor(ends[0])};
        const Descriptor socket(ends[1]);
        vfio::Session session(socket.get(), device, options);
        Bytes input(data, size);
        if (!input.empty() && (input[0] & 0x80) == 0)  // else it may send a version of its own
            (void)guest.send(vfio::testing::message_of(vfio::wire::Command::version,
                                                       vfio::testing::body_of(vfio::wire::Version{}),
                                                       vfio::wire::flag::no_reply));
        while (input.size() >= 4 && !session.over()) {
            const unsigned how = input[0];
            const unsigned which = input[1];
            const std::size_t length = std::min<std::size_t>(input[2] | input[3] << 8, input.size() - 4);
            const Bytes segment = input.subspan(4, length);
            input = input.subspan(4 + length);
            const std::array<int, 3> descriptors{things.get(which), things.get(which >> 3), things.get(which >> 6)};
            (void)guest.send(segment, std::span(descriptors).first(length > 0 ? how & 3 : 0));
            if ((how & 0x10) != 0) {
                things.truncate(how >> 5);
                truncated = true;
            }
            if ((how & 4) == 0) session.serve();
            if ((how & 8) != 0) {
                guest.forget_replies();
                if (session.has_output()) session.flush();
            }
        }
        if (!session.over()) session.serve();
        MLOSIM_INVARIANT(session.attached() != device.is_free(), "the session knows whether it has the device");
    }
    MLOSIM_INVARIANT(device.is_free(), "a guest that is gone has no device");
    MLOSIM_INVARIANT(Things::next_descriptor() == ends[0], "nor does it leave descriptors");
    if (truncated) things.truncate(2);
    return 0;
}
