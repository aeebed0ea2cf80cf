#include "netlink/attribute.h"

#include <algorithm>
#include <cstring>

namespace mlosim::netlink {

template <class T>
T Attribute::load() const noexcept {
    T value{};
    std::memcpy(&value, bytes().data(), std::min(sizeof(T), size()));
    return value;
}

template std::uint8_t Attribute::load() const noexcept;
template std::uint16_t Attribute::load() const noexcept;
template std::uint32_t Attribute::load() const noexcept;
template std::uint64_t Attribute::load() const noexcept;
template std::int8_t Attribute::load() const noexcept;
template std::int16_t Attribute::load() const noexcept;
template std::int32_t Attribute::load() const noexcept;
template std::int64_t Attribute::load() const noexcept;

std::string_view Attribute::string() const noexcept {
    const char* text = reinterpret_cast<const char*>(bytes().data());
    return {text, strnlen(text, size())};
}

std::optional<ieee80211::MacAddress> Attribute::mac() const noexcept {
    if (size() < ieee80211::MacAddress::size) return std::nullopt;
    return ieee80211::MacAddress(bytes().first<ieee80211::MacAddress::size>());
}

bool AttributeRange::Iterator::fits() const noexcept {
    return rest_.size() >= sizeof(nlattr) && header()->nla_len >= sizeof(nlattr) && header()->nla_len <= rest_.size();
}

AttributeRange::Iterator& AttributeRange::Iterator::operator++() noexcept {
    const std::size_t step = std::min<std::size_t>(NLA_ALIGN(header()->nla_len), rest_.size());
    rest_ = rest_.subspan(step);
    offset_ += static_cast<std::uint32_t>(step);
    return *this;
}

std::size_t AttributeRange::leftover() const noexcept {
    Iterator it = begin();
    while (it != end())
        ++it;
    return it.rest();
}

}  // namespace mlosim::netlink
