#pragma once

#include <string>
#include <vector>

#include "access_point_fixture.h"
#include "ieee80211/supported_rates.h"
#include "mld/off_channel.h"
#include "mld/sta.h"
#include "mld/station_mlme.h"
#include "mld/stations.h"

namespace mlosim::mld {

/// Writes down what becomes of connections, one line an event.
class ConnectionLog : public Events {
public:
    void station_added(Sta& s) override { add(s.wdev(), "new-station"); }
    void station_removed(Sta& s) override { add(s.wdev(), "del-station"); }
    void mlme_frame(Wdev& w, const MlmeFrame& f) override {
        static constexpr const char* names[] = {"auth", "assoc", "deauth", "disassoc", "?", "?", "?"};
        add(w, names[static_cast<unsigned>(f.kind)]);
    }
    void mlme_timed_out(Wdev& w, MlmeTimeout what, const ieee80211::MacAddress&) override {
        add(w, what == MlmeTimeout::authentication ? "auth-timeout" : "assoc-timeout");
    }
    void association_comeback(Wdev& w, const ieee80211::MacAddress&, std::uint32_t tu) override {
        add(w, "comeback " + std::to_string(tu));
    }
    void connected(Wdev& w, const ConnectResult& r) override {
        add(w, "connect " + (r.status ? std::to_string(*r.status) : std::string("timeout")));
    }
    void disconnected(Wdev& w, const DisconnectInfo& d) override {
        add(w, "disconnect " + std::to_string(d.reason) + (d.from_ap ? " by-ap" : ""));
    }
    void cqm_event(Wdev& w, const CqmEvent& e) override {
        static constexpr const char* names[] = {"rssi-low", "rssi-high", "beacon-loss", "packet-loss"};
        add(w, names[static_cast<unsigned>(e.kind)]);
    }
    void remain_on_channel_started(Wdev& w, std::uint64_t, const phy::Channel& c, std::chrono::milliseconds) override {
        add(w, "stay " + std::to_string(c.center.in_mhz()));
    }
    void remain_on_channel_ended(Wdev& w, std::uint64_t, const phy::Channel& c) override {
        add(w, "stay-over " + std::to_string(c.center.in_mhz()));
    }
    void frame_wait_ended(Wdev& w, std::uint64_t, const phy::Channel&) override { add(w, "wait-over"); }
    void frame_sent(Wdev& w, std::uint64_t, ieee80211::ByteView, bool acknowledged) override {
        add(w, acknowledged ? "sent acked" : "sent lost");
    }
    void channel_switch_started(Wdev& w, const Link&, const phy::ChannelDefinition& c, std::uint8_t, bool) override {
        add(w, "switch-announced " + std::to_string(c.control.center.in_mhz()));
    }
    void channel_switched(Wdev& w, const Link&, const phy::ChannelDefinition& c) override {
        add(w, "switched " + std::to_string(c.control.center.in_mhz()));
    }

    /// Of one interface.
    explicit ConnectionLog(std::string name) : name_(std::move(name)) {}
    std::vector<std::string> take() { return std::exchange(lines_, {}); }

private:
    void add(const Wdev& w, std::string line) {
        if (w.name() == name_) lines_.push_back(std::move(line));
    }
    std::string name_;
    std::vector<std::string> lines_;
};

/// What hostapd would do of an open network: answers authentications and associations.
class OpenNetwork final : public FrameListener {
public:
    explicit OpenNetwork(Wdev& ap) : ap_(ap) {
        for (const std::uint16_t type : {std::uint16_t{0x00b0}, std::uint16_t{0x0000}, std::uint16_t{0x0020}})
            EXPECT_TRUE(ap.wiphy().register_frame(ap, *this, type, {}).has_value());
    }
    ~OpenNetwork() { ap_.wiphy().unregister_frames(*this); }

