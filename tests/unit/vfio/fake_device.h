#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "vfio/device.h"

namespace mlosim::vfio::testing {

/// A device of plain memory that remembers what it was told.
class FakeDevice final : public Device {
public:
    static constexpr std::uint64_t bar_size = std::uint64_t{2} << 20;

    [[nodiscard]] std::uint64_t region_size(std::uint32_t region) const override {
        return region == region::bar0 ? bar_size : region == region::config ? 256 : 0;
    }
    [[nodiscard]] std::uint32_t interrupts(std::uint32_t index) const override {
        return index == interrupt::intx ? 1 : index == interrupt::msi ? 4 : 0;
    }

    void attached(GuestMemory& memory, InterruptLines& lines) override {
        attachments++;
        memory_ = &memory;
        lines_ = &lines;
    }
    void detached() override {
        detachments++;
        memory_ = nullptr;
        lines_ = nullptr;
    }
    void reset() override { resets++; }
    void unmasked(std::uint32_t index) override { unmasks.push_back(index); }

    void read(std::uint32_t region, std::uint64_t offset, std::span<std::uint8_t> out) override {
        std::copy_n(bytes_of(region).begin() + static_cast<std::ptrdiff_t>(offset), out.size(), out.begin());
        reads++;
    }
    void write(std::uint32_t region, std::uint64_t offset, std::span<const std::uint8_t> bytes) override {
        std::copy(bytes.begin(), bytes.end(), bytes_of(region).begin() + static_cast<std::ptrdiff_t>(offset));
        writes++;
    }

    [[nodiscard]] std::vector<std::uint8_t>& bytes_of(std::uint32_t region) {
        auto& bytes = region == region::bar0 ? bar_ : config_;
        bytes.resize(region_size(region));
        return bytes;
    }
    [[nodiscard]] GuestMemory* memory() const { return memory_; }
    [[nodiscard]] InterruptLines* lines() const { return lines_; }

    int attachments = 0;
    int detachments = 0;
    int resets = 0;
    int reads = 0;
    int writes = 0;
    std::vector<std::uint32_t> unmasks;

private:
    GuestMemory* memory_ = nullptr;
    InterruptLines* lines_ = nullptr;
    std::vector<std::uint8_t> bar_;
    std::vector<std::uint8_t> config_;
};

}  // namespace mlosim::vfio::testing
