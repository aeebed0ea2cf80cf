#pragma once

#include <gmock/gmock.h>

#include "access_point_fixture.h"
#include "ieee80211/management_frames.h"
#include "mld/data_path.h"
#include "mld/station_mlme.h"
#include "mld/stations.h"

namespace mlosim::mld {

/// What the data path tells, one line each.
class DataLog : public Events {
public:
    void frame_sent(Wdev& w, std::uint64_t cookie, ieee80211::ByteView f, bool acked) override {
        add("frame-sent " + w.name() + " " + std::to_string(cookie) + (acked ? " acked" : " lost"));
        last_frame.assign(f.begin(), f.end());
    }
    void control_port_sent(Wdev& w, std::uint64_t cookie, ieee80211::ByteView f, bool acked) override {
        add("eapol-sent " + w.name() + " " + std::to_string(cookie) + (acked ? " acked" : " lost"));
        last_frame.assign(f.begin(), f.end());
    }
    void control_port_received(Wdev& w, OwnerId owner, ieee80211::ByteView f, bool unencrypted,
                               std::optional<ieee80211::LinkId>) override {
        add("eapol " + w.name() + " to " + std::to_string(owner.value) + (unencrypted ? " clear" : " encrypted"));
        last_frame.assign(f.begin(), f.end());
    }
    void unexpected_frame(Wdev& w, const ieee80211::MacAddress& from, bool four_addresses,
                          std::optional<ieee80211::LinkId>) override {
        add("unexpected " + w.name() + " " + from.to_string() + (four_addresses ? " 4addr" : ""));
    }
    void client_probed(Wdev& w, const ieee80211::MacAddress& sta, std::uint64_t cookie, bool acked,
                       std::optional<int> dbm) override {
        add("probed " + w.name() + " " + sta.to_string() + " " + std::to_string(cookie) +
            (acked ? " acked " + std::to_string(dbm.value_or(0)) : " lost"));
    }
    void mlme_frame(Wdev& w, const MlmeFrame& f) override {
        static constexpr const char* names[] = {"auth",          "assoc",           "deauth",       "disassoc",
                                                "unprot-deauth", "unprot-disassoc", "unprot-beacon"};
        add(std::string(names[static_cast<unsigned>(f.kind)]) + " " + w.name());
    }
    void frame_passed(Netdev& n, FrameDirection direction, ieee80211::ByteView f) override {
        if (direction != FrameDirection::incoming || n.type() != LinkType::ethernet) return;
        add("netdev " + n.name() + " " + std::string(f.begin() + 14, f.end()));
        last_frame.assign(f.begin(), f.end());
    }
    std::vector<std::string> take() { return std::exchange(lines_, {}); }
    ieee80211::Bytes last_frame;

private:
    void add(std::string line) { lines_.push_back(std::move(line)); }
    std::vector<std::string> lines_;
};

/// An access point (ap0) and a station (sta) on radios of their own; the access point's program lets everybody in.
class ConnectedTest : public AccessPointTest, protected FrameListener {
protected:
    explicit ConnectedTest(StaFlags more = {}, const CryptoSettings& crypto = {},
                           const RadioOptions& station = RadioOptions{})
        : more_(more), client(*add_radio(station).wiphy), sta(**client.add_interface({"sta"})) {
        network.extra = {1, 4, 0x82, 0x84, 0x8b, 0x96};  // Supported Rates
        AccessPointSettings settings = ap_settings(network);
        settings.crypto = crypto;
        settings.owner = OwnerId{7};
        EXPECT_TRUE(wiphy.start_ap(ap, std::nullopt, settings).has_value());
        for (const std::uint16_t subtype : {0x00b0, 0x0000, 0x00c0})
            EXPECT_TRUE(wiphy.register_frame(ap, *this, subtype, {}).has_value());
        EXPECT_TRUE(sta.netdev()->set_up(true).has_value());
        air.listen({network.channel});
        connect(crypto, more.has(StaFlag::mfp));
        world.subscribe(told);
    }
    ~ConnectedTest() override {
        world.unsubscribe(told);
        wiphy.unregister_frames(*this);
    }

    /// Each knows the other and lets its frames pass.
    void authorize() {
        StaParameters parameters;
        parameters.flags_mask = parameters.flags_set = StaFlag::authorized;
        EXPECT_EQ(error_of(wiphy.stations().change(ap, sta.address(), parameters)), 0);
        EXPECT_EQ(error_of(client.stations().change(sta, ap.address(), parameters)), 0);
        run_for(10ms);
        told.take();
    }
    Sta& at_ap() { return *wiphy.stations().find(ap, sta.address()); }
    Sta& at_sta() { return *client.stations().find(sta, ap.address()); }

