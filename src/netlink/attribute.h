#pragma once

#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string_view>

#include <linux/netlink.h>

#include "ieee80211/mac_address.h"
#include "sim/result.h"

namespace mlosim::netlink {

/// One netlink attribute inside a message: a view, valid as long as the message's bytes. No accessor reads past the
/// payload: a payload shorter than the type reads as if zeros followed, so that liberal policies are safe.
class Attribute {
public:
    Attribute(const nlattr* attr, std::uint32_t offset) : attr_(attr), offset_(offset) {}

    /// The type without the NLA_F_NESTED and NLA_F_NET_BYTEORDER bits.
    [[nodiscard]] std::uint16_t type() const noexcept { return attr_->nla_type & NLA_TYPE_MASK; }
    [[nodiscard]] bool has_nested_flag() const noexcept { return (attr_->nla_type & NLA_F_NESTED) != 0; }
    [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept {
        return {reinterpret_cast<const std::uint8_t*>(attr_) + NLA_HDRLEN, attr_->nla_len - std::size_t{NLA_HDRLEN}};
    }
    [[nodiscard]] std::size_t size() const noexcept { return attr_->nla_len - std::size_t{NLA_HDRLEN}; }
    /// From the start of the message, for the extended ack.
    [[nodiscard]] AttrOffset offset() const noexcept { return {offset_}; }

    [[nodiscard]] std::uint8_t u8() const noexcept { return load<std::uint8_t>(); }
    [[nodiscard]] std::uint16_t u16() const noexcept { return load<std::uint16_t>(); }
    [[nodiscard]] std::uint32_t u32() const noexcept { return load<std::uint32_t>(); }
    [[nodiscard]] std::uint64_t u64() const noexcept { return load<std::uint64_t>(); }
    [[nodiscard]] std::int8_t s8() const noexcept { return load<std::int8_t>(); }
    [[nodiscard]] std::int16_t s16() const noexcept { return load<std::int16_t>(); }
    [[nodiscard]] std::int32_t s32() const noexcept { return load<std::int32_t>(); }
    [[nodiscard]] std::int64_t s64() const noexcept { return load<std::int64_t>(); }
    /// Up to the first NUL, or the whole payload.
    [[nodiscard]] std::string_view string() const noexcept;
    /// The first six bytes; nothing if there are fewer.
    [[nodiscard]] std::optional<ieee80211::MacAddress> mac() const noexcept;

    [[nodiscard]] const nlattr* raw() const noexcept { return attr_; }

private:
    template <class T>
    [[nodiscard]] T load() const noexcept;

    const nlattr* attr_;
    std::uint32_t offset_;
};

/// The attributes in a run of bytes, in their order: `for (Attribute a : AttributeRange(…))`. Ends before the first
/// that does not fit; leftover() says how many bytes were not understood. cf. nla_for_each_attr()
class AttributeRange {
public:
    /// `offset` is that of `bytes` in its message. The bytes must be aligned as in a message (to 4).
    AttributeRange(std::span<const std::uint8_t> bytes, std::uint32_t offset) : bytes_(bytes), offset_(offset) {}
    /// Those nested in `parent`. cf. nla_for_each_nested()
    explicit AttributeRange(const Attribute& parent)
        : AttributeRange(parent.bytes(), parent.offset().bytes + NLA_HDRLEN) {}
    AttributeRange() = default;

    class Iterator {
    public:
        using value_type = Attribute;
        using difference_type = std::ptrdiff_t;
        using iterator_category = std::input_iterator_tag;
        using pointer = const Attribute*;
        using reference = Attribute;

        Iterator(std::span<const std::uint8_t> rest, std::uint32_t offset) : rest_(rest), offset_(offset) {}
        Attribute operator*() const noexcept { return {header(), offset_}; }
        Iterator& operator++() noexcept;
        Iterator operator++(int) noexcept {
            Iterator old = *this;
            ++*this;
            return old;
        }
        /// Equality with end(): there is no whole attribute any more.
        friend bool operator==(const Iterator& it, std::default_sentinel_t) noexcept { return !it.fits(); }
        [[nodiscard]] std::size_t rest() const noexcept { return rest_.size(); }

    private:
        [[nodiscard]] const nlattr* header() const noexcept { return reinterpret_cast<const nlattr*>(rest_.data()); }
        [[nodiscard]] bool fits() const noexcept;

        std::span<const std::uint8_t> rest_;
        std::uint32_t offset_;
    };

    [[nodiscard]] Iterator begin() const noexcept { return {bytes_, offset_}; }
    [[nodiscard]] static std::default_sentinel_t end() noexcept { return {}; }
    /// Bytes after the last whole attribute.
    [[nodiscard]] std::size_t leftover() const noexcept;

private:
    std::span<const std::uint8_t> bytes_;
    std::uint32_t offset_ = 0;
};

}  // namespace mlosim::netlink
