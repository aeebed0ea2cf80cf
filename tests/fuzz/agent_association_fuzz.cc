// Any association requests of station MLDs at a built-in AP MLD of three links, end to end: over the air, through the
// receive path, into stations and their links. What a request asks for is given on links that there are, to one
// station, and is gone when the access point is.
//
// An input is a series of records: one byte of options (below), two bytes of length, the elements of the request.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <span>

#include "../unit/mld/aerial.h"
#include "agent/access_points.h"
#include "hwsim/driver.h"
#include "mld/radio_profiles.h"
#include "mld/stations.h"
#include "phy/ideal_medium.h"
#include "sim/invariant.h"

namespace {

using namespace mlosim;
using namespace mlosim::mld;
using namespace std::chrono_literals;
using ieee80211::Bytes;
using ieee80211::MacAddress;
using ieee80211::ManagementSubtype;

enum Option : std::uint8_t {
    link_bits = 3U,  ///< which of the links it is sent on
    reassociation = 1U << 2,
    without_authentication = 1U << 3,
    another_station = 1U << 4,
    without_multi_link = 1U << 5,  ///< in the Authentication frame
    leaves = 1U << 6,
    time_passes = 1U << 7,
};
constexpr std::size_t record_header = 3;
constexpr std::size_t most_records = 16;

void demand(bool good, const char* what) {
    if (good) return;
    std::fprintf(stderr, "the world could not be built: %s\n", what);
    std::abort();
}

const RadioProfile& profile() {
    static const RadioProfiles profiles = RadioProfiles::built_in();
    static const RadioProfile one = [] {
        RadioOptions options;
        options.channels = 3;
        return profiles.find("generic-be")->with(options);
    }();
    return one;
}

class ThreeLinks {
public:
    ThreeLinks() {
        hwsim::install(world_, medium_);
        demand(world_.regulatory().hint_user(phy::Alpha2('D', 'E')).has_value(), "a country");
        run_for(0s);
        RadioSpec spec;
        spec.profile = profile();
        const auto radio = world_.add_radio(std::move(spec));
        demand(radio.has_value(), "a radio");
        const auto wdev = (*radio)->wiphy->add_interface({"ap0", InterfaceType::ap});
        demand(wdev.has_value(), "an interface");
        ap_ = *wdev;
        agent::NetworkSettings settings;
        settings.name = "three";
        settings.ssid = *ieee80211::Ssid::from("three");
        settings.security = agent::Security::open;
        settings.mld = true;
        unsigned id = 0;
        for (const phy::Channel& channel : channels_)
            settings.links.push_back(
                {phy::ChannelDefinition::mhz20(channel), *ieee80211::LinkId::from(id++), std::nullopt});
        demand(access_points_.start(access_points_.add(*ap_, settings, {})).has_value(), "the access point");
        run_for(150ms);
    }

    void request(std::uint8_t options, std::span<const std::uint8_t> elements) {
        const std::size_t link = std::min<std::size_t>(options & link_bits, channels_.size() - 1);
        const MacAddress bssid = ap_->links()[link]->bssid();
        const MacAddress station = address((options & another_station) != 0 ? 0x81 : 0x80);
        if ((options & without_authentication) == 0) {
            Bytes body{0, 0, 1, 0, 0, 0};
            if ((options & without_multi_link) == 0) {
                // Basic Multi-Link element with the MLD's address alone, 802.11be 35.3.5.
                body.insert(body.end(), {255, 10, 107, 0, 0, 7});
                const MacAddress mld = address(0x90);
                body.insert(body.end(), mld.octets().begin(), mld.octets().end());
            }
            send(link, ManagementSubtype::authentication, bssid, station, body);
            run_for(10ms);
        }
        Bytes body{0x31, 0x04, 10, 0};
        const bool again = (options & reassociation) != 0;
        if (again) body.insert(body.end(), bssid.octets().begin(), bssid.octets().end());
        body.insert(body.end(), elements.begin(), elements.end());
        send(link, again ? ManagementSubtype::reassociation_request : ManagementSubtype::association_request, bssid,
             station, body);
        run_for(10ms);
        check();
        if ((options & leaves) != 0) {
            send(link, ManagementSubtype::deauthentication, bssid, station, {3, 0});
            run_for(5ms);
        }
        if ((options & time_passes) != 0) run_for(1s);
        check();
    }
    void finish() {
        (void)ap_->netdev()->set_up(false);
        run_for(1s);
        MLOSIM_INVARIANT(ap_->wiphy().stations().of(*ap_).empty(), "an access point that is down has no stations");
    }

private:
    void run_for(sim::Duration time) { queue_.run_until(queue_.now() + time); }
    void send(std::size_t link, ManagementSubtype subtype, const MacAddress& bssid, const MacAddress& station,
              const Bytes& body) {
        Bytes frame;
        ieee80211::ByteWriter w(frame);
        ieee80211::FrameHeader::management(subtype, bssid, station, bssid).append_to(w);
        w.bytes(body);
        air_.send(std::move(frame), channels_[link]);
    }
    void check() {
        for (const Sta* sta : ap_->wiphy().stations().of(*ap_)) {
            MLOSIM_INVARIANT(!sta->links().empty() && sta->links().size() <= channels_.size(),
                             "a station has links, and not more than there are");
            for (const auto& link : sta->links()) {
                MLOSIM_INVARIANT(link->link.value() < channels_.size() || !sta->is_mld(), "each is one that there is");
                const auto same = [&](const auto& other) { return other->link == link->link; };
                MLOSIM_INVARIANT(std::count_if(sta->links().begin(), sta->links().end(), same) == 1, "and once");
            }
        }
    }

    sim::EventQueue queue_;
    sim::Random random_{1};
    sim::Trace trace_;
    phy::IdealMedium medium_{queue_};
    World world_{queue_, random_, trace_, phy::RegulatoryDatabase::embedded()};
    Aerial air_{medium_};
    agent::AccessPoints access_points_{world_};
    const std::array<phy::Channel, 3> channels_{ghz2(1), ghz5(36), ghz6(5)};
    Wdev* ap_ = nullptr;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::span<const std::uint8_t> input{data, size};
    ThreeLinks world;
    for (std::size_t n = 0; n < most_records && input.size() >= record_header; ++n) {
        const std::size_t length = std::min<std::size_t>(input[1] | input[2] << 8U, input.size() - record_header);
        world.request(input[0], input.subspan(record_header, length));
        input = input.subspan(record_header + length);
    }
    world.finish();
    return 0;
}
