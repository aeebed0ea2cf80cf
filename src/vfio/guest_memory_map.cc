#include "vfio/guest_memory_map.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace mlosim::vfio {

namespace {

/// Part of a file in this process's address space.
class Mapping {
public:
    Mapping() = default;
    /// The bytes of `request`. `alignment` is what the file's own pages ask for: those of a hugetlbfs are large.
    [[nodiscard]] static Result<Mapping> make(const wire::DmaMap& request, int file, std::uint64_t alignment) {
        const std::uint64_t lead = request.offset % alignment;
        const std::uint64_t length = (lead + request.size + alignment - 1) / alignment * alignment;
        const int protection = ((request.flags & wire::dma::readable) != 0 ? PROT_READ : 0) |
                               ((request.flags & wire::dma::writable) != 0 ? PROT_WRITE : 0);
        void* start = ::mmap(nullptr, length, protection, MAP_SHARED, file, static_cast<off_t>(request.offset - lead));
        if (start == MAP_FAILED) return fail(errno);
        return Mapping(static_cast<std::uint8_t*>(start), length, lead);
    }
    Mapping(Mapping&& other) noexcept
        : start_(std::exchange(other.start_, nullptr)), length_(std::exchange(other.length_, 0)), lead_(other.lead_) {}
    Mapping& operator=(Mapping&&) = delete;
    ~Mapping() {
        if (start_) ::munmap(start_, length_);
    }

    explicit operator bool() const { return start_ != nullptr; }
    [[nodiscard]] std::uint64_t length() const { return length_; }
    [[nodiscard]] std::uint8_t* at(std::uint64_t offset) const { return start_ + lead_ + offset; }

private:
    Mapping(std::uint8_t* start, std::uint64_t length, std::uint64_t lead)
        : start_(start), length_(length), lead_(lead) {}

    std::uint8_t* start_ = nullptr;
    std::uint64_t length_ = 0;
    std::uint64_t lead_ = 0;  ///< octets of the first page that are before the map
};

/// How a mapping of the file must be aligned. Nothing: the file might become shorter than the map, and then an access
/// to a mapping of it would be the end of this process.
std::optional<std::uint64_t> alignment_if_safe(const wire::DmaMap& request, int file, int seals) {
    struct stat status {};
    if ((seals & F_SEAL_SHRINK) == 0 || ::fstat(file, &status) != 0) return std::nullopt;
    if (status.st_size < 0 || request.offset + request.size > static_cast<std::uint64_t>(status.st_size))
        return std::nullopt;
    const std::uint64_t alignment =
        std::max(static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)), static_cast<std::uint64_t>(status.st_blksize));
    constexpr std::uint64_t largest_page = std::uint64_t{1} << 34;
    if (!std::has_single_bit(alignment) || alignment > largest_page) return std::nullopt;
    return alignment;
}

}  // namespace

class GuestMemoryMap::Window {
public:
    Window(const wire::DmaMap& request, Descriptor file, Mapping mapping)
        : address_(request.address),
          size_(request.size),
          flags_(request.flags),
          offset_(static_cast<off_t>(request.offset)),
          file_(std::move(file)),
          mapping_(std::move(mapping)) {}

    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] std::uint64_t last() const { return address_ + (size_ - 1); }
    [[nodiscard]] bool allows(std::uint32_t access) const { return (flags_ & access) != 0; }
    [[nodiscard]] bool reachable() const { return mapping_ || file_; }
    [[nodiscard]] std::uint64_t mapped_bytes() const { return mapping_.length(); }
    [[nodiscard]] std::size_t files() const { return file_ ? 1 : 0; }

    /// The file is still as long as that.
    [[nodiscard]] bool holds(std::uint64_t address, std::uint64_t size) const {
        if (mapping_) return true;
        struct stat status {};
        return ::fstat(file_.get(), &status) == 0 && at(address) + static_cast<off_t>(size) <= status.st_size;
    }

    [[nodiscard]] bool read(std::uint64_t address, std::uint8_t* out, std::size_t size) const {
        if (!mapping_) return ::pread(file_.get(), out, size, at(address)) == static_cast<ssize_t>(size);
        std::memcpy(out, mapping_.at(address - address_), size);
        return true;
    }
    [[nodiscard]] bool write(std::uint64_t address, const std::uint8_t* bytes, std::size_t size) const {
        if (!mapping_) return ::pwrite(file_.get(), bytes, size, at(address)) == static_cast<ssize_t>(size);
        std::memcpy(mapping_.at(address - address_), bytes, size);
        return true;
    }

private:
    [[nodiscard]] off_t at(std::uint64_t address) const { return offset_ + static_cast<off_t>(address - address_); }

    std::uint64_t address_;
    std::uint64_t size_;
    std::uint32_t flags_;
    off_t offset_;
    Descriptor file_;  ///< of a map that is reached by calls
    Mapping mapping_;  ///< of one that is mapped
};

