// The table of networks by itself: how many it holds, who makes room, what may not go.

#include "mld/bss_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aerial.h"

namespace mlosim::mld {
namespace {

using namespace std::chrono_literals;
using testing::SizeIs;

sim::Time at(sim::Duration d) {
    return sim::Time{d};
}

Bss heard(const Network& network, sim::Time when, bool beacon = true) {
    Bss bss;
    bss.bssid = network.bssid;
    bss.channel = network.channel;
    bss.last_seen = when;
    bss.elements = std::make_shared<const BssElements>(BssElements{network.elements(), network.tsf, beacon});
    (beacon ? bss.beacon : bss.probe_response) = bss.elements;
    return bss;
}
/// The n-th of many networks.
Network numbered(unsigned n) {
    Network network;
    network.bssid = ieee80211::MacAddress{{0x02, 0xbb, 0, static_cast<std::uint8_t>(n >> 16U),
                                           static_cast<std::uint8_t>(n >> 8U), static_cast<std::uint8_t>(n)}};
    return network;
}

/// A probe response with an announcement to stop and switch to channel 1.
Bss announcing(std::uint64_t tsf, std::uint8_t mode, std::uint8_t channel, std::uint8_t count) {
    Network network;
    network.tsf = tsf;
    network.extra = {60, 4, mode, 81, channel, count};
    return heard(network, at(sim::Duration(tsf * 1000)), false);
}
bool stuck(const BssTable& table) {
    return table.entries().front()->probe_response_switch_stuck;
}

TEST(AnAnnouncedChannelSwitch, IsStuckWhenItStandsStillForASecond) {
    BssTable table;
    table.update(announcing(1'000'000, 1, 1, 9), true);
    table.update(announcing(1'500'000, 1, 1, 9), true);
    EXPECT_FALSE(stuck(table)) << "not yet";
    table.update(announcing(2'500'000, 1, 1, 9), true);
    EXPECT_TRUE(stuck(table));
    table.update(announcing(2'600'000, 1, 1, 9), true);
    EXPECT_TRUE(stuck(table)) << "it stays so";
}

TEST(AnAnnouncedChannelSwitch, IsBelievedWhereItCountsOrLeavesTheChannelOrStandsInBeacons) {
    BssTable counts;
    counts.update(announcing(1'000'000, 1, 1, 9), true);
    counts.update(announcing(2'500'000, 1, 1, 8), true);
    EXPECT_FALSE(stuck(counts));
    BssTable leaves;
    leaves.update(announcing(1'000'000, 1, 6, 9), true);
    leaves.update(announcing(2'500'000, 1, 6, 9), true);
    EXPECT_FALSE(stuck(leaves));
    BssTable beacons;
    Network network;
    network.extra = {60, 4, 1, 81, 1, 9};
    beacons.update(heard(network, at(1s)), true);
    beacons.update(announcing(1'000'000, 1, 1, 9), true);
    beacons.update(announcing(2'500'000, 1, 1, 9), true);
    EXPECT_FALSE(stuck(beacons));
}

class FullTable : public testing::Test {
protected:
    FullTable() {
        for (unsigned i = 0; i < BssTable::max_entries; ++i)
            table.update(heard(numbered(i), at(1s + i * 1ms)), true);
    }
    bool knows(unsigned n) { return table.find(std::nullopt, numbered(n).bssid, nullptr, at(2s)) != nullptr; }
    BssTable table;
};

TEST_F(FullTable, HoldsAThousandAndTheOldestMakesRoom) {
    EXPECT_EQ(BssTable::max_entries, 1000U);  // cf. bss_entries_limit
    EXPECT_EQ(table.size(), 1000U);
    EXPECT_NE(table.update(heard(numbered(5000), at(3s)), true), nullptr);
    EXPECT_EQ(table.size(), 1000U);
    EXPECT_FALSE(knows(0));
    EXPECT_TRUE(knows(1));
    EXPECT_TRUE(knows(5000));
}

TEST_F(FullTable, AKnownNetworkNeedsNoRoom) {
    table.update(heard(numbered(0), at(3s)), true);
    EXPECT_TRUE(knows(0));
    table.update(heard(numbered(5000), at(3s)), true);
    EXPECT_TRUE(knows(0));  // it was heard again
    EXPECT_FALSE(knows(1));
}

TEST_F(FullTable, WhatIsInUseNeitherAgesNorMakesRoom) {
    const BssTable::Hold hold(table, *table.find(std::nullopt, numbered(0).bssid, nullptr, at(2s)));
    table.update(heard(numbered(5000), at(3s)), true);
    EXPECT_TRUE(knows(0));
    EXPECT_FALSE(knows(1));
    table.expire(at(1h));
    EXPECT_EQ(table.size(), 1U);
    EXPECT_TRUE(knows(0));
}

TEST(BssTableTest, AHeldEntryAgesAgainWhenNobodyHoldsIt) {
    BssTable table;
    {
        const BssTable::Hold hold(table, *table.update(heard(numbered(1), at(1s)), true));
        table.expire(at(1h));
        EXPECT_EQ(table.size(), 1U);
    }
    table.expire(at(1h));
    EXPECT_EQ(table.size(), 0U);
}

TEST(BssTableTest, FullOfEntriesInUseItTakesNoMore) {
    BssTable table;
    std::vector<std::unique_ptr<BssTable::Hold>> holds;
    for (unsigned i = 0; i < BssTable::max_entries; ++i)
        holds.push_back(std::make_unique<BssTable::Hold>(table, *table.update(heard(numbered(i), at(1s)), true)));
    EXPECT_EQ(table.update(heard(numbered(5000), at(2s)), true), nullptr);
    EXPECT_EQ(table.size(), BssTable::max_entries);
}

TEST(BssTableTest, FindsByWhatIsAskedFor) {
    BssTable table;
    Network six = numbered(1);
    six.channel = ghz2(6);
    table.update(heard(numbered(1), at(1s)), true);
    table.update(heard(six, at(1s)), true);
    table.update(heard(numbered(2).named("other"), at(1s)), true);
    const auto net = *ieee80211::Ssid::from("net");
    const auto other = *ieee80211::Ssid::from("other");
    EXPECT_EQ(table.find(ghz2(6), std::nullopt, nullptr, at(2s))->bssid, numbered(1).bssid);
    EXPECT_EQ(table.find(std::nullopt, std::nullopt, &other, at(2s))->bssid, numbered(2).bssid);
    EXPECT_EQ(table.find(ghz2(6), std::nullopt, &other, at(2s)), nullptr);
    EXPECT_EQ(table.find(std::nullopt, numbered(1).bssid, &net, at(2s))->channel, ghz2(1));  // the first of them
    EXPECT_EQ(table.find(std::nullopt, numbered(1).bssid, &net, at(32s)), nullptr);          // too old
}

TEST(BssTableTest, ANontransmittedNetworkIsOfOneTransmitterOnly) {
    BssTable table;
    const Bss* first = table.update(heard(numbered(1), at(1s)), true);
    const Bss* second = table.update(heard(numbered(2), at(1s)), true);
    const Bss* shared = table.update(heard(numbered(3), at(1s)), true);
    EXPECT_TRUE(table.add_nontransmitted(*first, *shared));
    EXPECT_TRUE(table.add_nontransmitted(*first, *shared));
    EXPECT_EQ(shared->transmitted, first);
    EXPECT_FALSE(table.add_nontransmitted(*second, *shared));
    EXPECT_EQ(table.size(), 2U);  // nobody knows whose it is: it is gone
}

TEST(BssTableTest, ATransmitterThatIsForgottenLeavesNoTrace) {
    BssTable table;
    const Bss* transmitter = table.update(heard(numbered(1), at(1s)), true);
    const Bss* other = table.update(heard(numbered(2), at(20s)), true);
    ASSERT_TRUE(table.add_nontransmitted(*transmitter, *other));
    table.expire(at(40s));
    EXPECT_THAT(table.entries(), SizeIs(1));
    EXPECT_EQ(table.entries().front()->transmitted, nullptr);
}

TEST(BssTableTest, ClearedItIsEmptyAndDifferent) {
    BssTable table;
    table.update(heard(numbered(1), at(1s)), true);
    const std::uint32_t before = table.generation();
    table.clear();
    EXPECT_EQ(table.size(), 0U);
    EXPECT_NE(table.generation(), before);
}

}  // namespace
}  // namespace mlosim::mld
