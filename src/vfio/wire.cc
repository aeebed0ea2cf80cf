#include "vfio/wire.h"

#include <limits>

#include "vfio/device.h"

namespace mlosim::vfio::wire {
namespace {

template <class T>
Result<T> parse_struct(Bytes body) {
    if (body.size() < sizeof(T)) return fail(EINVAL);
    T value;
    std::memcpy(&value, body.data(), sizeof value);
    return value;
}

/// One of the structs that say how long they believe to be.
template <class T>
Result<T> parse_argument(Bytes body) {
    auto value = parse_struct<T>(body);
    if (value && value->argsz < sizeof(T)) return fail(EINVAL);
    return value;
}

/// One of those that ask about something with a number.
template <class T>
Result<T> parse_question(Bytes body, std::uint32_t count) {
    auto value = parse_argument<T>(body);
    if (value && value->index >= count) return fail(EINVAL);
    return value;
}

bool wraps(std::uint64_t start, std::uint64_t size) {
    return size > std::numeric_limits<std::uint64_t>::max() - start;
}

}  // namespace

Result<Header> parse_header(Bytes bytes) {
    auto header = parse_struct<Header>(bytes);
    if (header && (header->size < sizeof(Header) || header->size > max_message))
        return fail(EMSGSIZE, "it sent a message of " + std::to_string(header->size) + " octets");
    return header;
}

Result<Version> parse_version(Bytes body) {
    auto version = parse_struct<Version>(body);
    if (version && body.size() > sizeof(Version) && body.back() != 0) return fail(EINVAL);
    return version;
}

Result<DmaMap> parse_dma_map(Bytes body) {
    auto map = parse_argument<DmaMap>(body);
    if (!map) return map;
    if ((map->flags & ~(dma::readable | dma::writable)) != 0) return fail(EINVAL);
    if (map->size == 0 || wraps(map->address, map->size)) return fail(EINVAL);
    constexpr std::uint64_t file_end = std::numeric_limits<std::int64_t>::max();
    if (map->offset > file_end || map->size > file_end - map->offset) return fail(EOVERFLOW);
    return map;
}

Result<DmaUnmap> parse_dma_unmap(Bytes body) {
    auto unmap = parse_argument<DmaUnmap>(body);
    if (!unmap) return unmap;
    if (unmap->flags == dma::dirty_bitmap) return fail(ENOTSUP);
    if ((unmap->flags & ~dma::unmap_all) != 0) return fail(EINVAL);
    if (unmap->flags == dma::unmap_all) return unmap->address == 0 && unmap->size == 0 ? unmap : fail(EINVAL);
    if (unmap->size == 0 || wraps(unmap->address, unmap->size)) return fail(EINVAL);
    return unmap;
}

Result<DeviceInfo> parse_device_info(Bytes body) {
    return parse_argument<DeviceInfo>(body);
}

Result<RegionInfo> parse_region_info(Bytes body) {
    return parse_question<RegionInfo>(body, region::count);
}

Result<RegionIoFds> parse_region_io_fds(Bytes body) {
    return parse_question<RegionIoFds>(body, region::count);
}

Result<IrqInfo> parse_irq_info(Bytes body) {
    return parse_question<IrqInfo>(body, interrupt::count);
}

Result<IrqSet> parse_irq_set(Bytes body) {
    auto set = parse_question<IrqSet>(body, interrupt::count);
    if (!set) return set;
    if ((set->flags & ~(irq_set::data_mask | irq_set::action_mask)) != 0) return fail(EINVAL);
    if (!std::has_single_bit(set->data()) || !std::has_single_bit(set->action())) return fail(EINVAL);
    if (set->count > std::numeric_limits<std::uint32_t>::max() - set->start) return fail(EINVAL);
    if (set->count == 0 && set->flags != (irq_set::data_none | irq_set::trigger)) return fail(EINVAL);
    return set;
}

Result<Bytes> irq_set_bools(const IrqSet& set, Bytes body) {
    const Bytes bools = body.subspan(sizeof(IrqSet));
    if (bools.size() < set.count) return fail(EINVAL);
    return bools.first(set.count);
}

Result<RegionAccess> parse_region_read(Bytes body) {
    auto access = parse_struct<RegionAccess>(body);
    if (access && access->count > max_data) return fail(E2BIG);
    return access;
}

Result<RegionWrite> parse_region_write(Bytes body) {
    const auto access = parse_struct<RegionAccess>(body);
    if (!access) return fail(access.error());
    const Bytes data = body.subspan(sizeof(RegionAccess));
    if (access->count > max_data) return fail(E2BIG);
    if (access->count != data.size()) return fail(EINVAL);
    return RegionWrite{*access, data};
}

Result<RegionWriteMulti> RegionWriteMulti::parse(Bytes body) {
    const auto count = parse_struct<std::uint64_t>(body);
    if (!count) return fail(count.error());
    const Bytes writes = body.subspan(sizeof *count);
    if (writes.size() % sizeof(ShortWrite) != 0 || *count != writes.size() / sizeof(ShortWrite)) return fail(EINVAL);
    const RegionWriteMulti multi(writes);
    for (std::size_t i = 0; i < multi.size(); i++)
        if (multi[i].access.count > sizeof(ShortWrite::data)) return fail(EINVAL);
    return multi;
}

ShortWrite RegionWriteMulti::operator[](std::size_t i) const {
    ShortWrite write;
    std::memcpy(&write, writes_.data() + i * sizeof write, sizeof write);
    return write;
}

}  // namespace mlosim::vfio::wire
