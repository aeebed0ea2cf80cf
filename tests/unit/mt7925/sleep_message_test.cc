// What the firmware does for a host that sleeps, against what the real driver sent; wake-up messages, which no
// recording has, against the field tables.

#include "mt7925/host/sleep_message.h"

#include <gmock/gmock.h>

#include "recording.h"

namespace mlosim::mt7925::host {
namespace {

constexpr Octets<4> address = {0x0a, 0x09, 0x09, 0x02};

TEST(SleepMessage, OfAddressesIsTheRealDrivers) {
    const auto told = recorded_payloads("mlo52", Cid::offload);
    EXPECT_EQ(arp_message(LinkNumbers{}, std::array<Octets<4>, 1>{address}), told.at(0));
    EXPECT_EQ(arp_message(LinkNumbers{.bss_idx = 1}, std::array<Octets<4>, 1>{address}), told.at(1));
}

TEST(SleepMessage, OfNeighborsAlwaysHasRoomForFour) {
    const Octets<16> neighbor = {0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    const Bytes message = neighbor_message(LinkNumbers{}, std::array<Octets<16>, 1>{neighbor});
    const auto nd = *decode<OffloadNd>(parse_tlvs(message, 4)->at(0));
    EXPECT_EQ(nd.ips_num, 1);
    ASSERT_EQ(nd.addresses.size(), 4U);
    EXPECT_EQ(nd.addresses[0].address, neighbor);
    const Bytes many = neighbor_message(LinkNumbers{}, std::vector<Octets<16>>(5, neighbor));
    EXPECT_EQ(decode<OffloadNd>(parse_tlvs(many, 4)->at(0))->ips_num, 4);
}

TEST(SleepMessage, OfGroupKeyUpdatesIsTheRealDrivers) {
    const auto told = recorded_payloads("wpa", Cid::offload);
    const auto recorded = *decode<OffloadGtkRekey>(parse_tlvs(told.at(1), 4)->at(0));
    GtkRekey keys;
    keys.kek = recorded.kek;
    keys.kck = recorded.kck;
    keys.replay_counter = {0, 0, 0, 0, 0, 0, 0, 2};
    EXPECT_EQ(gtk_rekey_message(LinkNumbers{}, keys), told.at(1));
    const Bytes sleeps = gtk_rekey_mode_message(LinkNumbers{}, true);
    EXPECT_EQ(decode<OffloadGtkRekey>(parse_tlvs(sleeps, 4)->at(0))->rekey_mode, 0) << "0 is on";
}

TEST(SleepMessage, OfTheBusIsTheRealDrivers) {
    EXPECT_EQ(bus_suspend_message(true), recorded_payloads("s_suspend", Cid::hif_ctrl).at(0));
}

TEST(SleepMessage, OfTheSignalsLimitsIsTheRealDrivers) {
    EXPECT_EQ(rssi_monitor_message(LinkNumbers{}, true, 0, 0), recorded_payloads("mlo52", Cid::rssi_monitor).at(0));
    EXPECT_EQ(rssi_monitor_message(LinkNumbers{}, true, -70, 4), recorded_payloads("cqm", Cid::rssi_monitor).at(0));
}

TEST(SleepMessage, OfWakeUpNamesWhatWakes) {
    const WakeUp on{.magic_packet = true, .disconnect = true, .pattern = true};
    EXPECT_EQ(wake_up_message(LinkNumbers{.bss_idx = 2}, true, on),
              octets("02 000000  0100 0c00 01 55 02 00 00000000  0200 1000 ff 00 0000 00000000 00000000"));
    EXPECT_EQ(suspend_message(LinkNumbers{}, true), octets("00 000000  0000 0c00 01 01 01 00 00000000"));
}

TEST(SleepMessage, OfAPatternHasItsMask) {
    const Bytes pattern = octets("ffffffffffff");
    const Bytes mask = octets("3f");
    const Bytes message = *wake_pattern_message(LinkNumbers{}, 1, true, pattern, mask);
    EXPECT_EQ(message, octets("00000000 0400 9d00 0f 01 01 06 00 3f" + zeros(15) + "ffffffffffff" + zeros(122 + 4)));
    EXPECT_EQ(wake_pattern_message(LinkNumbers{}, 0, true, Bytes(129), mask).error().code, EINVAL);
}

}  // namespace
}  // namespace mlosim::mt7925::host
