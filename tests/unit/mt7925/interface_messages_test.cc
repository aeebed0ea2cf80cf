// What the driver says of an interface that is not connected, against what the real driver said.

#include "mt7925/host/interface_messages.h"

#include <gmock/gmock.h>

#include "mt7925/host/indexes.h"
#include "recording.h"

namespace mlosim::mt7925::host {
namespace {

/// Number and payload of a recording's commands.
std::vector<std::pair<Cid, Bytes>> recorded(const std::string& name) {
    std::vector<std::pair<Cid, Bytes>> out;
    for (const Bytes& packet : recorded_commands(name)) {
        const auto command = parse_command(packet);
        out.emplace_back(static_cast<Cid>(command->cid), Bytes(command->payload.begin(), command->payload.end()));
    }
    return out;
}

const ieee80211::MacAddress own_address({0x02, 0x79, 0x25, 0x00, 0xaa, 0x01});

TEST(InterfaceMessages, OfAStationThatComesUpAreTheRealDrivers) {
    const LinkNumbers link;
    constexpr std::uint16_t long_slot_us = 20;
    const std::array<QueueParameters, 4> queues{};  // before there is any network
    const auto told = recorded("us_ifup");
    ASSERT_EQ(told.size(), 8U);
    const std::vector<std::pair<Cid, Bytes>> ours = {
        {Cid::band_config, rts_message(default_rts_octets)},
        {Cid::dev_info, device_message(link, own_address, true)},
        {Cid::bss_info, bss_message(link, ConnectionType::station, own_wcid_of(0), true)},
        {Cid::bss_info, slot_time_message(link, long_slot_us)},
        {Cid::edca, edca_message(link, queues)},
        {Cid::band_config, filter_message(0)},
        {Cid::band_config, filter_message(0)},
    };
    for (std::size_t i = 0; i < ours.size(); ++i) {
        EXPECT_EQ(ours[i].first, told[i + 1].first) << i;
        EXPECT_EQ(ours[i].second, told[i + 1].second) << "message " << i;
    }
}

TEST(InterfaceMessages, OfAStationThatGoesDownAreTheRealDrivers) {
    LinkNumbers link;
    link.band_idx = 0;  // the firmware's choice of the connection before
    const auto told = recorded("ifdown");
    EXPECT_EQ(filter_message(0), told.at(0).second);
    EXPECT_EQ(bss_message(link, ConnectionType::station, own_wcid_of(0), false), told.at(1).second);
    EXPECT_EQ(device_message(link, own_address, false), told.at(2).second);
}

TEST(InterfaceMessages, OfAP2pDeviceAreTheRealDrivers) {
    const LinkNumbers link{.bss_idx = BssIndexes::p2p_device, .omac_idx = BssIndexes::p2p_device};
    const auto told = recorded("owe_mlo");
    const ieee80211::MacAddress address({0x06, 0x79, 0x25, 0x00, 0xaa, 0x01});
    EXPECT_EQ(device_message(link, address, true), told.at(0).second);
    EXPECT_EQ(bss_message(link, ConnectionType::p2p_device, own_wcid_of(BssIndexes::p2p_device), true),
              told.at(1).second);
}

TEST(InterfaceMessages, QueuesAreOrderedAsTheFirmwareCountsThem) {
    // Voice, video, best effort, background, as the recording's access point had them.
    const std::array<QueueParameters, 4> queues = {QueueParameters{3, 7, 0x2f, 2}, QueueParameters{7, 15, 0x5e, 2},
                                                   QueueParameters{15, 1023, 0, 3}, QueueParameters{15, 1023, 0, 7}};
    const auto told = recorded("ap");
    EXPECT_EQ(edca_message(LinkNumbers{}, queues), told.at(5).second);
}

}  // namespace
}  // namespace mlosim::mt7925::host
