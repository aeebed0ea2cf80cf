#pragma once

#include <cstdint>

#include "mt7925/layout.h"

namespace mlosim::mt7925::host {

/// A payload whose header says how many TLVs follow, at octets 2 and 3 as all such headers have it.
/// cf. mt76_connac_mcu_add_nested_tlv()
class CountedMessage {
public:
    template <class Header>
    explicit CountedMessage(const Header& header) : payload_(header) {}

    template <class T>
    CountedMessage& add(const T& tlv) {
        payload_.add(tlv);
        ++count_;
        return *this;
    }
    [[nodiscard]] Bytes bytes() const {
        Bytes out = payload_.bytes();
        out[2] = static_cast<std::uint8_t>(count_);
        out[3] = static_cast<std::uint8_t>(count_ >> 8U);
        return out;
    }

private:
    PayloadBuilder payload_;
    std::uint16_t count_ = 0;
};

}  // namespace mlosim::mt7925::host