    bool frame_received(Wdev&, const FrameBytes& bytes, const RxStatus&) override {
        const auto frame = *ieee80211::FrameView::parse(*bytes);
        heard.push_back(*bytes);
        if (silent) return true;
        const bool authentication = frame.frame_control().is(ieee80211::ManagementSubtype::authentication);
        if (!authentication && status == 0 && ap_.wiphy().stations().find(ap_, *frame.addr2()) == nullptr) {
            StaParameters parameters;
            parameters.flags_mask = parameters.flags_set =
                StaFlags{StaFlag::authenticated, StaFlag::associated, StaFlag::authorized};
            parameters.aid = *ieee80211::Aid::from(1);
            parameters.listen_interval = 5;
            parameters.capabilities.emplace();
            parameters.capabilities->supported_rates = {2, 4, 11, 22};
            EXPECT_TRUE(ap_.wiphy().stations().add(ap_, *frame.addr2(), parameters).has_value());
        }
        send(authentication ? ieee80211::ManagementSubtype::authentication
                            : ieee80211::ManagementSubtype::association_response,
             *frame.addr2(), authentication ? authentication_answer() : association_answer());
        return true;
    }
    void send(ieee80211::ManagementSubtype subtype, const ieee80211::MacAddress& to, const ieee80211::Bytes& body) {
        ieee80211::Bytes bytes;
        ieee80211::ByteWriter out(bytes);
        ieee80211::FrameHeader::management(subtype, to, ap_.address(), ap_.address()).append_to(out);
        out.bytes(body);
        EXPECT_TRUE(ap_.wiphy().send_frame(ap_, std::nullopt, std::move(bytes)).has_value());
    }

    std::vector<ieee80211::Bytes> heard;
    bool silent = false;
    std::uint16_t status = 0;
    ieee80211::Bytes more;  ///< elements of the association response

private:
    static ieee80211::Bytes authentication_answer() { return {0, 0, 2, 0, 0, 0}; }
    ieee80211::Bytes association_answer() const {
        ieee80211::Bytes body{1, 4, static_cast<std::uint8_t>(status), 0, 1, 0xc0, 1, 4, 0x82, 0x84, 0x8b, 0x96};
        body.insert(body.end(), more.begin(), more.end());
        return body;
    }
    Wdev& ap_;
};

/// An open network and a station that has found it, each with a radio of its own.
class StationTest : public WorldTest {
protected:
    explicit StationTest(const RadioOptions& options = {.channels = 2})
        : ap_wiphy(*add_radio(options).wiphy),
          wiphy(*add_radio(options).wiphy),
          ap(**ap_wiphy.add_interface({"ap0", InterfaceType::ap})),
          station(**wiphy.add_interface({"sta0", InterfaceType::station})),
          events("sta0") {
        set_country('D', 'E');
        EXPECT_TRUE(ap.netdev()->set_up(true).has_value());
        EXPECT_TRUE(station.netdev()->set_up(true).has_value());
        network.bssid = ap.address();
        network.with(*ieee80211::SupportedRates::from(std::vector<ieee80211::RateOctet>{
            ieee80211::RateOctet::rate(2, true), ieee80211::RateOctet::rate(4, true),
            ieee80211::RateOctet::rate(11, true), ieee80211::RateOctet::rate(22, true)}));
        EXPECT_TRUE(ap_wiphy.start_ap(ap, std::nullopt, ap_settings(network)).has_value());
        hostapd = std::make_unique<OpenNetwork>(ap);
        ScanRequest request;
        request.frequencies.push_back(network.channel.center);
        EXPECT_TRUE(wiphy.trigger_scan(station, std::move(request)).has_value());
        run_for(1s);
        world.subscribe(events);
    }
    ~StationTest() override { world.unsubscribe(events); }

    StationMlme& mlme() { return *station.mlme(); }
    AuthenticateRequest authentication() const {
        AuthenticateRequest out;
        out.bssid = network.bssid;
        out.frequency = network.channel.center;
        out.ssid = *ieee80211::Ssid::from(network.ssid);
        return out;
    }
    AssociateRequest association() const {
        AssociateRequest out;
        out.bssid = network.bssid;
        out.frequency = network.channel.center;
        out.ssid = *ieee80211::Ssid::from(network.ssid);
        return out;
    }
    void connect() {
        ASSERT_EQ(error_of(mlme().authenticate(authentication())), 0);
        run_for(20ms);
        ASSERT_EQ(error_of(mlme().associate(association())), 0);
        run_for(50ms);
        ASSERT_NE(mlme().connection(), nullptr);
        events.take();
    }
    LeaveRequest goodbye(std::uint16_t reason) const {
        LeaveRequest out;
        out.bssid = network.bssid;
        out.reason = reason;
        return out;
    }

    Wiphy& ap_wiphy;
    Wiphy& wiphy;
    Wdev& ap;
    Wdev& station;
    Network network;
    ConnectionLog events;
    std::unique_ptr<OpenNetwork> hostapd;
};

}  // namespace mlosim::mld
