#include "netlink/attributes.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include <arpa/inet.h>

namespace mlosim::netlink {

namespace {

/// cf. MAX_POLICY_RECURSION_DEPTH: nested policies may refer back to themselves.
constexpr unsigned max_depth = 10;

using Type = AttributeType;

/// Exact payload size of the fixed-size types, 0 for the others. cf. nla_attr_len[]
constexpr std::size_t exact_size(Type type) {
    switch (type) {
        case Type::u8:
        case Type::s8:
            return 1;
        case Type::u16:
        case Type::s16:
        case Type::be16:
            return 2;
        case Type::u32:
        case Type::s32:
        case Type::be32:
            return 4;
        case Type::u64:
        case Type::s64:
            return 8;
        default:
            return 0;
    }
}

/// cf. nla_attr_minlen[]
constexpr std::size_t shortest_size(Type type) {
    if (type == Type::msecs) return 8;
    if (type == Type::nested) return NLA_HDRLEN;
    return exact_size(type);
}

constexpr bool is_signed(Type type) {
    return type == Type::s8 || type == Type::s16 || type == Type::s32 || type == Type::s64 || type == Type::sint;
}

std::uint64_t unsigned_value(const Attribute& attribute, Type type) {
    switch (type) {
        case Type::u8:
            return attribute.u8();
        case Type::u16:
            return attribute.u16();
        case Type::u32:
            return attribute.u32();
        case Type::be16:
            return ntohs(attribute.u16());
        case Type::be32:
            return ntohl(attribute.u32());
        case Type::binary:
            return attribute.size();
        default:  // u64, msecs; uint of either size
            return attribute.u64();
    }
}

std::int64_t signed_value(const Attribute& attribute, Type type) {
    switch (type) {
        case Type::s8:
            return attribute.s8();
        case Type::s16:
            return attribute.s16();
        case Type::s32:
            return attribute.s32();
        case Type::sint:
            return attribute.size() == 4 ? attribute.s32() : attribute.s64();
        default:
            return attribute.s64();
    }
}

/// One parse: carries what every step needs.
class Validator {
public:
    Validator(ExtAck& ack) : ack_(ack) {}

    // cf. __nla_validate_parse()
    Result<void> run(AttributeRange range, const Policy& policy, Strictness strictness, unsigned depth,
                     std::vector<const nlattr*>* table) {
        if (depth >= max_depth) return refuse(EINVAL, "allowed policy recursion depth exceeded");
        auto it = range.begin();
        for (; it != range.end(); ++it) {
            const Attribute attribute = *it;
            const std::uint16_t type = attribute.type();
            if (type == 0 || type > policy.max_type()) {
                if (strictness & Strictness::max_type) return refuse(EINVAL, "Unknown attribute type", attribute);
                continue;
            }
            if (auto checked = check(attribute, policy, strictness, depth); !checked) return checked;
            if (table != nullptr) (*table)[type] = attribute.raw();
        }
        if (it.rest() > 0) {
            ack_.message = "bytes leftover after parsing attributes";
            if (strictness & Strictness::trailing) return fail(EINVAL, ack_.message);
        }
        return {};
    }

private:
    tl::unexpected<Error> refuse(int code, const char* message) {
        ack_.message = message;
        return fail(code, message);
    }
    tl::unexpected<Error> refuse(int code, const char* message, const Attribute& at) {
        ack_.bad_attribute = at.offset();
        ack_.policy = nullptr;
        return refuse(code, message);
    }
    tl::unexpected<Error> refuse(int code, const char* message, const Attribute& at, const AttributePolicy& rule) {
        auto error = refuse(code, message, at);
        ack_.policy = &rule;
        return error;
    }

    // cf. validate_nla()
    Result<void> check(const Attribute& attribute, const Policy& policy, Strictness strictness, unsigned depth) {
        if (policy.strict_start != 0 && attribute.type() >= policy.strict_start) strictness = Strictness::strict;
        const AttributePolicy& rule = policy.attributes[attribute.type()];
        const bool nest = rule.type == Type::nested || rule.type == Type::nested_array;

        if (exact_size(rule.type) != 0 && attribute.size() != exact_size(rule.type) &&
            (strictness & Strictness::strict_attrs))
            return refuse(EINVAL, "invalid attribute length", attribute, rule);
        if (strictness & Strictness::nested_flag) {
            if (nest && !attribute.has_nested_flag()) return refuse(EINVAL, "NLA_F_NESTED is missing", attribute, rule);
            if (!nest && rule.type != Type::unspec && attribute.has_nested_flag())
                return refuse(EINVAL, "NLA_F_NESTED not expected", attribute, rule);
        }
        if (auto typed = check_type(attribute, rule, strictness, depth); !typed) return typed;
        return check_value(attribute, rule, strictness);
    }

