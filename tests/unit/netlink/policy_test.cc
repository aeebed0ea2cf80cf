#include "netlink/policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "netlink/attributes.h"
#include "netlink/message.h"
#include "netlink/policy_dump.h"

namespace mlosim::netlink::test {
namespace {

using testing::ElementsAre;

extern const Policy outer;  // refers to itself, as nl80211's policy does

Result<void> even(const Attribute& attribute) {
    if (attribute.u8() % 2 != 0) return fail(EINVAL, "odd", attribute.offset());
    return {};
}

constexpr auto inner_rules = policy_table<2>({{1, attr::u8()}, {2, attr::nested(outer)}});
constexpr Policy inner{inner_rules};

enum Type : std::uint16_t {
    t_u32 = 1,
    t_range,
    t_signed,
    t_string,
    t_nul,
    t_binary,
    t_exact,
    t_warn,
    t_min_len,
    t_flag,
    t_mask,
    t_bitfield,
    t_reject,
    t_reject_why,
    t_nested,
    t_array,
    t_check,
    t_unspec,
    t_msecs,
    t_be16,
    t_uint,
    t_after,
    t_max = t_after
};

constexpr auto outer_rules = policy_table<t_max>({
    {t_u32, attr::u32()},
    {t_range, attr::range(AttributeType::u8, 2, 4)},
    {t_signed, attr::signed_range(AttributeType::s8, -3, -1)},
    {t_string, attr::string(3)},
    {t_nul, attr::nul_string(3)},
    {t_binary, attr::binary(4)},
    {t_exact, attr::exact_len(6)},
    {t_warn, attr::exact_len_warn(6)},
    {t_min_len, attr::min_len(2)},
    {t_flag, attr::flag()},
    {t_mask, attr::mask(AttributeType::u16, 0x0f)},
    {t_bitfield, attr::bitfield32(3)},
    {t_reject, attr::reject()},
    {t_reject_why, attr::reject("not here")},
    {t_nested, attr::nested(inner)},
    {t_array, attr::nested_array(inner)},
    {t_check, attr::checked(AttributeType::u8, even)},
    {t_unspec, attr::unspec(2)},
    {t_msecs, attr::msecs()},
    {t_be16, attr::range(AttributeType::be16, 0x100, 0x200)},
    {t_uint, attr::uint()},
    {t_after, attr::u8()},
});
constexpr Policy outer{outer_rules};
constexpr Policy strict_from_20{outer_rules, t_be16};

/// Attributes at offset 20 of a message, as in generic netlink.
struct Bytes {
    MessageBuilder message{MessageHead{}, 70000};
    Bytes() { message.put_header(std::uint32_t{0}); }
    [[nodiscard]] std::span<const std::uint8_t> get() const { return message.bytes().subspan(20); }
};

Bytes one(std::uint16_t type, std::vector<std::uint8_t> payload) {
    Bytes bytes;
    bytes.message.put(type, payload);
    return bytes;
}

struct Case {
    const char* why;
    std::uint16_t type;
    std::vector<std::uint8_t> payload;
    int liberal;  ///< errno, 0: accepted
    int strict;
    const char* message;  ///< of the stricter refusal
};

const Case cases[] = {
    {"u32 of four bytes", t_u32, {1, 2, 3, 4}, 0, 0, ""},
    {"u32 too short", t_u32, {1, 2}, ERANGE, EINVAL, "invalid attribute length"},
    {"u32 too long is tolerated of old", t_u32, {1, 2, 3, 4, 5}, 0, EINVAL, "invalid attribute length"},
    {"lowest of a range", t_range, {2}, 0, 0, ""},
    {"below a range", t_range, {1}, ERANGE, ERANGE, "integer out of range"},
    {"above a range", t_range, {5}, ERANGE, ERANGE, "integer out of range"},
    {"highest of a signed range", t_signed, {0xff}, 0, 0, ""},
    {"above a signed range", t_signed, {0}, ERANGE, ERANGE, "integer out of range"},
    {"string that just fits", t_string, {'a', 'b', 'c'}, 0, 0, ""},
    {"its NUL does not count", t_string, {'a', 'b', 'c', 0}, 0, 0, ""},
    {"string too long", t_string, {'a', 'b', 'c', 'd'}, ERANGE, ERANGE, "Attribute failed policy validation"},
    {"empty string", t_string, {}, ERANGE, ERANGE, "Attribute failed policy validation"},
    {"terminated string", t_nul, {'a', 0}, 0, 0, ""},
    {"unterminated string", t_nul, {'a', 'b'}, EINVAL, EINVAL, "Attribute failed policy validation"},
    {"terminated too late", t_nul, {'a', 'b', 'c', 'd', 0}, EINVAL, EINVAL, "Attribute failed policy validation"},
    {"binary that just fits", t_binary, {1, 2, 3, 4}, 0, 0, ""},
    {"binary too long", t_binary, {1, 2, 3, 4, 5}, ERANGE, ERANGE, "Attribute failed policy validation"},
    {"address", t_exact, {1, 2, 3, 4, 5, 6}, 0, 0, ""},
    {"address too short", t_exact, {1, 2, 3, 4, 5}, ERANGE, ERANGE, "binary attribute size out of range"},
    {"address too long", t_exact, {1, 2, 3, 4, 5, 6, 7}, ERANGE, ERANGE, "binary attribute size out of range"},
    {"old address too long is tolerated", t_warn, {1, 2, 3, 4, 5, 6, 7}, 0, EINVAL, "invalid attribute length"},
    {"old address too short is not", t_warn, {1, 2, 3, 4, 5}, ERANGE, ERANGE, "binary attribute size out of range"},
    {"shortest length met", t_min_len, {1, 2}, 0, 0, ""},
    {"shortest length missed", t_min_len, {1}, ERANGE, ERANGE, "binary attribute size out of range"},
    {"flag", t_flag, {}, 0, 0, ""},
    {"flag with a payload", t_flag, {1}, ERANGE, ERANGE, "Attribute failed policy validation"},
    {"allowed bits", t_mask, {0x0f, 0}, 0, 0, ""},
    {"reserved bits", t_mask, {0x10, 0}, EINVAL, EINVAL, "reserved bit set"},
    {"selected bits", t_bitfield, {1, 0, 0, 0, 3, 0, 0, 0}, 0, 0, ""},
    {"unselected bit set", t_bitfield, {2, 0, 0, 0, 1, 0, 0, 0}, EINVAL, EINVAL, "Attribute failed policy validation"},
    {"unknown bit", t_bitfield, {0, 0, 0, 0, 4, 0, 0, 0}, EINVAL, EINVAL, "Attribute failed policy validation"},
    {"half a bitfield", t_bitfield, {1, 0, 0, 0}, ERANGE, ERANGE, "Attribute failed policy validation"},
    {"rejected", t_reject, {}, EINVAL, EINVAL, "Attribute failed policy validation"},
    {"rejected with a reason", t_reject_why, {}, EINVAL, EINVAL, "not here"},
    {"its own check passes", t_check, {4}, 0, 0, ""},
    {"its own check fails", t_check, {5}, EINVAL, EINVAL, "odd"},
    {"undescribed", t_unspec, {1, 2}, 0, EINVAL, "Unsupported attribute"},
    {"undescribed and short", t_unspec, {1}, ERANGE, EINVAL, "Unsupported attribute"},
    {"milliseconds", t_msecs, {1, 2, 3, 4, 5, 6, 7, 8}, 0, 0, ""},
    {"milliseconds cut", t_msecs, {1, 2, 3, 4}, ERANGE, ERANGE, "Attribute failed policy validation"},
    {"network order in range", t_be16, {1, 0x80}, 0, 0, ""},
    {"network order out of range", t_be16, {0x80, 1}, ERANGE, ERANGE, "integer out of range"},
    {"uint of four", t_uint, {1, 0, 0, 0}, 0, 0, ""},
    {"uint of three", t_uint, {1, 0, 0}, EINVAL, EINVAL, "invalid attribute length"},
    {"unknown type", t_max + 1, {1}, 0, EINVAL, "Unknown attribute type"},
    {"type 0", 0, {1}, 0, EINVAL, "Unknown attribute type"},
    {"nest with the flag missing", t_nested, {}, 0, EINVAL, "NLA_F_NESTED is missing"},
    {"flag where no nest is", t_u32 | NLA_F_NESTED, {1, 2, 3, 4}, 0, EINVAL, "NLA_F_NESTED not expected"},
    {"nest of three bytes", t_nested | NLA_F_NESTED, {1, 2, 3}, ERANGE, ERANGE, "Attribute failed policy validation"},
};

int outcome(const Bytes& bytes, const Policy& policy, Strictness strictness, ExtAck& ack) {
    auto parsed = Attributes::parse(bytes.get(), 20, policy, strictness, ack);
    return parsed ? 0 : parsed.error().code;
}

TEST(PolicyTest, AcceptsAndRefusesWhatTheKernelDoes) {
    for (const Case& c : cases) {
        const Bytes bytes = one(c.type, c.payload);
        ExtAck liberal;
        ExtAck strict;
        EXPECT_EQ(outcome(bytes, outer, Strictness::liberal, liberal), c.liberal) << c.why;
        EXPECT_EQ(outcome(bytes, outer, Strictness::strict, strict), c.strict) << c.why;
        EXPECT_EQ(strict.message, c.message) << c.why;
        if (c.strict != 0) {
            EXPECT_EQ(strict.bad_attribute, AttrOffset{20}) << c.why;
        }
    }
}

TEST(PolicyTest, PointsAtTheAttributeDeepInside) {
    Bytes bytes;
    bytes.message.put_u32(t_u32, 1);
    {
        auto nest = bytes.message.nest(t_nested);
        auto again = bytes.message.nest(2);
        bytes.message.put_u8(t_range, 9);
    }
    ExtAck ack;
    EXPECT_EQ(outcome(bytes, outer, Strictness::liberal, ack), ERANGE);
    EXPECT_EQ(ack.bad_attribute, AttrOffset{20 + 8 + 4 + 4});
    EXPECT_EQ(ack.policy, &outer_rules[t_range]);
}

TEST(PolicyTest, ChecksEveryEntryOfAnArray) {
    Bytes bytes;
    {
        auto array = bytes.message.nest(t_array);
        { auto empty = bytes.message.nest(1); }
        {
            auto entry = bytes.message.nest(7);
            bytes.message.put_u8(1, 1);
        }
        bytes.message.put_u8(8, 1);
    }
    ExtAck ack;
    EXPECT_EQ(outcome(bytes, outer, Strictness::liberal, ack), ERANGE);
    EXPECT_EQ(ack.message, "Array element too short");
}

TEST(PolicyTest, EndsRecursionAtTheKernelsDepth) {
    for (const int depth : {4, 5}) {
        Bytes bytes;
        std::vector<Nest> nests;
        for (int i = 0; i < depth; ++i) {
            nests.push_back(bytes.message.nest(t_nested));
            nests.push_back(bytes.message.nest(2));
        }
        bytes.message.put_u32(t_u32, 1);
        while (!nests.empty())
            nests.pop_back();
        ExtAck ack;
        EXPECT_EQ(outcome(bytes, outer, Strictness::strict, ack), depth == 4 ? 0 : EINVAL);
        if (depth == 5) {
            EXPECT_EQ(ack.message, "allowed policy recursion depth exceeded");
        }
    }
}

TEST(PolicyTest, IsStrictFromItsStartType) {
    ExtAck ack;
    EXPECT_EQ(outcome(one(t_u32, {1, 2, 3, 4, 5}), strict_from_20, Strictness::liberal, ack), 0);
    EXPECT_EQ(outcome(one(t_after, {1, 2}), strict_from_20, Strictness::liberal, ack), EINVAL);
}

TEST(PolicyTest, NoticesBytesAfterTheLastAttribute) {
    Bytes bytes = one(t_u32, {1, 2, 3, 4});
    bytes.message.put_header(std::uint16_t{1});
    ExtAck ack;
    EXPECT_EQ(outcome(bytes, outer, Strictness::strict, ack), EINVAL);
    EXPECT_EQ(ack.message, "bytes leftover after parsing attributes");
    EXPECT_EQ(outcome(bytes, outer, Strictness::liberal, ack), 0);
}

TEST(PolicyTest, FindsTheLastOfSeveral) {
    Bytes bytes;
    bytes.message.put_u32(t_u32, 1);
    bytes.message.put_string(t_nul, "ab");
    bytes.message.put_u32(t_u32, 2);
    ExtAck ack;
    const auto attributes = Attributes::parse(bytes.get(), 20, outer, Strictness::strict, ack).value();
    EXPECT_EQ(attributes.u32(t_u32), 2U);
    EXPECT_EQ(attributes.at(t_u32), AttrOffset{20 + 8 + 8});
    EXPECT_EQ(attributes.string(t_nul), "ab");
    EXPECT_FALSE(attributes.has(t_flag));
    EXPECT_FALSE(attributes.u32(999));
}

/// type, then the pairs of what is told about it.
std::vector<std::uint64_t> told(const AttributePolicy& rule, const PolicyDump* known = nullptr) {
    MessageBuilder message{MessageHead{}};
    if (!write_attribute_policy(message, rule, 1, known)) return {};
    std::vector<std::uint64_t> result;
    const Attribute nest = *AttributeRange(message.bytes().subspan(16), 16).begin();
    for (const Attribute entry : AttributeRange(nest)) {
        result.push_back(entry.type());
        result.push_back(entry.u64());
    }
    return result;
}

TEST(PolicyTest, TellsItsRules) {
    EXPECT_THAT(told(attr::u8()), ElementsAre(NL_POLICY_TYPE_ATTR_MIN_VALUE_U, 0, NL_POLICY_TYPE_ATTR_MAX_VALUE_U, 255,
                                              NL_POLICY_TYPE_ATTR_TYPE, NL_ATTR_TYPE_U8));
    EXPECT_THAT(told(attr::max(AttributeType::u32, 7)),
                ElementsAre(NL_POLICY_TYPE_ATTR_MIN_VALUE_U, 0, NL_POLICY_TYPE_ATTR_MAX_VALUE_U, 7,
                            NL_POLICY_TYPE_ATTR_TYPE, NL_ATTR_TYPE_U32));
    EXPECT_THAT(told(attr::exact_len(6)), ElementsAre(NL_POLICY_TYPE_ATTR_MIN_LENGTH, 6, NL_POLICY_TYPE_ATTR_MAX_LENGTH,
                                                      6, NL_POLICY_TYPE_ATTR_TYPE, NL_ATTR_TYPE_BINARY));
    EXPECT_THAT(told(attr::flag()), ElementsAre(NL_POLICY_TYPE_ATTR_TYPE, NL_ATTR_TYPE_FLAG));
    EXPECT_TRUE(told(attr::reject()).empty());
    PolicyDump known;
    known.add(outer);
    EXPECT_THAT(told(attr::nested(inner), &known),
                ElementsAre(NL_POLICY_TYPE_ATTR_POLICY_IDX, 1, NL_POLICY_TYPE_ATTR_POLICY_MAXTYPE, 2,
                            NL_POLICY_TYPE_ATTR_TYPE, NL_ATTR_TYPE_NESTED));
}

TEST(MessageTest, RoundTripsEveryType) {
    MessageBuilder message({.type = 0x20, .flags = 5, .seq = 7, .port = 9});
    message.put_header(std::uint32_t{0x01020304});
    message.put_u8(1, 0xfe);
    message.put_u16(2, 0xfedc);
    message.put_u32(3, 0xfedcba98);
    message.put_u64(4, 0xfedcba9876543210);
    message.put_s8(5, -1);
    message.put_s32(6, -2);
    message.put_s64(7, -3);
    message.put_string(8, "wlan0");
    message.put_flag(9);
    message.put_mac(10, ieee80211::MacAddress::broadcast());
    {
        auto nest = message.nest(11);
        auto inner_nest = message.nest_noflag(12);
    }
    {
        auto dropped = message.nest(13);
        message.put_u32(1, 1);
        dropped.cancel();
    }
    const auto bytes = message.bytes();
    ASSERT_EQ(bytes.size() % 4, 0U);
    ASSERT_EQ(reinterpret_cast<const nlmsghdr*>(bytes.data())->nlmsg_len, bytes.size());
    std::vector<Attribute> all;
    for (const Attribute attribute : AttributeRange(bytes.subspan(20), 20))
        all.push_back(attribute);
    ASSERT_EQ(all.size(), 11U);
    EXPECT_EQ(all[0].u8(), 0xfe);
    EXPECT_EQ(all[1].u16(), 0xfedc);
    EXPECT_EQ(all[2].u32(), 0xfedcba98);
    EXPECT_EQ(all[3].u64(), 0xfedcba9876543210);
    EXPECT_EQ(all[4].s8(), -1);
    EXPECT_EQ(all[5].s32(), -2);
    EXPECT_EQ(all[6].s64(), -3);
    EXPECT_EQ(all[7].string(), "wlan0");
    EXPECT_EQ(all[7].size(), 6U);
    EXPECT_EQ(all[8].size(), 0U);
    EXPECT_EQ(all[9].mac(), ieee80211::MacAddress::broadcast());
    EXPECT_TRUE(all[10].has_nested_flag());
    EXPECT_EQ(all[10].size(), 4U) << "an empty nest stays";
}

TEST(MessageTest, SaysWhenSomethingDidNotFit) {
    MessageBuilder message(MessageHead{}, 39);
    message.put_u64(1, 1);
    EXPECT_FALSE(message.overflowed());
    message.put_u64(1, 1);
    EXPECT_TRUE(message.overflowed()) << "16 + 12 + 12 bytes";
    MessageBuilder grown(MessageHead{}, 100000);
    grown.put(1, std::vector<std::uint8_t>(60000));
    EXPECT_FALSE(grown.overflowed());
    MessageBuilder monster(MessageHead{}, 1000000);
    monster.put(1, std::vector<std::uint8_t>(65532));
    EXPECT_TRUE(monster.overflowed()) << "no attribute is longer than its length field can say";
}

TEST(AttributeRangeTest, StopsAtWhatDoesNotFit) {
    alignas(4) const std::uint8_t bytes[] = {5, 0, 1, 0, 7, 0, 0, 0, 9, 0, 2, 0, 1};
    int count = 0;
    for (const Attribute attribute : AttributeRange(bytes, 0)) {
        EXPECT_EQ(attribute.u8(), 7);
        EXPECT_EQ(attribute.u32(), 7U) << "what is not there reads as zero";
        EXPECT_FALSE(attribute.mac());
        ++count;
    }
    EXPECT_EQ(count, 1);
    EXPECT_EQ(AttributeRange(bytes, 0).leftover(), 5U);
}

}  // namespace
}  // namespace mlosim::netlink::test
