#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "mt7925/pcie/address_map.h"

namespace mlosim::mt7925::pcie {

/// Registers that do nothing but remember. Of the two megabytes and the bus behind them a driver touches a few hundred;
/// there is room for some thousands.
class RegisterFile {
public:
    static constexpr std::size_t limit = 8192;

    [[nodiscard]] std::uint32_t read(Address address) const {
        const auto found = words_.find(address);
        return found == words_.end() ? 0 : found->second;
    }
    /// False: no room for one more.
    bool write(Address address, std::uint32_t value) {
        const auto found = words_.find(address);
        if (found != words_.end()) {
            found->second = value;
            return true;
        }
        if (value == 0) return true;
        if (words_.size() >= limit) return false;
        words_.emplace(address, value);
        return true;
    }
    void clear() { words_.clear(); }

private:
    std::unordered_map<Address, std::uint32_t> words_;
};

}  // namespace mlosim::mt7925::pcie
