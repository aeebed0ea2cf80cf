#pragma once

#include <memory>
#include <string>
#include <vector>

#include "../mld/world_fixture.h"
#include "agent/access_points.h"
#include "ieee80211/frame_header.h"
#include "ieee80211/management_frames.h"
#include "phy/channel.h"

namespace mlosim::agent {

using namespace std::chrono_literals;
using ieee80211::Bytes;
using ieee80211::ByteWriter;
using ieee80211::ElementList;
using ieee80211::FrameHeader;
using ieee80211::FrameView;
using ieee80211::MacAddress;
using ieee80211::ManagementSubtype;

/// A radio without a MAC: writes down what it hears, and sends what it is told.
class Station final : public phy::RadioPort {
public:
    Station(phy::Medium& medium, sim::EventQueue& queue) : medium_(medium), queue_(queue) {
        port_ = medium.attach(*this, {});
    }
    ~Station() { medium_.detach(port_); }

    void tune(const phy::Channel& channel) {
        channel_ = channel;
        const std::array channels{phy::ChannelDefinition::mhz20_noht(channel)};
        medium_.listen(port_, channels);
        heard.clear();
    }
    bool receive(const phy::Reception& reception) override {
        heard.push_back(*reception.payload);
        return false;
    }
    void send(Bytes frame) {
        phy::Transmission out;
        out.payload = std::make_shared<const Bytes>(std::move(frame));
        out.channel = phy::ChannelDefinition::mhz20_noht(channel_);
        out.power = phy::Dbm{20};
        out.rate = *phy::Rate::legacy(60);
        medium_.transmit(port_, std::move(out));
    }
    /// Sends a management frame and returns what comes back of `expected`'s subtype within 20 ms.
    std::vector<Bytes> ask(ManagementSubtype subtype, const MacAddress& to, const MacAddress& bssid, const Bytes& body,
                           ManagementSubtype expected) {
        heard.clear();
        Bytes frame;
        ByteWriter w(frame);
        FrameHeader::management(subtype, to, address, bssid).append_to(w);
        w.bytes(body);
        send(std::move(frame));
        queue_.run_until(queue_.now() + 20ms);
        return of(expected);
    }
    [[nodiscard]] std::vector<Bytes> of(ManagementSubtype subtype) const {
        std::vector<Bytes> out;
        for (const Bytes& frame : heard)
            if (FrameView::parse(frame)->frame_control().is(subtype)) out.push_back(frame);
        return out;
    }

    std::vector<Bytes> heard;
    MacAddress address = *MacAddress::parse("02:00:00:00:77:00");

private:
    phy::Medium& medium_;
    sim::EventQueue& queue_;
    phy::PortId port_;
    phy::Channel channel_;
};

inline ieee80211::Ssid name_of(std::string_view text) {
    return *ieee80211::Ssid::from(text);
}

inline phy::ChannelDefinition channel(phy::Band band, std::uint16_t number, unsigned mhz = 20,
                                      phy::Channelization320 layout = phy::Channelization320::first) {
    return *phy::ChannelDefinition::around(*phy::find_channel(band, number), *phy::width_from_mhz(mhz), layout);
}

inline LinkSettings link(unsigned id, phy::Band band, std::uint16_t number, unsigned mhz = 20) {
    return {channel(band, number, mhz), *ieee80211::LinkId::from(id), std::nullopt};
}

/// A plain access point.
inline NetworkSettings network(std::string_view ssid, const LinkSettings& where, Security security = Security::open) {
    NetworkSettings out;
    out.name = ssid;
    out.ssid = name_of(ssid);
    out.security = security;
    out.links = {where};
    return out;
}

/// An AP MLD on 2.4, 5 and 6 GHz.
inline NetworkSettings three_links(Security security = Security::wpa3) {
    NetworkSettings out = network("three", link(0, phy::Band::ghz2_4, 1), security);
    out.mld = true;
    out.links.push_back(link(1, phy::Band::ghz5, 36));
    out.links.push_back(link(2, phy::Band::ghz6, 5));
    return out;
}

/// A world in Germany with access points on radios that can use three channels at once.
class AccessPointTest : public mld::WorldTest {
protected:
    AccessPointTest() { set_country('D', 'E'); }

    mld::Wdev& access_point_interface(const std::string& name, std::string_view profile_name = "generic-be") {
        mld::RadioOptions options;
        options.channels = 3;
        mld::RadioSpec spec;
        spec.profile = mld::profile(profile_name);
        if (profile_name == "generic-be") spec.profile = spec.profile.with(options);
        spec.interface_name = name;
        add_radio(std::move(spec));
        mld::InterfaceChange change;
        change.type = mld::InterfaceType::ap;
        mld::Wdev& out = wdev(name);
        EXPECT_TRUE(out.wiphy().change_interface(out, change).has_value());
        return out;
    }
    AccessPoint& start(const NetworkSettings& settings, std::string_view profile_name = "generic-be",
                       SiteId site = {}) {
        AccessPoint& out = access_points.add(
            access_point_interface("ap" + std::to_string(access_points.size()), profile_name), settings, site);
        const auto started = access_points.start(out);
        EXPECT_TRUE(started.has_value()) << (started ? 0 : started.error().error.code);
        run_for(0s);
        return out;
    }
    /// The next beacon of a BSS.
    Bytes beacon_of(const Bss& bss) {
        station.tune(bss.channel.control);
        run_for(1024us * 2 * bss.beacon_interval);
        for (const Bytes& frame : station.of(ManagementSubtype::beacon))
            if (FrameView::parse(frame)->addr2() == bss.bssid) return frame;
        ADD_FAILURE() << "no beacon of " << bss.bssid.to_string();
        return {};
    }
    [[nodiscard]] static Bytes elements_of(const Bytes& frame) {
        const auto body = ieee80211::BeaconBody::parse(FrameView::parse(frame)->body());
        EXPECT_TRUE(body.has_value() && body->elements.complete());
        const auto bytes = body->elements.bytes();
        return {bytes.begin(), bytes.end()};
    }
    /// What a probe request for `ssid` to all on the BSS's channel brings, with more elements if wanted.
    std::vector<Bytes> probe(const Bss& bss, std::string_view ssid, const Bytes& more = {},
                             const MacAddress& bssid = MacAddress::broadcast()) {
        station.tune(bss.channel.control);
        run_for(1us);
        Bytes body;
        ByteWriter w(body);
        name_of(ssid).append_to(w);
        w.bytes(more);
        return station.ask(ManagementSubtype::probe_request, bssid, bssid, body, ManagementSubtype::probe_response);
    }

    AccessPoints access_points{world};
    Station station{medium, queue};
};

}  // namespace mlosim::agent