    Result<void> check_type(const Attribute& attribute, const AttributePolicy& rule, Strictness strictness,
                            unsigned depth) {
        const auto failed = [&](int code) {
            return refuse(code, "Attribute failed policy validation", attribute, rule);
        };
        const std::size_t size = attribute.size();
        switch (rule.type) {
            case Type::reject:
                if (rule.reject_message != nullptr) return refuse(EINVAL, rule.reject_message, attribute);
                return failed(EINVAL);
            case Type::flag:
                if (size > 0) return failed(ERANGE);
                return {};
            case Type::sint:
            case Type::uint:
                if (size != 4 && size != 8) return refuse(EINVAL, "invalid attribute length", attribute, rule);
                return {};
            case Type::bitfield32:
                if (size != 8) return failed(ERANGE);
                if (!bitfield_ok(attribute, rule.mask)) return failed(EINVAL);
                return {};
            case Type::nul_string: {
                const std::size_t within = rule.len != 0 ? std::min<std::size_t>(size, rule.len + 1U) : size;
                const auto text = attribute.bytes().first(within);
                if (std::find(text.begin(), text.end(), 0) == text.end()) return failed(EINVAL);
                return string_fits(attribute, rule) ? Result<void>{} : failed(ERANGE);
            }
            case Type::string:
                return string_fits(attribute, rule) ? Result<void>{} : failed(ERANGE);
            case Type::binary:
                if (rule.len != 0 && size > rule.len) return failed(ERANGE);
                return {};
            case Type::nested:
            case Type::nested_array:
                if (size == 0) return {};
                if (size < NLA_HDRLEN) return failed(ERANGE);
                if (rule.nested == nullptr) return {};
                if (rule.type == Type::nested)
                    return run(AttributeRange(attribute), *rule.nested, strictness, depth + 1, nullptr);
                return check_array(attribute, *rule.nested, strictness, depth);
            case Type::unspec:
                if (strictness & Strictness::unspec) return refuse(EINVAL, "Unsupported attribute", attribute);
                if (size < rule.len) return failed(ERANGE);
                return {};
            default:
                if (size < (rule.len != 0 ? std::size_t{rule.len} : shortest_size(rule.type))) return failed(ERANGE);
                return {};
        }
    }

    // cf. nla_validate_array()
    Result<void> check_array(const Attribute& attribute, const Policy& inner, Strictness strictness, unsigned depth) {
        for (const Attribute entry : AttributeRange(attribute)) {
            if (entry.size() == 0) continue;
            if (entry.size() < NLA_HDRLEN)
                return inner.attributes.empty() ? refuse(ERANGE, "Array element too short", entry)
                                                : refuse(ERANGE, "Array element too short", entry, inner.attributes[0]);
            if (auto ok = run(AttributeRange(entry), inner, strictness, depth + 1, nullptr); !ok) return ok;
        }
        return {};
    }

    Result<void> check_value(const Attribute& attribute, const AttributePolicy& rule, Strictness strictness) {
        switch (rule.validation) {
            case Validation::none:
                return {};
            case Validation::mask:  // cf. nla_validate_mask()
                if ((unsigned_value(attribute, rule.type) & ~rule.mask) != 0)
                    return refuse(EINVAL, "reserved bit set", attribute);
                return {};
            case Validation::function:
                return run_check(attribute, rule);
            default:
                return check_range(attribute, rule, strictness);
        }
    }

    Result<void> run_check(const Attribute& attribute, const AttributePolicy& rule) {
        if (rule.check == nullptr) return {};
        auto result = rule.check(attribute);
        if (!result) {
            if (!result.error().message.empty()) ack_.message = result.error().message;
            if (result.error().at) ack_.bad_attribute = result.error().at;
        }
        return result;
    }

