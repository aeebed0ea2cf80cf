// What a guest sends to a device's socket: a list of segments, each with up to three descriptors, which arrive as the
// kernel would have them arrive (unit_vfio has it do so). Neither may the session crash, wait, keep descriptors, nor
// the device be told nonsense.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "../unit/vfio/guest_end.h"
#include "sim/invariant.h"
#include "vfio/channel.h"
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

/// A stream socket's two directions. A read ends behind the segment that descriptors came with.
class Socket final : public vfio::Channel {
public:
    struct Segment {
        Bytes bytes;
        std::vector<Descriptor> descriptors;
    };
    void arrives(Segment segment) {
        if (!segment.bytes.empty()) segments_.push_back(std::move(segment));
    }
    /// The guest reads, or does no longer.
    void take_replies(std::size_t octets) { room_ = octets; }

    [[nodiscard]] mlosim::Result<std::optional<Arrival>> receive(std::span<std::uint8_t> room) override {
        MLOSIM_INVARIANT(!room.empty(), "somebody who reads has room");
        Arrival arrival;
        while (first_ < segments_.size() && arrival.octets < room.size() && arrival.descriptors.empty()) {
            Segment& segment = segments_[first_];
            const std::size_t part = std::min(segment.bytes.size(), room.size() - arrival.octets);
            std::memcpy(room.data() + arrival.octets, segment.bytes.data(), part);
            segment.bytes = segment.bytes.subspan(part);
            arrival.octets += part;
            arrival.descriptors = std::move(segment.descriptors);
            if (segment.bytes.empty()) first_++;
        }
        if (arrival.octets == 0) return std::nullopt;
        return arrival;
    }
    [[nodiscard]] mlosim::Result<std::size_t> send(Bytes bytes) override {
        const std::size_t taken = std::min(bytes.size(), room_);
        room_ -= taken;
        check(bytes);
        return taken;
    }

private:
    /// What is sent first is the beginning of a reply.
    void check(Bytes bytes) {
        if (!whole_) return;
        vfio::wire::Header header;
        MLOSIM_INVARIANT(bytes.size() >= sizeof header, "a reply has a header");
        std::memcpy(&header, bytes.data(), sizeof header);
        MLOSIM_INVARIANT(header.size == bytes.size(), "a reply says how long it is");
        MLOSIM_INVARIANT((header.flags & vfio::wire::flag::type_mask) == vfio::wire::flag::reply, "we never ask");
        MLOSIM_INVARIANT(((header.flags & vfio::wire::flag::error) != 0) == (header.error != 0),
                         "an error has a number");
        whole_ = room_ > 0;
    }

    std::vector<Segment> segments_;
    std::size_t first_ = 0;
    std::size_t room_ = std::size_t{64} << 10;
    bool whole_ = true;  ///< nothing was sent in part yet
};

/// What a guest can send along. Made once: a file's pages cost more than the rest of a run.
class Things {
public:
    Things()
        : things_{vfio::testing::memory_file(16384), vfio::testing::memory_file(8192, 0), vfio::testing::event(),
                  vfio::testing::memory_file(4096, F_SEAL_SHRINK | F_SEAL_WRITE), pipe()} {}
    [[nodiscard]] Descriptor copy(unsigned which) const {
        return Descriptor(::fcntl(things_[which % things_.size()].get(), F_DUPFD_CLOEXEC, 0));
    }
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
    int first_descriptor = -1;
    bool truncated = false;
    {
        Socket socket;
        Bytes input(data, size);
        const auto version = vfio::testing::message_of(
            vfio::wire::Command::version, vfio::testing::body_of(vfio::wire::Version{}), vfio::wire::flag::no_reply);
        // Else it may send a version of its own.
        if (!input.empty() && (input[0] & 0x80) == 0) socket.arrives({version, {}});
        vfio::Session session(socket, device, options);
        while (input.size() >= 4 && !session.over()) {
            const unsigned how = input[0];
            const unsigned which = input[1];
            const std::size_t length = std::min<std::size_t>(input[2] | input[3] << 8, input.size() - 4);
            Socket::Segment segment{input.subspan(4, length), {}};
            input = input.subspan(4 + length);
            for (unsigned i = 0; i < (how & 3); i++) {
                if (first_descriptor < 0) first_descriptor = things.next_descriptor();
                segment.descriptors.push_back(things.copy(which >> 3 * i));
            }
            socket.arrives(std::move(segment));
            if ((how & 0x10) != 0) {
                things.truncate(how >> 5);
                truncated = true;
            }
            if ((how & 8) != 0) {
                socket.take_replies(std::size_t{which} << 8);
                if (session.has_output()) session.flush();
            }
            if ((how & 4) == 0) session.serve();
        }
        while (session.serve() == vfio::Session::State::busy) {
        }
        MLOSIM_INVARIANT(session.attached() != device.is_free(), "the session knows whether it has the device");
    }
    MLOSIM_INVARIANT(device.is_free(), "a guest that is gone has no device");
    MLOSIM_INVARIANT(first_descriptor < 0 || things.next_descriptor() == first_descriptor,
                     "nor does it leave descriptors");
    if (truncated) things.truncate(2);
    return 0;
}
