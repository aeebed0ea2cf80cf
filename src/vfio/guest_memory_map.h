#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string_view>

#include "sim/result.h"
#include "vfio/descriptor.h"
#include "vfio/device.h"
#include "vfio/wire.h"

namespace mlosim::vfio {

/// The guest's memory, from DMA_MAP and DMA_UNMAP. A file that cannot shrink is mapped; one that can is read and
/// written with calls, which fail where a mapping would end the daemon. What comes without a file that lies in memory
/// takes its place in the address space, but no access reaches it.
class GuestMemoryMap final : public GuestMemory {
public:
    /// Far beyond any machine; what somebody else's table of mappings must not take from this process.
    static constexpr std::size_t max_maps = 4096;
    static constexpr std::uint64_t max_mapped_bytes = std::uint64_t{1} << 40;
    /// Files that are read and written with calls are kept open, and this process may have no more than some hundred.
    static constexpr std::size_t max_files = 64;

    /// `log` gets a sentence the first time that a device misses something that cannot be reached.
    explicit GuestMemoryMap(std::function<void(std::string_view)> log);
    ~GuestMemoryMap() override;
    GuestMemoryMap(const GuestMemoryMap&) = delete;
    GuestMemoryMap& operator=(const GuestMemoryMap&) = delete;

    /// EEXIST: part of it is mapped already, and stays what it was. ENOSPC: a limit.
    [[nodiscard]] Result<void> map(const wire::DmaMap& request, Descriptor file);
    /// Removes the maps that lie in a range and tells how much that was. EINVAL: the range ends within one.
    [[nodiscard]] Result<std::uint64_t> unmap(std::uint64_t address, std::uint64_t size);
    std::uint64_t unmap_all();

    [[nodiscard]] bool read(std::uint64_t address, std::span<std::uint8_t> out) override;
    [[nodiscard]] bool write(std::uint64_t address, std::span<const std::uint8_t> bytes) override;

    [[nodiscard]] std::size_t size() const { return maps_.size(); }
    /// What of it takes address space of this process.
    [[nodiscard]] std::uint64_t mapped_bytes() const { return mapped_bytes_; }

private:
    /// One map, and how it is reached: by a mapping of ours, by calls on its file, or not at all.
    class Window;

    const Window* find(std::uint64_t address) const;
    bool covers(std::uint64_t address, std::uint64_t size, std::uint32_t access);
    void complain(std::uint64_t address);

    std::function<void(std::string_view)> log_;
    bool complained_ = false;
    std::map<std::uint64_t, Window> maps_;  ///< by their first address
    std::uint64_t mapped_bytes_ = 0;
    std::size_t files_ = 0;  ///< that are kept open
};

}  // namespace mlosim::vfio
