#include "mld/link_policy.h"

#include <gmock/gmock.h>

#include "mld/sta.h"
#include "stations_fixture.h"

namespace mlosim::mld {
namespace {

using ieee80211::LinkId;
using testing::ElementsAre;

class LinkPolicyTest : public StationsTest {
protected:
    LinkPolicyTest() : StationsTest(1) {}

    std::vector<unsigned> choices(LinkPolicyKind kind, std::uint16_t links, unsigned count, unsigned tid = 0) {
        const auto policy = link_policy(kind);
        std::vector<unsigned> out;
        for (unsigned i = 0; i < count; ++i) {
            peer.last_link = policy->choose(peer, links, tid);
            out.push_back(peer.last_link->value());
        }
        return out;
    }
    Sta& peer = **wiphy.stations().insert(ap, *ieee80211::MacAddress::parse("02:00:00:00:55:00"), LinkId{},
                                          *ieee80211::MacAddress::parse("02:00:00:00:55:10"), {});
};

TEST_F(LinkPolicyTest, RoundRobinTakesEachInTurn) {
    EXPECT_THAT(choices(LinkPolicyKind::round_robin, 0b100'0000'0000'0101, 5), ElementsAre(0, 2, 14, 0, 2));
}

TEST_F(LinkPolicyTest, ATidStaysOnItsLink) {
    EXPECT_THAT(choices(LinkPolicyKind::by_tid, 0b1101, 3, 4), ElementsAre(2, 2, 2));
    EXPECT_THAT(choices(LinkPolicyKind::by_tid, 0b1101, 1, 3), ElementsAre(0));
    EXPECT_THAT(choices(LinkPolicyKind::by_tid, 0b0001, 1, 7), ElementsAre(0));
}

TEST_F(LinkPolicyTest, TheStrongestIsTheOneThatIsHeardBest) {
    wiphy.stations().insert_link(peer, *LinkId::from(1), *ieee80211::MacAddress::parse("02:00:00:00:55:11"));
    wiphy.stations().insert_link(peer, *LinkId::from(2), *ieee80211::MacAddress::parse("02:00:00:00:55:12"));
    EXPECT_THAT(choices(LinkPolicyKind::strongest, 0b110, 1), ElementsAre(1)) << "nothing is known of any";
    peer.link(*LinkId::from(0))->statistics.signal_average_dbm = -40;
    peer.link(*LinkId::from(1))->statistics.signal_average_dbm = -70;
    peer.link(*LinkId::from(2))->statistics.signal_average_dbm = -60;
    EXPECT_THAT(choices(LinkPolicyKind::strongest, 0b111, 2), ElementsAre(0, 0));
    EXPECT_THAT(choices(LinkPolicyKind::strongest, 0b110, 2), ElementsAre(2, 2));
}

TEST_F(LinkPolicyTest, EachHasAName) {
    for (const LinkPolicyKind kind : {LinkPolicyKind::round_robin, LinkPolicyKind::strongest, LinkPolicyKind::by_tid})
        EXPECT_EQ(link_policy_kind(link_policy(kind)->name()), kind);
    EXPECT_EQ(link_policy_kind("any"), std::nullopt);
}

}  // namespace
}  // namespace mlosim::mld