    // cf. nla_validate_range_unsigned(), nla_validate_int_range_signed()
    Result<void> check_range(const Attribute& attribute, const AttributePolicy& rule, Strictness strictness) {
        if (is_signed(rule.type)) {
            const auto allowed = rule.signed_range();
            const std::int64_t value = signed_value(attribute, rule.type);
            if (value < allowed.min || value > allowed.max)
                return refuse(ERANGE, "integer out of range", attribute, rule);
            return {};
        }
        const auto allowed = rule.unsigned_range();
        const std::uint64_t value = unsigned_value(attribute, rule.type);
        if (rule.validation == Validation::range_warn_too_long && rule.type == Type::binary && value > allowed.max) {
            if (strictness & Strictness::strict_attrs)
                return refuse(EINVAL, "invalid attribute length", attribute, rule);
            return {};
        }
        if (value < allowed.min || value > allowed.max)
            return refuse(ERANGE,
                          rule.type == Type::binary ? "binary attribute size out of range" : "integer out of range",
                          attribute, rule);
        return {};
    }

    static bool string_fits(const Attribute& attribute, const AttributePolicy& rule) {
        std::size_t size = attribute.size();
        if (size < 1) return false;
        if (rule.len == 0) return true;
        if (attribute.bytes()[size - 1] == 0) --size;
        return size <= rule.len;
    }

    // cf. validate_nla_bitfield32(): {value, selector}
    static bool bitfield_ok(const Attribute& attribute, std::uint64_t valid) {
        std::uint32_t value = 0;
        std::uint32_t selector = 0;
        std::memcpy(&value, attribute.bytes().data(), 4);
        std::memcpy(&selector, attribute.bytes().data() + 4, 4);
        return valid != 0 && (selector & ~valid) == 0 && (value & ~valid) == 0 && (value & ~selector) == 0;
    }

    ExtAck& ack_;
};

}  // namespace

AttributePolicy::Range AttributePolicy::unsigned_range() const {
    Range range{0, std::numeric_limits<std::uint64_t>::max()};
    switch (type) {
        case Type::u8:
            range.max = std::numeric_limits<std::uint8_t>::max();
            break;
        case Type::u16:
        case Type::be16:
        case Type::binary:
        case Type::string:
        case Type::nul_string:
            range.max = std::numeric_limits<std::uint16_t>::max();
            break;
        case Type::u32:
        case Type::be32:
            range.max = std::numeric_limits<std::uint32_t>::max();
            break;
        default:
            break;
    }
    const bool both = validation == Validation::range || validation == Validation::range_warn_too_long;
    if (both || validation == Validation::min) range.min = static_cast<std::uint64_t>(min);
    if (both || validation == Validation::max) range.max = max;
    return range;
}

AttributePolicy::SignedRange AttributePolicy::signed_range() const {
    const std::size_t bits = exact_size(type) == 0 ? 64 : exact_size(type) * 8;
    const std::int64_t highest = static_cast<std::int64_t>(~std::uint64_t{0} >> (65 - bits));
    SignedRange range{-highest - 1, highest};
    if (validation == Validation::range || validation == Validation::min) range.min = min;
    if (validation == Validation::range || validation == Validation::max) range.max = static_cast<std::int64_t>(max);
    return range;
}

Result<Attributes> Attributes::parse(std::span<const std::uint8_t> bytes, std::uint32_t offset, const Policy& policy,
                                     Strictness strictness, ExtAck& ack) {
    Attributes result;
    result.table_.resize(policy.attributes.size());
    result.start_ = bytes.data();
    result.offset_ = offset;
    auto checked = Validator(ack).run(AttributeRange(bytes, offset), policy, strictness, 0, &result.table_);
    if (!checked) return fail(std::move(checked.error()));
    return result;
}

Result<Attributes> parse_nested(const Attribute& parent, const Policy& policy, Strictness strictness, ExtAck& ack) {
    if ((strictness & Strictness::nested_flag) && !parent.has_nested_flag()) {
        ack.message = "NLA_F_NESTED is missing";
        ack.bad_attribute = parent.offset();
        return fail(EINVAL, ack.message, parent.offset());
    }
    return Attributes::parse(parent.bytes(), parent.offset().bytes + NLA_HDRLEN, policy, strictness, ack);
}

Result<Attributes> Attributes::nested(std::uint16_t type, const Policy& policy, Strictness strictness,
                                      ExtAck& ack) const {
    if (auto parent = find(type)) return parse_nested(*parent, policy, strictness, ack);
    return Attributes();
}

Result<void> validate(std::span<const std::uint8_t> bytes, std::uint32_t offset, const Policy& policy,
                      Strictness strictness, ExtAck& ack) {
    return Validator(ack).run(AttributeRange(bytes, offset), policy, strictness, 0, nullptr);
}

}  // namespace mlosim::netlink