    static ieee80211::Bytes ethernet(const ieee80211::MacAddress& to, const ieee80211::MacAddress& from,
                                     std::string_view text, std::uint16_t type = 0x0800) {
        ieee80211::Bytes out;
        ieee80211::ByteWriter w(out);
        w.mac(to);
        w.mac(from);
        w.u8(static_cast<std::uint8_t>(type >> 8U));
        w.u8(static_cast<std::uint8_t>(type));
        w.text(text);
        return out;
    }
    /// Sends a frame through an interface's netdev and gives it time to arrive.
    void send(Wdev& from, const ieee80211::MacAddress& to, std::string_view text, std::uint16_t type = 0x0800) {
        EXPECT_TRUE(from.netdev()->transmit(ethernet(to, from.address(), text, type)).has_value());
        run_for(20ms);
    }
    /// The data frames that were on the air since the last call.
    std::vector<ieee80211::Bytes> data_on_air() {
        std::vector<ieee80211::Bytes> out;
        for (auto& heard : std::exchange(air.heard, {}))
            if (heard.view().frame_control().type() == ieee80211::FrameType::data) out.push_back(heard.bytes);
        return out;
    }
    void send_from_ap(ieee80211::ManagementSubtype subtype, const ieee80211::Bytes& body) {
        ieee80211::Bytes frame;
        ieee80211::ByteWriter w(frame);
        ieee80211::FrameHeader::management(subtype, sta.address(), ap.address(), ap.address()).append_to(w);
        w.bytes(body);
        wiphy.data_path().send_management(ap, &ap.default_link(), frame, {});
    }

private:
    void connect(const CryptoSettings& crypto, bool mfp) {
        ScanRequest scan;
        scan.frequencies = {network.channel.center};
        EXPECT_EQ(error_of(client.trigger_scan(sta, scan)), 0);
        run_for(300ms);
        AuthenticateRequest auth;
        auth.bssid = ap.address();
        auth.frequency = network.channel.center;
        auth.ssid = *ieee80211::Ssid::from(network.ssid);
        EXPECT_EQ(error_of(sta.mlme()->authenticate(auth)), 0);
        run_for(50ms);
        AssociateRequest assoc;
        assoc.bssid = auth.bssid;
        assoc.frequency = auth.frequency;
        assoc.ssid = auth.ssid;
        assoc.crypto = crypto;
        assoc.use_mfp = mfp;
        assoc.owner = OwnerId{8};
        EXPECT_EQ(error_of(sta.mlme()->associate(assoc)), 0);
        run_for(50ms);
        EXPECT_NE(sta.mlme()->connection(), nullptr);
        air.heard.clear();
    }
    bool frame_received(Wdev&, const FrameBytes& bytes, const RxStatus&) override {
        const auto frame = *ieee80211::FrameView::parse(*bytes);
        if (frame.frame_control().is(ieee80211::ManagementSubtype::authentication)) {
            answer(ieee80211::ManagementSubtype::authentication, {0, 0, 2, 0, 0, 0});
        } else if (frame.frame_control().is(ieee80211::ManagementSubtype::association_request)) {
            StaParameters parameters;
            parameters.flags_mask = parameters.flags_set =
                more_ | StaFlags{StaFlag::authenticated, StaFlag::associated};
            parameters.aid = ieee80211::Aid::from(1);
            parameters.listen_interval = 5;
            parameters.capabilities.emplace();
            parameters.capabilities->supported_rates = {0x82, 0x84, 0x8b, 0x96};
            EXPECT_EQ(error_of(wiphy.stations().add(ap, *frame.addr2(), parameters)), 0);
            answer(ieee80211::ManagementSubtype::association_response,
                   {0x01, 0x04, 0, 0, 0x01, 0xc0, 1, 4, 0x82, 0x84, 0x8b, 0x96});
        }
        return true;
    }
    void answer(ieee80211::ManagementSubtype subtype, ieee80211::Bytes body) {
        answers_.push_back(queue.after(100us, [this, subtype, body] { send_from_ap(subtype, body); }));
    }

    StaFlags more_;
    std::vector<sim::Timer> answers_;

protected:
    Wiphy& client;
    Wdev& sta;
    DataLog told;
};

}  // namespace mlosim::mld
