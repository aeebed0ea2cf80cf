#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ieee80211/bss_elements.h"
#include "ieee80211/element_builder.h"
#include "ieee80211/frame_header.h"
#include "ieee80211/he_operation.h"
#include "ieee80211/management_frames.h"
#include "ieee80211/ssid.h"
#include "phy/medium.h"
#include "sim/event_queue.h"

namespace mlosim::mld {

/// Puts frames on the air that no radio of the world made, and notes what it hears there.
class Aerial final : public phy::RadioPort {
public:
    struct Heard {
        sim::Time start;
        phy::Channel channel;
        ieee80211::Bytes bytes;
        phy::Rate rate{};
        [[nodiscard]] ieee80211::FrameView view() const { return *ieee80211::FrameView::parse(bytes); }
    };

    explicit Aerial(phy::Medium& medium) : medium_(medium), port_(medium.attach(*this, {})) {}
    ~Aerial() { medium_.detach(port_); }
    Aerial(const Aerial&) = delete;
    Aerial& operator=(const Aerial&) = delete;

    void listen(const std::vector<phy::Channel>& channels) {
        std::vector<phy::ChannelDefinition> all;
        for (const phy::Channel& c : channels)
            all.push_back(phy::ChannelDefinition::mhz20_noht(c));
        medium_.listen(port_, all);
    }
    void send(ieee80211::Bytes bytes, const phy::Channel& channel, double dbm = 20.0) {
        phy::Transmission out;
        out.payload = std::make_shared<const ieee80211::Bytes>(std::move(bytes));
        out.channel = phy::ChannelDefinition::mhz20_noht(channel);
        out.power = phy::Dbm{dbm};
        out.rate = *phy::Rate::legacy(60);
        medium_.transmit(port_, std::move(out));
    }

    std::vector<Heard> heard;

private:
    bool receive(const phy::Reception& r) override {
        heard.push_back({r.start, r.channel.control, *r.payload, r.rate});
        return false;
    }

    phy::Medium& medium_;
    phy::PortId port_;
};

inline ieee80211::MacAddress address(std::uint8_t last) {
    return ieee80211::MacAddress{{0x02, 0xbb, 0, 0, 0, last}};
}
inline phy::Channel channel_of(phy::Band band, std::uint16_t number) {
    return *phy::find_channel(band, number);
}
inline phy::Channel ghz2(std::uint16_t number) {
    return channel_of(phy::Band::ghz2_4, number);
}
inline phy::Channel ghz5(std::uint16_t number) {
    return channel_of(phy::Band::ghz5, number);
}
inline phy::Channel ghz6(std::uint16_t number) {
    return channel_of(phy::Band::ghz6, number);
}

/// An access point as its beacons and probe responses show it.
struct Network {
    ieee80211::MacAddress bssid = address(1);
    std::string ssid = "net";
    phy::Channel channel = ghz2(1);
    std::uint64_t tsf = 0x1122334455;
    std::uint16_t beacon_interval = 100;
    std::uint16_t capability = 0x0401;  // ESS, short slot time
    /// Says itself which channel it is on.
    bool states_channel = true;
    unsigned regulatory_info = 0;  ///< of the 6 GHz Operation Information
    ieee80211::Bytes extra;        ///< more elements, whole

    [[nodiscard]] Network named(std::string name) const {
        Network out = *this;
        out.ssid = std::move(name);
        return out;
    }
    template <class Element>
    Network& with(const Element& element) {
        ieee80211::ByteWriter out(extra);
        element.append_to(out);
        return *this;
    }

    [[nodiscard]] ieee80211::Bytes elements() const {
        ieee80211::Bytes bytes;
        phy::Rate rate{};
        ieee80211::ByteWriter out(bytes);
        ieee80211::Ssid::from(ssid)->append_to(out);
        if (states_channel && channel.band == phy::Band::ghz2_4)
            ieee80211::DsssParameterSet{static_cast<std::uint8_t>(channel.number())}.append_to(out);
        if (states_channel && channel.band == phy::Band::ghz6) {
            ieee80211::HeOperation operation;
            operation.six_ghz.emplace();
            operation.six_ghz->primary_channel = static_cast<std::uint8_t>(channel.number());
            operation.six_ghz->control.set(ieee80211::He6GhzControl::regulatory_info, regulatory_info);
            operation.append_to(out);
        }
        out.bytes(extra);
        return bytes;
    }
    [[nodiscard]] ieee80211::Bytes frame(ieee80211::ManagementSubtype subtype,
                                         const ieee80211::MacAddress& receiver) const {
        const ieee80211::Bytes own = elements();
        ieee80211::Bytes bytes;
        phy::Rate rate{};
        ieee80211::ByteWriter out(bytes);
        ieee80211::FrameHeader::management(subtype, receiver, bssid, bssid).append_to(out);
        ieee80211::BeaconBody body;
        body.timestamp = tsf;
        body.beacon_interval = beacon_interval;
        body.capabilities = ieee80211::CapabilityInfo::from_raw(capability);
        body.elements = ieee80211::ElementList(own);
        body.append_to(out);
        return bytes;
    }
    [[nodiscard]] ieee80211::Bytes beacon() const {
        return frame(ieee80211::ManagementSubtype::beacon, ieee80211::MacAddress::broadcast());
    }
    [[nodiscard]] ieee80211::Bytes probe_response(const ieee80211::MacAddress& receiver) const {
        return frame(ieee80211::ManagementSubtype::probe_response, receiver);
    }
};

}  // namespace mlosim::mld
