#include "ctl/genl_client.h"

#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

namespace mlosim::ctl {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

constexpr std::uint16_t family = 0x22;
constexpr std::uint8_t command = 7;
enum : int { NUMBER8 = 1, NUMBER16, NUMBER32, NUMBER64, TEXT, ADDRESS, NEST, LIST, SIGNED };

/// A message as it arrives: what `fill` puts into a request of ours.
template <class Fill>
Reply received(Fill fill) {
    const Request request(family, command, 1, 0);
    fill(request.get());
    const nlmsghdr* header = nlmsg_hdr(request.get());
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(header);
    return Reply({bytes, bytes + header->nlmsg_len});
}

TEST(Reply, ReadsNumbersOfEverySizeByTheirLength) {
    const Reply reply = received([](nl_msg* message) {
        nla_put_u8(message, NUMBER8, 0xfe);
        nla_put_u16(message, NUMBER16, 0xfedc);
        nla_put_u32(message, NUMBER32, 0xfedcba98);
        nla_put_u64(message, NUMBER64, 0xfedcba9876543210);
        nla_put_s8(message, SIGNED, -42);
    });
    EXPECT_EQ(reply.command(), command);
    EXPECT_THAT(reply.attributes().number(NUMBER8), Optional(0xfeu));
    EXPECT_THAT(reply.attributes().number(NUMBER16), Optional(0xfedcu));
    EXPECT_THAT(reply.attributes().number(NUMBER32), Optional(0xfedcba98u));
    EXPECT_THAT(reply.attributes().number(NUMBER64), Optional(0xfedcba9876543210u));
    EXPECT_THAT(reply.attributes().signed_number(SIGNED), Optional(-42));
    EXPECT_EQ(reply.attributes().number(TEXT), std::nullopt);
}

TEST(Reply, ATextEndsAtItsNulOrWithTheAttribute) {
    const Reply reply = received([](nl_msg* message) {
        nla_put_string(message, TEXT, "wlan0");
        nla_put(message, ADDRESS, 3, "abc");
    });
    EXPECT_THAT(reply.attributes().text(TEXT), Optional(std::string("wlan0")));
    EXPECT_THAT(reply.attributes().text(ADDRESS), Optional(std::string("abc")));
}

TEST(Reply, AnAddressIsPairsOfHexDigits) {
    const Reply reply = received([](nl_msg* message) {
        const std::uint8_t address[6] = {2, 0, 0, 0, 0xab, 1};
        nla_put(message, ADDRESS, sizeof address, address);
    });
    EXPECT_THAT(reply.attributes().address(ADDRESS), Optional(std::string("02:00:00:00:ab:01")));
}

TEST(Reply, ReadsArraysOfNestsAndOfNumbers) {
    const Reply reply = received([](nl_msg* message) {
        nlattr* list = nla_nest_start(message, LIST);
        for (std::uint32_t i = 0; i < 3; ++i) {
            nlattr* element = nla_nest_start(message, static_cast<int>(i));
            nla_put_u32(message, NUMBER32, 100 + i);
            nla_nest_end(message, element);
        }
        nla_nest_end(message, list);
        nlattr* numbers = nla_nest_start(message, NEST);
        nla_put_u32(message, 0, 2412);
        nla_put_u32(message, 1, 5180);
        nla_nest_end(message, numbers);
    });
    std::vector<std::uint64_t> seen;
    for (const Attributes& element : reply.attributes().list(LIST))
        seen.push_back(*element.number(NUMBER32));
    EXPECT_THAT(seen, ElementsAre(100, 101, 102));
    EXPECT_THAT(reply.attributes().numbers(NEST), ElementsAre(2412, 5180));
    EXPECT_THAT(reply.attributes().list(TEXT), IsEmpty());
}

TEST(Reply, AMessageWithoutAWholeHeaderHasNoCommandAndNoAttributes) {
    const Reply reply(std::vector<std::uint8_t>(NLMSG_HDRLEN, 0));
    EXPECT_EQ(reply.command(), 0);
    EXPECT_FALSE(reply.attributes().has(NUMBER8));
}

TEST(GenlClient, SaysWhoDoesNotAnswerWhereNobodyListens) {
    const auto client = GenlClient::open("/nonexistent/mlosim/socket", "mlosim");
    ASSERT_FALSE(client.has_value());
    EXPECT_EQ(client.error().code, ENOENT);
    EXPECT_THAT(client.error().message, testing::HasSubstr("/nonexistent/mlosim/socket"));
}

}  // namespace
}  // namespace mlosim::ctl
