#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <vector>

#include "sim/result.h"

/// The vfio-user protocol, version 0.0: what libvfio-user's server and QEMU's `vfio-user-pci` say to each other.
/// Structs lie on the wire as they lie here; a parse function checks all that can be checked without knowing the
/// device.
namespace mlosim::vfio::wire {

static_assert(std::endian::native == std::endian::little, "the protocol is little-endian");

using Bytes = std::span<const std::uint8_t>;

/// Octets of payload in one access, as announced.
inline constexpr std::uint32_t max_data = 1U << 20;
/// Descriptors with one message, as announced.
inline constexpr std::size_t max_descriptors = 8;

enum class Command : std::uint16_t {
    version = 1,
    dma_map = 2,
    dma_unmap = 3,
    device_get_info = 4,
    device_get_region_info = 5,
    device_get_region_io_fds = 6,
    device_get_irq_info = 7,
    device_set_irqs = 8,
    region_read = 9,
    region_write = 10,
    device_reset = 13,
    region_write_multi = 15,
};
inline constexpr std::size_t command_numbers = 16;

namespace flag {
inline constexpr std::uint32_t type_mask = 0xf;  ///< 0: a command, 1: a reply
inline constexpr std::uint32_t reply = 0x1;
inline constexpr std::uint32_t no_reply = 0x10;
inline constexpr std::uint32_t error = 0x20;
}  // namespace flag

struct Header {
    std::uint16_t id = 0;
    std::uint16_t command = 0;
    std::uint32_t size = 0;  ///< of the message, this header included
    std::uint32_t flags = 0;
    std::uint32_t error = 0;  ///< errno, where flag::error says so

    friend bool operator==(const Header&, const Header&) = default;
};
static_assert(sizeof(Header) == 16);

/// The longest message that anyone may send: a write of all that is announced, or the text of VERSION.
inline constexpr std::uint32_t max_message = sizeof(Header) + 24 + max_data;

struct Version {
    std::uint16_t major = 0;
    std::uint16_t minor = 0;
};
static_assert(sizeof(Version) == 4);

namespace dma {
inline constexpr std::uint32_t readable = 1;
inline constexpr std::uint32_t writable = 2;
inline constexpr std::uint32_t dirty_bitmap = 1;
inline constexpr std::uint32_t unmap_all = 2;
}  // namespace dma

struct DmaMap {
    std::uint32_t argsz = sizeof(DmaMap);
    std::uint32_t flags = 0;
    std::uint64_t offset = 0;  ///< in the file that comes with it
    std::uint64_t address = 0;
    std::uint64_t size = 0;
};
static_assert(sizeof(DmaMap) == 32);

struct DmaUnmap {
    std::uint32_t argsz = sizeof(DmaUnmap);
    std::uint32_t flags = 0;
    std::uint64_t address = 0;
    std::uint64_t size = 0;
};
static_assert(sizeof(DmaUnmap) == 24);

namespace device_flag {
inline constexpr std::uint32_t reset = 1;
inline constexpr std::uint32_t pci = 2;
}  // namespace device_flag

struct DeviceInfo {
    std::uint32_t argsz = sizeof(DeviceInfo);
    std::uint32_t flags = 0;
    std::uint32_t regions = 0;
    std::uint32_t interrupts = 0;
};
static_assert(sizeof(DeviceInfo) == 16);

namespace region_flag {
inline constexpr std::uint32_t read = 1;
inline constexpr std::uint32_t write = 2;
}  // namespace region_flag

struct RegionInfo {
    std::uint32_t argsz = sizeof(RegionInfo);
    std::uint32_t flags = 0;
    std::uint32_t index = 0;
    std::uint32_t capabilities = 0;
    std::uint64_t size = 0;
    std::uint64_t offset = 0;
};
static_assert(sizeof(RegionInfo) == 32);

struct RegionIoFds {
    std::uint32_t argsz = sizeof(RegionIoFds);
    std::uint32_t flags = 0;
    std::uint32_t index = 0;
    std::uint32_t count = 0;
};
static_assert(sizeof(RegionIoFds) == 16);

namespace irq_flag {
inline constexpr std::uint32_t eventfd = 1;
inline constexpr std::uint32_t maskable = 2;
inline constexpr std::uint32_t automasked = 4;
inline constexpr std::uint32_t noresize = 8;
}  // namespace irq_flag

struct IrqInfo {
    std::uint32_t argsz = sizeof(IrqInfo);
    std::uint32_t flags = 0;
    std::uint32_t index = 0;
    std::uint32_t count = 0;
};
static_assert(sizeof(IrqInfo) == 16);

namespace irq_set {
inline constexpr std::uint32_t data_none = 1;
inline constexpr std::uint32_t data_bool = 2;
inline constexpr std::uint32_t data_eventfd = 4;
inline constexpr std::uint32_t data_mask = 7;
inline constexpr std::uint32_t mask = 8;
inline constexpr std::uint32_t unmask = 0x10;
inline constexpr std::uint32_t trigger = 0x20;
inline constexpr std::uint32_t action_mask = 0x38;
}  // namespace irq_set

struct IrqSet {
    std::uint32_t argsz = sizeof(IrqSet);
    std::uint32_t flags = 0;
    std::uint32_t index = 0;
    std::uint32_t start = 0;
    std::uint32_t count = 0;

