// What waits for a station MLD whose links sleep, and on which of them it gets it: 802.11be 35.3.12.

#include "ieee80211/multi_link_traffic_indication.h"
#include "ieee80211/tim.h"
#include "mld/power_save.h"
#include "station_links_fixture.h"

namespace mlosim::agent {
namespace {

class WaitingTraffic : public StationLinks {
protected:
    WaitingTraffic() {
        // Until both have an agreement, and the station was heard on all links.
        send(sta, ap.wdev(), 4);
        send(sta, ap.wdev(), 6);
        send(ap.wdev(), sta, 4);
        log.arrived.clear();
    }
    /// Of all traffic alike on these links.
    void map_to(std::uint16_t links) {
        mld::LinkMapping mapping;
        mapping.downlink.fill(links);
        mapping.uplink.fill(links);
        at_ap().link_mapping = mapping;
    }
    [[nodiscard]] std::uint64_t arrived(unsigned link) { return data_on(at_sta(), link); }
    [[nodiscard]] std::uint64_t arrived() { return arrived(0) + arrived(1) + arrived(2); }
    /// The station says on a link whether it sleeps there.
    void say(unsigned link, bool sleeps) {
        mld::TxOptions options;
        options.link = id(link);
        sta.wiphy().data_path().send_null(sta, at_sta(), sleeps, true, options);
        run_for(1ms);
    }
    [[nodiscard]] std::optional<ieee80211::MultiLinkTrafficIndication> indication(unsigned link) {
        const Bytes elements = elements_of(beacon_of(ap.bsses()[link]));
        const auto found = ElementList(elements).get<ieee80211::MultiLinkTrafficIndication>();
        return found ? std::optional(*found) : std::nullopt;
    }
    [[nodiscard]] bool announced(unsigned link) {
        const Bytes elements = elements_of(beacon_of(ap.bsses()[link]));
        const auto tim = ElementList(elements).get<ieee80211::Tim>();
        return tim && tim->traffic_for(*at_ap().aid);
    }
    /// Without the times that send() lets pass.
    void queue_frame(mld::Wdev& from, mld::Wdev& to) {
        Bytes frame;
        ByteWriter w(frame);
        w.mac(to.address());
        w.mac(from.address());
        w.u16le(0x0008);
        w.u8(0x45);
        w.zeros(100);
        EXPECT_TRUE(from.netdev()->transmit(frame).has_value());
    }
};

TEST_F(WaitingTraffic, WakesTheLinkThatItIsMappedTo) {
    ASSERT_EQ(activate(2), 0);
    run_for(10ms);
    ASSERT_EQ(at_ap().awake_links, 2);
    map_to(4);
    const auto before = arrived(2);
    queue_frame(ap.wdev(), sta);
    run_for(1ms);
    EXPECT_EQ(at_ap().power_save->held(), 1U);
    EXPECT_FALSE(at_ap().power_save->asleep());
    run_for(300ms);
    EXPECT_EQ(sta.active_links(), 6) << "a beacon on link 1 said that something waits for link 2";
    EXPECT_EQ(at_ap().power_save->held(), 0U);
    EXPECT_EQ(arrived(2), before + 1);
}

TEST_F(WaitingTraffic, IsIndicatedWithItsLinks) {
    for (const unsigned link : {0U, 1U, 2U})
        say(link, true);
    ASSERT_TRUE(at_ap().power_save->asleep());
    queue_frame(ap.wdev(), sta);
    run_for(1ms);
    EXPECT_TRUE(announced(1));
    EXPECT_FALSE(indication(1)) << "any link will do";
    map_to(4);
    queue_frame(ap.wdev(), sta);
    const auto said = indication(1);
    ASSERT_TRUE(said);
    EXPECT_EQ(said->first_aid(), at_ap().aid->value());
    EXPECT_EQ(said->links(), 3U);
    ASSERT_FALSE(said->bitmaps().empty());
    EXPECT_EQ(said->bitmaps()[0], 4);
}

TEST_F(WaitingTraffic, ThatWasNotAcknowledgedIsSentAgainOnceTheStationIsAwake) {
    const auto before = arrived();
    // On its way while the station falls asleep everywhere.
    static_cast<hwsim::Driver&>(sta.wiphy().driver()).set_group(2);
    queue_frame(ap.wdev(), sta);
    for (const auto& link : ap.wdev().links()) {
        FrameHeader header = FrameHeader::data_to_ds(ieee80211::DataSubtype::null, link->address(),
                                                     own(link->id().value()).address(), link->address());
        header.power_management(true);
        Bytes bytes;
        ByteWriter w(bytes);
        header.append_to(w);
        at_ap().power_save->heard(*link, *FrameView::parse(bytes));
    }
    ASSERT_TRUE(at_ap().power_save->asleep());
    run_for(10ms);
    EXPECT_EQ(at_ap().power_save->held(), 1U);
    static_cast<hwsim::Driver&>(sta.wiphy().driver()).set_group(1);
    for (const unsigned link : {2U, 0U, 1U})
        say(link, false);
    run_for(10ms);
    EXPECT_EQ(at_ap().power_save->held(), 0U);
    EXPECT_EQ(arrived(), before + 1);
}

TEST_F(WaitingTraffic, IsNoProbeResponse) {
    say(2, true);
    Bytes frame;
    ByteWriter w(frame);
    FrameHeader::management(ManagementSubtype::probe_response, MacAddress::broadcast(), ap.bsses()[2].bssid,
                            ap.bsses()[2].bssid)
        .append_to(w);
    w.zeros(12);
    ap.wdev().wiphy().data_path().send_management(ap.wdev(), ap.wdev().link(id(2)), frame, {});
    EXPECT_EQ(ap.wdev().power_save_buffer()->held(), 0U);
}

TEST_F(WaitingTraffic, OfGroupsWaitsOnTheLinkWhereSomebodySleeps) {
    const auto held = [&] { return ap.wdev().power_save_buffer()->held(); };
    say(2, true);
    EXPECT_EQ(ap.wdev().power_save_buffer()->sleepers(), 0U);
    Bytes frame;
    ByteWriter w(frame);
    w.mac(MacAddress::broadcast());
    w.mac(ap.wdev().address());
    w.u16le(0x0008);
    w.zeros(100);
    EXPECT_TRUE(ap.wdev().netdev()->transmit(frame).has_value());
    run_for(1ms);
    EXPECT_EQ(held(), 1U) << "the one of link 2";
    station.tune(ap.bsses()[2].channel.control);
    run_for(300ms);
    EXPECT_EQ(held(), 0U);
    unsigned on_link_2 = 0;
    for (const Bytes& heard : station.heard) {
        const auto view = FrameView::parse(heard);
        if (view->frame_control().type() != ieee80211::FrameType::data || !view->addr1().is_group()) continue;
        EXPECT_EQ(view->addr2(), ap.bsses()[2].bssid);
        ++on_link_2;
    }
    EXPECT_EQ(on_link_2, 1U);
}

}  // namespace
}  // namespace mlosim::agent