GuestMemoryMap::GuestMemoryMap(std::function<void(std::string_view)> log) : log_(std::move(log)) {}

GuestMemoryMap::~GuestMemoryMap() = default;

Result<void> GuestMemoryMap::map(const wire::DmaMap& request, Descriptor file) {
    const auto next = maps_.lower_bound(request.address);
    if (next != maps_.end() && next->first - request.address < request.size) return fail(EEXIST);
    if (next != maps_.begin() && std::prev(next)->second.last() >= request.address) return fail(EEXIST);
    if (maps_.size() >= max_maps) return fail(ENOSPC);

    // Only files in memory have seals. Any other may make whoever reads it wait: for a disk, a network, a FUSE server.
    const int seals = file ? ::fcntl(file.get(), F_GET_SEALS) : -1;
    if (seals < 0) file = Descriptor();
    const auto alignment = file ? alignment_if_safe(request, file.get(), seals) : std::nullopt;
    if (!alignment) {
        if (file && files_ >= max_files) return fail(ENOSPC);
        files_ += file ? 1 : 0;
        maps_.emplace_hint(next, request.address, Window(request, std::move(file), Mapping()));
        return {};
    }
    if (request.size > max_mapped_bytes - std::min(mapped_bytes_, max_mapped_bytes)) return fail(ENOSPC);
    auto mapping = Mapping::make(request, file.get(), *alignment);
    if (!mapping) return fail(mapping.error());
    mapped_bytes_ += mapping->length();
    maps_.emplace_hint(next, request.address, Window(request, Descriptor(), std::move(*mapping)));
    return {};
}

Result<std::uint64_t> GuestMemoryMap::unmap(std::uint64_t address, std::uint64_t size) {
    const std::uint64_t last = address + (size - 1);
    const auto first = maps_.lower_bound(address);
    if (first != maps_.begin() && std::prev(first)->second.last() >= address) return fail(EINVAL);
    const auto end = maps_.upper_bound(last);
    if (end != first && std::prev(end)->second.last() > last) return fail(EINVAL);
    std::uint64_t unmapped = 0;
    for (auto it = first; it != end; it = maps_.erase(it)) {
        unmapped += it->second.size();
        mapped_bytes_ -= it->second.mapped_bytes();
        files_ -= it->second.files();
    }
    return unmapped;
}

std::uint64_t GuestMemoryMap::unmap_all() {
    std::uint64_t unmapped = 0;
    for (const auto& [address, window] : maps_)
        unmapped += window.size();
    maps_.clear();
    mapped_bytes_ = 0;
    files_ = 0;
    return unmapped;
}

const GuestMemoryMap::Window* GuestMemoryMap::find(std::uint64_t address) const {
    const auto above = maps_.upper_bound(address);
    if (above == maps_.begin()) return nullptr;
    const Window& window = std::prev(above)->second;
    return window.last() >= address ? &window : nullptr;
}

bool GuestMemoryMap::covers(std::uint64_t address, std::uint64_t size, std::uint32_t access) {
    if (size > 0 && size - 1 > std::numeric_limits<std::uint64_t>::max() - address) return false;
    while (size > 0) {
        const Window* window = find(address);
        if (!window || !window->allows(access)) return false;
        if (!window->reachable()) {
            complain(address);
            return false;
        }
        const std::uint64_t part = std::min(size - 1, window->last() - address) + 1;
        if (!window->holds(address, part)) return false;
        address += part;
        size -= part;
    }
    return true;
}

bool GuestMemoryMap::read(std::uint64_t address, std::span<std::uint8_t> out) {
    if (!covers(address, out.size(), wire::dma::readable)) return false;
    while (!out.empty()) {
        const Window* window = find(address);
        const std::uint64_t part = std::min<std::uint64_t>(out.size() - 1, window->last() - address) + 1;
        if (!window->read(address, out.data(), part)) return false;
        address += part;
        out = out.subspan(part);
    }
    return true;
}

bool GuestMemoryMap::write(std::uint64_t address, std::span<const std::uint8_t> bytes) {
    if (!covers(address, bytes.size(), wire::dma::writable)) return false;
    while (!bytes.empty()) {
        const Window* window = find(address);
        const std::uint64_t part = std::min<std::uint64_t>(bytes.size() - 1, window->last() - address) + 1;
        if (!window->write(address, bytes.data(), part)) return false;
        address += part;
        bytes = bytes.subspan(part);
    }
    return true;
}

void GuestMemoryMap::complain(std::uint64_t address) {
    if (std::exchange(complained_, true) || !log_) return;
    char text[32];
    std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(address));
    log_("the device cannot reach the guest's memory at " + std::string(text) +
         ", which has no file in memory behind it: the machine's RAM must be a `memory-backend-memfd,share=on`");
}

}  // namespace mlosim::vfio