    [[nodiscard]] std::uint32_t data() const { return flags & irq_set::data_mask; }
    [[nodiscard]] std::uint32_t action() const { return flags & irq_set::action_mask; }
};
static_assert(sizeof(IrqSet) == 20);

/// REGION_READ and the head of REGION_WRITE.
struct RegionAccess {
    std::uint64_t offset = 0;
    std::uint32_t region = 0;
    std::uint32_t count = 0;
};
static_assert(sizeof(RegionAccess) == 16);

/// One of REGION_WRITE_MULTI's.
struct ShortWrite {
    RegionAccess access;
    std::uint8_t data[8] = {};
};
static_assert(sizeof(ShortWrite) == 24);

/// The number of a VERSION, whose text (JSON, zero-terminated) has nothing that would change what we do.
[[nodiscard]] Result<Version> parse_version(Bytes body);
/// Fails where the stream behind it cannot be read on: the size is no message's.
[[nodiscard]] Result<Header> parse_header(Bytes bytes);
/// Ranges that do not wrap, flags that exist.
[[nodiscard]] Result<DmaMap> parse_dma_map(Bytes body);
[[nodiscard]] Result<DmaUnmap> parse_dma_unmap(Bytes body);
[[nodiscard]] Result<DeviceInfo> parse_device_info(Bytes body);
/// An index that exists.
[[nodiscard]] Result<RegionInfo> parse_region_info(Bytes body);
[[nodiscard]] Result<RegionIoFds> parse_region_io_fds(Bytes body);
[[nodiscard]] Result<IrqInfo> parse_irq_info(Bytes body);
/// One kind of data, one action, vectors that do not wrap; none at all only to disable.
[[nodiscard]] Result<IrqSet> parse_irq_set(Bytes body);
/// What follows an IrqSet of data_bool: one octet a vector.
[[nodiscard]] Result<Bytes> irq_set_bools(const IrqSet& set, Bytes body);
[[nodiscard]] Result<RegionAccess> parse_region_read(Bytes body);

struct RegionWrite {
    RegionAccess access;
    Bytes data;  ///< as many octets as the access says
};
[[nodiscard]] Result<RegionWrite> parse_region_write(Bytes body);

/// The writes of a REGION_WRITE_MULTI, each of at most 8 octets.
class RegionWriteMulti {
public:
    [[nodiscard]] static Result<RegionWriteMulti> parse(Bytes body);
    [[nodiscard]] std::size_t size() const { return writes_.size() / sizeof(ShortWrite); }
    [[nodiscard]] ShortWrite operator[](std::size_t i) const;

private:
    explicit RegionWriteMulti(Bytes writes) : writes_(writes) {}
    Bytes writes_;
};

/// Writes any of the structs above behind `out`.
template <class T>
void append(std::vector<std::uint8_t>& out, const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    const std::size_t at = out.size();
    out.resize(at + sizeof value);
    std::memcpy(out.data() + at, &value, sizeof value);
}

}  // namespace mlosim::vfio::wire
