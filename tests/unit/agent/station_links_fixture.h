#pragma once

#include "mld/ap_link.h"
#include "mld/data_path.h"
#include "station_mld_fixture.h"

namespace mlosim::agent {

inline constexpr std::uint8_t protected_eht = 37;

/// What the world is told of links, and what arrives at network devices.
class LinkLog : public mld::Events {
public:
    explicit LinkLog(const mld::Wdev& of, const mld::Wdev& to) : of_(of), to_(to) {}
    void links_removed(mld::Wdev& w, std::uint16_t links) override {
        if (&w == &of_) told.push_back("removed " + std::to_string(links));
    }
    void epcs_changed(mld::Wdev& w, bool on) override {
        if (&w == &of_) told.emplace_back(on ? "epcs on" : "epcs off");
    }
    void mlme_frame(mld::Wdev& w, const mld::MlmeFrame& f) override {
        if (&w == &of_ && f.kind == mld::MlmeFrameKind::link_reconfiguration) told.emplace_back("reconfigured");
    }
    void disconnected(mld::Wdev& w, const mld::DisconnectInfo&) override {
        if (&w == &of_) told.emplace_back("disconnected");
    }
    void frame_passed(mld::Netdev& n, mld::FrameDirection direction, ieee80211::ByteView f) override {
        if (&n == to_.netdev() && direction == mld::FrameDirection::incoming && f.size() > 14) arrived.push_back(f[14]);
    }
    std::vector<std::string> told;
    std::vector<unsigned> arrived;

private:
    const mld::Wdev& of_;
    const mld::Wdev& to_;
};

/// Connected on three links, the access point's program knows the station.
class StationLinks : public StationMld, protected mld::FrameListener {
protected:
    explicit StationLinks(const Change& change = {}) : StationMld(change), log(sta, ap.wdev()) {
        scan();
        connect(ap, 1, {0, 1, 2});
        let_in();
        world.subscribe(log);
        for (const std::uint8_t action : {1, 3, 5, 11})  // the rest is answered by the access point
            EXPECT_EQ(
                mld::error_of(ap.wdev().wiphy().register_frame(ap.wdev(), *this, 0x00d0, Bytes{protected_eht, action})),
                0);
    }
    ~StationLinks() override {
        ap.wdev().wiphy().unregister_frames(*this);
        world.unsubscribe(log);
    }
    bool frame_received(mld::Wdev&, const mld::FrameBytes& bytes, const mld::RxStatus&) override {
        asked.push_back(*bytes);
        const ieee80211::ByteView request = FrameView::parse(*bytes)->body();
        if (!answer || request.size() < 3) return true;  // without a dialog token: a teardown, which has no answer
        later.push_back(queue.after(100us, [this, body = answer(request)] { say(body); }));
        return true;
    }
    /// A Protected EHT action frame from the access point.
    void say(const Bytes& body) {
        Bytes frame;
        ByteWriter w(frame);
        FrameHeader::management(ManagementSubtype::action, sta.address(), ap.wdev().address(), ap.wdev().address())
            .append_to(w);
        w.bytes(body);
        ap.wdev().wiphy().data_path().send_management(ap.wdev(), nullptr, frame, {});
    }
    mld::Sta& at_ap() { return *ap.wdev().wiphy().stations().find(ap.wdev(), sta.address()); }
    mld::Sta& at_sta() { return *mlme().access_point(); }
    mld::Link& own(unsigned link) { return *sta.link(id(link)); }
    [[nodiscard]] int activate(std::uint16_t links) { return mld::error_of(sta.wiphy().set_active_links(sta, links)); }
    /// `count` packets, numbered, from one to the other.
    void send(mld::Wdev& from, mld::Wdev& to, unsigned count, std::uint8_t traffic_class = 0) {
        for (unsigned i = 0; i < count; ++i) {
            Bytes frame;
            ByteWriter w(frame);
            w.mac(to.address());
            w.mac(from.address());
            w.u8(0x08);
            w.u8(0x00);
            w.u8(static_cast<std::uint8_t>(0x45 + i));  // where the log looks
            w.u8(traffic_class);
            for (unsigned pad = 0; pad < 100; ++pad)
                w.u8(0);
            EXPECT_TRUE(from.netdev()->transmit(frame).has_value());
        }
        run_for(50ms);
    }
    std::uint64_t data_on(mld::Sta& at, unsigned link) { return at.link(id(link))->statistics.rx_msdu[0]; }
    /// Beacons of a link with one more element from now on.
    void announce(unsigned link, const Bytes& element) {
        mld::BeaconData data = ap.wdev().link(id(link))->ap()->settings().beacon;
        data.tail.insert(data.tail.end(), element.begin(), element.end());
        EXPECT_EQ(mld::error_of(ap.wdev().wiphy().change_beacon(ap.wdev(), id(link), data)), 0);
    }
    template <class Element>
    static Bytes bytes_of(const Element& element) {
        Bytes out;
        ByteWriter w(out);
        element.append_to(w);
        return out;
    }

    LinkLog log;
    std::vector<Bytes> asked;
    std::function<Bytes(ieee80211::ByteView)> answer;
    std::vector<sim::Timer> later;

private:
    void let_in() {
        mld::Stations& stations = ap.wdev().wiphy().stations();
        mld::StaParameters parameters;
        parameters.flags_mask = parameters.flags_set = mld::StaFlags{
            mld::StaFlag::authenticated, mld::StaFlag::associated, mld::StaFlag::authorized, mld::StaFlag::wme};
        parameters.aid = ieee80211::Aid::from(1);
        parameters.listen_interval = 5;
        parameters.capabilities.emplace();
        parameters.capabilities->supported_rates = {12, 24, 48};
        parameters.capabilities->ht = Bytes(26);
        if (stations.find(ap.wdev(), sta.address()) == nullptr) {
            for (const unsigned link : {1U, 0U, 2U}) {
                parameters.link = id(link);
                parameters.link_address = own(link).address();
                if (link == 1) {
                    EXPECT_EQ(mld::error_of(stations.add(ap.wdev(), sta.address(), parameters)), 0);
                } else {
                    EXPECT_EQ(mld::error_of(stations.add_link(ap.wdev(), sta.address(), parameters)), 0);
                }
            }
        }
        mld::StaFlags flags = at_sta().flags;
        flags |= mld::StaFlag::wme;
        sta.wiphy().stations().set_flags(at_sta(), flags);
        run_for(10ms);
    }
};

}  // namespace mlosim::agent
