// BSS transition management requests, 802.11-2020 9.6.13.9.

#include "agent/transition_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mlosim::agent {
namespace {

using ieee80211::Bytes;
using ieee80211::MacAddress;
using testing::ElementsAre;
using Neighbor = TransitionRequest::Neighbor;

MacAddress address(std::uint8_t last) {
    return MacAddress{std::array<std::uint8_t, 6>{0x02, 0, 0, 0, 0, last}};
}

/// A Neighbor Report element, with a preference where there is one.
Bytes neighbor(std::uint8_t last, std::optional<std::uint8_t> preference) {
    Bytes out{52, static_cast<std::uint8_t>(preference ? 16 : 13), 2, 0, 0, 0, 0, last, 0, 0, 0, 0, 81, 6, 7};
    if (preference) out.insert(out.end(), {3, 1, *preference});
    return out;
}

Bytes request(std::uint8_t mode, const std::vector<Bytes>& parts) {
    Bytes out{9, mode, 10, 0, 255};
    for (const Bytes& part : parts)
        out.insert(out.end(), part.begin(), part.end());
    return out;
}

TEST(TransitionRequest_, ListsItsNeighborsTheBestFirstWithoutThoseThatAreExcluded) {
    const auto parsed = TransitionRequest::parse(
        request(5, {neighbor(1, 10), neighbor(2, 255), neighbor(3, 0), neighbor(4, std::nullopt)}));
    ASSERT_TRUE(parsed.has_value());
    EXPECT_EQ(parsed->token, 9);
    EXPECT_TRUE(parsed->disassociation_imminent);
    EXPECT_FALSE(parsed->abridged);
    EXPECT_THAT(parsed->neighbors,
                ElementsAre(Neighbor{address(2), 255}, Neighbor{address(4), 128}, Neighbor{address(1), 10}));
}

TEST(TransitionRequest_, IsReadAsItIsWritten) {
    TransitionCandidate near{address(1), 81, 6, 7, 200};
    TransitionCandidate far{address(2), 115, 36, 14, 255};
    const Bytes frame = transition_request(7, {near, far}, 300);
    ASSERT_GT(frame.size(), 2U);
    EXPECT_EQ(frame[0], category_wnm);
    EXPECT_EQ(frame[1], wnm_transition_request);
    const auto parsed = TransitionRequest::parse(ieee80211::ByteView(frame).subspan(2));
    ASSERT_TRUE(parsed.has_value());
    EXPECT_EQ(parsed->token, 7);
    EXPECT_TRUE(parsed->disassociation_imminent);
    EXPECT_THAT(parsed->neighbors, ElementsAre(Neighbor{address(2), 255}, Neighbor{address(1), 200}));
    const Bytes alone = transition_request(1, {}, 0);
    const auto without = TransitionRequest::parse(ieee80211::ByteView(alone).subspan(2));
    ASSERT_TRUE(without.has_value());
    EXPECT_FALSE(without->disassociation_imminent);
    EXPECT_TRUE(without->neighbors.empty());
}

TEST(TransitionRequest_, SkipsTerminationAndAddressOfASession) {
    const Bytes termination(12, 0);
    const Bytes session{3, 'a', 'b', 'c'};
    const auto parsed = TransitionRequest::parse(request(0x1b, {termination, session, neighbor(1, 1)}));
    ASSERT_TRUE(parsed.has_value());
    EXPECT_TRUE(parsed->abridged);
    EXPECT_THAT(parsed->neighbors, ElementsAre(Neighbor{address(1), 1}));
}

TEST(TransitionRequest_, TakesNoListWhereNoneIsAnnounced) {
    const auto parsed = TransitionRequest::parse(request(0, {neighbor(1, 1)}));
    ASSERT_TRUE(parsed.has_value());
    EXPECT_TRUE(parsed->neighbors.empty());
}

TEST(TransitionRequest_, RefusesWhatIsNotWhole) {
    const std::pair<Bytes, const char*> bad[] = {
        {{}, "nothing"},
        {{9, 1, 10, 0}, "no validity interval"},
        {request(8, {Bytes(11, 0)}), "half a termination duration"},
        {request(0x10, {Bytes{4, 'a'}}), "half an address"},
        {request(1, {Bytes{52, 13, 1}}), "half a neighbor report"},
        {request(1, {Bytes{52, 2, 1, 1}}), "a neighbor report without what it must have"},
    };
    for (const auto& [bytes, why] : bad)
        EXPECT_FALSE(TransitionRequest::parse(bytes).has_value()) << why;
}

TEST(TransitionResponse, NamesTheTargetWhereItGoes) {
    EXPECT_EQ(transition_response(9, TransitionStatus::accept, address(5)), (Bytes{10, 8, 9, 0, 0, 2, 0, 0, 0, 0, 5}));
    EXPECT_EQ(transition_response(9, TransitionStatus::no_suitable_candidates, address(5)), (Bytes{10, 8, 9, 7, 0}));
}

}  // namespace
}  // namespace mlosim::agent
