#include "netlink/policy_dump.h"

#include <algorithm>
#include <limits>

#include <linux/netlink.h>

#include "sim/invariant.h"

namespace mlosim::netlink {

namespace {

using Type = AttributeType;

// Newer than Debian 12's <linux/netlink.h>.
constexpr std::uint32_t nl_attr_type_sint = 16;
constexpr std::uint32_t nl_attr_type_uint = 17;

/// enum netlink_attribute_type for a rule. cf. __netlink_policy_dump_write_attr()
std::uint32_t wire_type(Type type) {
    switch (type) {
        case Type::u8:
            return NL_ATTR_TYPE_U8;
        case Type::u16:
            return NL_ATTR_TYPE_U16;
        case Type::u32:
            return NL_ATTR_TYPE_U32;
        case Type::u64:
            return NL_ATTR_TYPE_U64;
        case Type::uint:
        case Type::msecs:
            return nl_attr_type_uint;
        case Type::s8:
            return NL_ATTR_TYPE_S8;
        case Type::s16:
            return NL_ATTR_TYPE_S16;
        case Type::s32:
            return NL_ATTR_TYPE_S32;
        case Type::s64:
            return NL_ATTR_TYPE_S64;
        case Type::sint:
            return nl_attr_type_sint;
        case Type::bitfield32:
            return NL_ATTR_TYPE_BITFIELD32;
        case Type::string:
            return NL_ATTR_TYPE_STRING;
        case Type::nul_string:
            return NL_ATTR_TYPE_NUL_STRING;
        case Type::binary:
            return NL_ATTR_TYPE_BINARY;
        case Type::flag:
            return NL_ATTR_TYPE_FLAG;
        case Type::nested:
            return NL_ATTR_TYPE_NESTED;
        case Type::nested_array:
            return NL_ATTR_TYPE_NESTED_ARRAY;
        case Type::unspec:
        case Type::reject:
        case Type::be16:
        case Type::be32:
            break;
    }
    return NL_ATTR_TYPE_INVALID;
}

void write_unsigned(MessageBuilder& message, const AttributePolicy& rule) {
    if (rule.validation == Validation::mask) {
        message.put_u64(NL_POLICY_TYPE_ATTR_MASK, rule.mask);
    } else if (rule.validation != Validation::function) {
        const auto range = rule.unsigned_range();
        message.put_u64(NL_POLICY_TYPE_ATTR_MIN_VALUE_U, range.min);
        message.put_u64(NL_POLICY_TYPE_ATTR_MAX_VALUE_U, range.max);
    }
}

void write_signed(MessageBuilder& message, const AttributePolicy& rule) {
    if (rule.validation == Validation::function) return;
    const auto range = rule.signed_range();
    message.put_s64(NL_POLICY_TYPE_ATTR_MIN_VALUE_S, range.min);
    message.put_s64(NL_POLICY_TYPE_ATTR_MAX_VALUE_S, range.max);
}

void write_lengths(MessageBuilder& message, const AttributePolicy& rule) {
    if (rule.validation == Validation::range || rule.validation == Validation::range_warn_too_long) {
        const auto range = rule.unsigned_range();
        if (range.min != 0) message.put_u32(NL_POLICY_TYPE_ATTR_MIN_LENGTH, static_cast<std::uint32_t>(range.min));
        if (range.max < std::numeric_limits<std::uint16_t>::max())
            message.put_u32(NL_POLICY_TYPE_ATTR_MAX_LENGTH, static_cast<std::uint32_t>(range.max));
    } else if (rule.len != 0) {
        message.put_u32(NL_POLICY_TYPE_ATTR_MAX_LENGTH, rule.len);
    }
}

}  // namespace

bool write_attribute_policy(MessageBuilder& message, const AttributePolicy& rule, std::uint16_t nest_type,
                            const PolicyDump* known) {
    const std::uint32_t type = wire_type(rule.type);
    if (type == NL_ATTR_TYPE_INVALID) return false;
    auto nest = message.nest(nest_type);
    switch (rule.type) {
        case Type::nested:
        case Type::nested_array:
            if (known != nullptr && rule.nested != nullptr && rule.nested->max_type() != 0) {
                message.put_u32(NL_POLICY_TYPE_ATTR_POLICY_IDX, known->index(*rule.nested));
                message.put_u32(NL_POLICY_TYPE_ATTR_POLICY_MAXTYPE, rule.nested->max_type());
            }
            break;
        case Type::u8:
        case Type::u16:
        case Type::u32:
        case Type::u64:
        case Type::uint:
        case Type::msecs:
            write_unsigned(message, rule);
            break;
        case Type::s8:
        case Type::s16:
        case Type::s32:
        case Type::s64:
        case Type::sint:
            write_signed(message, rule);
            break;
        case Type::bitfield32:
            message.put_u32(NL_POLICY_TYPE_ATTR_BITFIELD32_MASK, static_cast<std::uint32_t>(rule.mask));
            break;
        case Type::string:
        case Type::nul_string:
        case Type::binary:
            write_lengths(message, rule);
            break;
        default:
            break;
    }
    message.put_u32(NL_POLICY_TYPE_ATTR_TYPE, type);
    return true;
}

void PolicyDump::add_one(const Policy& policy) {
    if (std::find(policies_.begin(), policies_.end(), &policy) == policies_.end()) policies_.push_back(&policy);
}

// cf. netlink_policy_dump_add_policy(): the list grows while it is walked
void PolicyDump::add(const Policy& policy) {
    add_one(policy);
    for (std::size_t i = 0; i < policies_.size(); ++i)
        for (const AttributePolicy& rule : policies_[i]->attributes)
            if (rule.nested != nullptr) add_one(*rule.nested);
}

std::uint32_t PolicyDump::index(const Policy& policy) const {
    const auto found = std::find(policies_.begin(), policies_.end(), &policy);
    MLOSIM_INVARIANT(found != policies_.end(), "every policy that is told about was added before");
    return static_cast<std::uint32_t>(found - policies_.begin());
}

// cf. netlink_policy_dump_write()
bool PolicyDump::write(MessageBuilder& message) {
    while (!finished()) {
        const Policy& policy = *policies_[policy_];
        const auto policy_index = static_cast<std::uint16_t>(policy_);
        const auto type = static_cast<std::uint16_t>(attribute_);
        if (++attribute_ > policy.max_type()) {
            attribute_ = 0;
            ++policy_;
        }
        auto nest = message.nest(policy_index);
        if (type < policy.attributes.size() && write_attribute_policy(message, policy.attributes[type], type, this))
            return true;
        nest.cancel();
        if (message.overflowed()) return true;
    }
    return false;
}

}  // namespace mlosim::netlink
