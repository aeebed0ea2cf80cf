#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <span>

#include "netlink/attribute.h"
#include "sim/result.h"

namespace mlosim::netlink {

struct Policy;

/// What an attribute must be. The kernel's NLA_* types.
enum class AttributeType : std::uint8_t {
    unspec,
    u8,
    u16,
    u32,
    u64,
    string,
    flag,
    msecs,
    nested,
    nested_array,
    nul_string,
    binary,
    s8,
    s16,
    s32,
    s64,
    bitfield32,
    reject,
    be16,
    be32,
    sint,
    uint,
};

/// What is checked beyond the type: the kernel's NLA_VALIDATE_*.
enum class Validation : std::uint8_t { none, range, range_warn_too_long, min, max, mask, function };

/// A check of its own for one attribute, cf. NLA_POLICY_VALIDATE_FN. A message in the Error becomes the extended ack's.
using AttributeCheck = Result<void> (*)(const Attribute&);

/// The rule for one attribute, cf. struct nla_policy. Made by the functions of namespace `attr`.
struct AttributePolicy {
    AttributeType type = AttributeType::unspec;
    Validation validation = Validation::none;
    std::uint16_t len = 0;  ///< strings: longest; binary: longest (0: any); others: shortest
    std::int64_t min = 0;   ///< of an integer's value or a binary's length
    std::uint64_t max = 0;
    std::uint64_t mask = 0;  ///< bits that may be set (mask, bitfield32)
    const Policy* nested = nullptr;
    AttributeCheck check = nullptr;
    const char* reject_message = nullptr;

    /// The values (lengths, for binary) that an unsigned or signed integer may take by type and validation.
    struct Range {
        std::uint64_t min, max;
    };
    struct SignedRange {
        std::int64_t min, max;
    };
    [[nodiscard]] Range unsigned_range() const;      // cf. nla_get_range_unsigned()
    [[nodiscard]] SignedRange signed_range() const;  // cf. nla_get_range_signed()
};

/// The rules for all attributes of one namespace: `attributes[type]`, up to the highest type that is known.
struct Policy {
    std::span<const AttributePolicy> attributes;
    /// From this type on attributes are validated strictly whatever the command says; 0: none.
    std::uint16_t strict_start = 0;

