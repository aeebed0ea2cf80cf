#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "netlink/attribute.h"
#include "netlink/ext_ack.h"
#include "netlink/policy.h"

namespace mlosim::netlink {

/// How strict a parse is: the kernel's NL_VALIDATE_* bits.
enum class Strictness : std::uint8_t {
    liberal = 0,
    trailing = 1,      ///< no bytes after the last attribute
    max_type = 2,      ///< no attribute above the policy's highest
    unspec = 4,        ///< none that the policy does not describe
    strict_attrs = 8,  ///< integers have their exact size
    nested_flag = 16,  ///< NLA_F_NESTED exactly where it belongs
    deprecated_strict = trailing | max_type,
    strict = trailing | max_type | unspec | strict_attrs | nested_flag,
};
constexpr Strictness operator|(Strictness a, Strictness b) {
    return static_cast<Strictness>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr bool operator&(Strictness a, Strictness b) {
    return (static_cast<unsigned>(a) & static_cast<unsigned>(b)) != 0;
}

/// The attributes of a request (or of a nest) after their check against a policy, found by type in constant time. A
/// view over the message's bytes. Of several attributes of one type the last counts, as in the kernel's attrs[].
class Attributes {
public:
    Attributes() = default;

    /// Checks `bytes`, which start `offset` into their message, against `policy`. On failure `ack` says what the
    /// kernel's extended ack would. cf. __nla_parse()
    [[nodiscard]] static Result<Attributes> parse(std::span<const std::uint8_t> bytes, std::uint32_t offset,
                                                  const Policy& policy, Strictness strictness, ExtAck& ack);

    [[nodiscard]] std::optional<Attribute> find(std::uint16_t type) const noexcept {
        if (type >= table_.size() || table_[type] == nullptr) return std::nullopt;
        return Attribute(table_[type], offset_of(table_[type]));
    }
    [[nodiscard]] bool has(std::uint16_t type) const noexcept {
        return type < table_.size() && table_[type] != nullptr;
    }
    /// An NLA_FLAG: there or not.
    [[nodiscard]] bool flag(std::uint16_t type) const noexcept { return has(type); }

    [[nodiscard]] std::optional<std::uint8_t> u8(std::uint16_t type) const { return get<&Attribute::u8>(type); }
    [[nodiscard]] std::optional<std::uint16_t> u16(std::uint16_t type) const { return get<&Attribute::u16>(type); }
    [[nodiscard]] std::optional<std::uint32_t> u32(std::uint16_t type) const { return get<&Attribute::u32>(type); }
    [[nodiscard]] std::optional<std::uint64_t> u64(std::uint16_t type) const { return get<&Attribute::u64>(type); }
    [[nodiscard]] std::optional<std::int8_t> s8(std::uint16_t type) const { return get<&Attribute::s8>(type); }
    [[nodiscard]] std::optional<std::int16_t> s16(std::uint16_t type) const { return get<&Attribute::s16>(type); }
    [[nodiscard]] std::optional<std::int32_t> s32(std::uint16_t type) const { return get<&Attribute::s32>(type); }
    [[nodiscard]] std::optional<std::int64_t> s64(std::uint16_t type) const { return get<&Attribute::s64>(type); }
    [[nodiscard]] std::optional<std::string_view> string(std::uint16_t type) const {
        return get<&Attribute::string>(type);
    }
    [[nodiscard]] std::optional<std::span<const std::uint8_t>> bytes(std::uint16_t type) const {
        return get<&Attribute::bytes>(type);
    }
    /// Nothing if absent or shorter than six bytes (which an eth_addr() policy excludes).
    [[nodiscard]] std::optional<ieee80211::MacAddress> mac(std::uint16_t type) const {
        auto attribute = find(type);
        return attribute ? attribute->mac() : std::nullopt;
    }
    /// What is nested in `type`, unchecked; empty if it is absent. cf. nla_for_each_nested()
    [[nodiscard]] AttributeRange each(std::uint16_t type) const {
        auto attribute = find(type);
        return attribute ? AttributeRange(*attribute) : AttributeRange();
    }
    /// What is nested in `type`, checked; empty if it is absent. cf. nla_parse_nested(), nla_parse_nested_deprecated()
    [[nodiscard]] Result<Attributes> nested(std::uint16_t type, const Policy& policy, Strictness strictness,
                                            ExtAck& ack) const;

    /// Where `type` lies, for `fail(EINVAL, "…", request.at(type))`; nothing if absent.
    [[nodiscard]] std::optional<AttrOffset> at(std::uint16_t type) const noexcept {
        if (!has(type)) return std::nullopt;
        return AttrOffset{offset_of(table_[type])};
    }

private:
    template <auto Getter>
    [[nodiscard]] auto get(std::uint16_t type) const -> std::optional<decltype((std::declval<Attribute>().*Getter)())> {
        auto attribute = find(type);
        if (!attribute) return std::nullopt;
        return ((*attribute).*Getter)();
    }
    [[nodiscard]] std::uint32_t offset_of(const nlattr* attr) const noexcept {
        return offset_ + static_cast<std::uint32_t>(reinterpret_cast<const std::uint8_t*>(attr) - start_);
    }

    std::vector<const nlattr*> table_;
    const std::uint8_t* start_ = nullptr;
    std::uint32_t offset_ = 0;
};

/// What is nested in one attribute, checked.
[[nodiscard]] Result<Attributes> parse_nested(const Attribute& parent, const Policy& policy, Strictness strictness,
                                              ExtAck& ack);

/// The same check without keeping the result. cf. __nla_validate()
[[nodiscard]] Result<void> validate(std::span<const std::uint8_t> bytes, std::uint32_t offset, const Policy& policy,
                                    Strictness strictness, ExtAck& ack);

}  // namespace mlosim::netlink