    [[nodiscard]] constexpr std::uint16_t max_type() const noexcept {
        return attributes.empty() ? std::uint16_t{0} : static_cast<std::uint16_t>(attributes.size() - 1);
    }
};

/// One row of a policy table.
struct PolicyEntry {
    std::uint16_t type;
    AttributePolicy rule;
};

/// `constexpr auto rules = policy_table<NL80211_ATTR_MAX>({{NL80211_ATTR_WIPHY, attr::u32()}, …}); const Policy
/// p{rules};`
template <std::uint16_t MaxType>
constexpr std::array<AttributePolicy, MaxType + 1> policy_table(std::initializer_list<PolicyEntry> entries) {
    std::array<AttributePolicy, MaxType + 1> table{};
    for (const PolicyEntry& entry : entries)
        table.at(entry.type) = entry.rule;
    return table;
}

/// The rules to write policy tables with. Names follow the kernel's macros.
namespace attr {

constexpr AttributePolicy of(AttributeType type, std::uint16_t len = 0) {
    return {.type = type, .len = len};
}
constexpr AttributePolicy u8() {
    return of(AttributeType::u8);
}
constexpr AttributePolicy u16() {
    return of(AttributeType::u16);
}
constexpr AttributePolicy u32() {
    return of(AttributeType::u32);
}
constexpr AttributePolicy u64() {
    return of(AttributeType::u64);
}
constexpr AttributePolicy s8() {
    return of(AttributeType::s8);
}
constexpr AttributePolicy s16() {
    return of(AttributeType::s16);
}
constexpr AttributePolicy s32() {
    return of(AttributeType::s32);
}
constexpr AttributePolicy s64() {
    return of(AttributeType::s64);
}
constexpr AttributePolicy be16() {
    return of(AttributeType::be16);
}
constexpr AttributePolicy be32() {
    return of(AttributeType::be32);
}
constexpr AttributePolicy msecs() {
    return of(AttributeType::msecs);
}
constexpr AttributePolicy sint() {
    return of(AttributeType::sint);
}
constexpr AttributePolicy uint() {
    return of(AttributeType::uint);
}
constexpr AttributePolicy flag() {
    return of(AttributeType::flag);
}
/// NLA_UNSPEC with a shortest length.
constexpr AttributePolicy unspec(std::uint16_t shortest = 0) {
    return of(AttributeType::unspec, shortest);
}
/// NLA_STRING, not necessarily terminated, of at most `longest` characters (0: any).
constexpr AttributePolicy string(std::uint16_t longest = 0) {
    return of(AttributeType::string, longest);
}
/// NLA_NUL_STRING of at most `longest` characters without the NUL (0: any).
constexpr AttributePolicy nul_string(std::uint16_t longest = 0) {
    return of(AttributeType::nul_string, longest);
}
/// NLA_BINARY of at most `longest` bytes (0: any).
constexpr AttributePolicy binary(std::uint16_t longest = 0) {
    return of(AttributeType::binary, longest);
}
/// NLA_POLICY_RANGE / _FULL_RANGE. For binary: of the length.
constexpr AttributePolicy range(AttributeType type, std::int64_t min, std::uint64_t max) {
    return {.type = type, .validation = Validation::range, .min = min, .max = max};
}
/// The same for a signed integer whose highest value may be negative too.
constexpr AttributePolicy signed_range(AttributeType type, std::int64_t min, std::int64_t max) {
    return {.type = type, .validation = Validation::range, .min = min, .max = static_cast<std::uint64_t>(max)};
}
constexpr AttributePolicy min(AttributeType type, std::int64_t least) {
    return {.type = type, .validation = Validation::min, .min = least};
}
constexpr AttributePolicy max(AttributeType type, std::uint64_t most) {
    return {.type = type, .validation = Validation::max, .max = most};
}
constexpr AttributePolicy mask(AttributeType type, std::uint64_t allowed) {
    return {.type = type, .validation = Validation::mask, .mask = allowed};
}
/// NLA_POLICY_EXACT_LEN.
constexpr AttributePolicy exact_len(std::uint16_t len) {
    return range(AttributeType::binary, len, len);
}
/// NLA_POLICY_EXACT_LEN_WARN: longer is tolerated where validation is liberal.
constexpr AttributePolicy exact_len_warn(std::uint16_t len) {
    return {.type = AttributeType::binary, .validation = Validation::range_warn_too_long, .min = len, .max = len};
}
constexpr AttributePolicy min_len(std::uint16_t len) {
    return min(AttributeType::binary, len);
}
constexpr AttributePolicy max_len(std::uint16_t len) {
    return max(AttributeType::binary, len);
}
constexpr AttributePolicy eth_addr() {
    return exact_len(6);
}
constexpr AttributePolicy eth_addr_compat() {
    return exact_len_warn(6);
}
constexpr AttributePolicy bitfield32(std::uint32_t valid) {
    return {.type = AttributeType::bitfield32, .mask = valid};
}
constexpr AttributePolicy nested() {
    return of(AttributeType::nested);
}
constexpr AttributePolicy nested(const Policy& inner) {
    return {.type = AttributeType::nested, .nested = &inner};
}
constexpr AttributePolicy nested_array() {
    return of(AttributeType::nested_array);
}
constexpr AttributePolicy nested_array(const Policy& inner) {
    return {.type = AttributeType::nested_array, .nested = &inner};
}
constexpr AttributePolicy reject(const char* message = nullptr) {
    return {.type = AttributeType::reject, .reject_message = message};
}
constexpr AttributePolicy checked(AttributeType type, AttributeCheck check, std::uint16_t len = 0) {
    return {.type = type, .validation = Validation::function, .len = len, .check = check};
}

}  // namespace attr

}  // namespace mlosim::netlink
