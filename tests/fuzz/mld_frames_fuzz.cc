// Any frames on the air, at an access point and at a station that are connected with keys: the receive path, beacons,
// association, A-MSDUs, group management frames with and without a MIC, action frames.
//
// An input is a series of records: one byte of options (below), two bytes of length, a frame without FCS.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <vector>

#include "../unit/mld/aerial.h"
#include "hwsim/driver.h"
#include "mld/ap_link.h"
#include "mld/data_path.h"
#include "mld/frame_listener.h"
#include "mld/radio_profiles.h"
#include "mld/station_mlme.h"
#include "mld/stations.h"
#include "mld/world.h"
#include "phy/ideal_medium.h"
#include "sim/invariant.h"

namespace {

using namespace mlosim;
using namespace mlosim::mld;
using namespace std::chrono_literals;
using ieee80211::Bytes;
using ieee80211::ManagementSubtype;

enum Option : std::uint8_t {
    to_access_point = 1U << 0,  ///< else to the station
    keep_addresses = 1U << 1,   ///< the frame's, instead of those of the connection
    protected_frame = 1U << 2,  ///< encrypted or with a MIC, by somebody who has the keys
    from_stranger = 1U << 3,
    time_passes = 1U << 4,
    from_ds_bits = 1U << 5,  ///< To DS and From DS fit the direction
};
constexpr std::size_t record_header = 3;
constexpr std::size_t most_records = 32;

constexpr std::size_t addr1_at = 4;
constexpr std::size_t addr2_at = 10;
constexpr std::size_t addr3_at = 16;

void demand(bool good, const char* what) {
    if (good) return;
    std::fprintf(stderr, "the world could not be built: %s\n", what);
    std::abort();
}

KeyParameters key_of(ieee80211::Suite suite, std::uint8_t fill) {
    KeyParameters out;
    out.cipher = suite;
    out.data = Bytes(16, fill);
    return out;
}

const RadioProfile& profile() {
    static const RadioProfiles profiles = RadioProfiles::built_in();
    static const RadioProfile one = [] {
        RadioOptions options;
        options.channels = 1;
        options.multi_link = false;
        return profiles.find("generic-be")->with(options);
    }();
    return one;
}

/// An access point and a station on radios of their own, connected and with keys for everything.
class Connected final : private FrameListener {
public:
    Connected() {
        hwsim::install(world_, medium_);
        ap_ = make("ap0", InterfaceType::ap);
        sta_ = make("sta", InterfaceType::station);
        network_.bssid = ap_->address();
        network_.capability = 0x0431;
        // Rates, HT Capabilities and Operation, WMM.
        network_.extra = {1, 4, 0x82, 0x84, 0x8b, 0x96, 45, 26, 0x0c, 0, 0x1b, 0xff};
        network_.extra.insert(network_.extra.end(), 22, 0);
        network_.extra.insert(network_.extra.end(), {61, 22, 1, 0, 0});
        network_.extra.insert(network_.extra.end(), 19, 0);
        network_.extra.insert(network_.extra.end(), {221, 24, 0, 0x50, 0xf2, 2, 1, 1, 0x80, 0});
        for (std::uint8_t ac = 0; ac < 4; ++ac)
            network_.extra.insert(network_.extra.end(), {static_cast<std::uint8_t>(3U | ac << 5U), 0xa4, 0, 0});
        AccessPointSettings settings;
        settings.channel = phy::ChannelDefinition::mhz20(network_.channel);
        settings.ssid = *ieee80211::Ssid::from(network_.ssid);
        settings.beacon_interval = network_.beacon_interval;
        settings.beacon.head = network_.beacon();
        settings.owner = OwnerId{7};
        demand(ap_->wiphy().start_ap(*ap_, std::nullopt, settings).has_value(), "the access point");
        for (const std::uint16_t subtype : {0x00b0, 0x0000, 0x0020, 0x00a0, 0x00c0, 0x00d0, 0x0040})
            demand(ap_->wiphy().register_frame(*ap_, *this, subtype, {}).has_value(), "its frames");
        connect();
        install_keys();
    }
    ~Connected() { ap_->wiphy().unregister_frames(*this); }

    void hear(std::uint8_t options, Bytes frame) {
        const bool to_ap = (options & to_access_point) != 0;
        if ((options & keep_addresses) == 0) put_addresses(options, frame);
        if ((options & protected_frame) != 0) protect(to_ap, frame);
        if (frame.empty()) return;
        air_.send(std::move(frame), network_.channel);
        run_for((options & time_passes) != 0 ? 250ms : 8ms);
    }
    void finish() {
        run_for(3s);
        MLOSIM_INVARIANT(ap_->wiphy().stations().held_frames() <= 512, "what is held for sleepers is bounded");
        (void)sta_->netdev()->set_up(false);
        (void)ap_->netdev()->set_up(false);
        run_for(1s);
        MLOSIM_INVARIANT(ap_->wiphy().stations().of(*ap_).empty(), "an access point that is down has no stations");
    }

private:
    Wdev* make(const char* name, InterfaceType type) {
        RadioSpec spec;
        spec.profile = profile();
        const auto radio = world_.add_radio(std::move(spec));
        demand(radio.has_value(), "a radio");
        const auto wdev = (*radio)->wiphy->add_interface({name, type});
        demand(wdev.has_value() && (*wdev)->netdev()->set_up(true).has_value(), name);
        return *wdev;
    }
    void run_for(sim::Duration time) { queue_.run_until(queue_.now() + time); }

    void connect() {
        ScanRequest scan;
        scan.frequencies = {network_.channel.center};
        demand(sta_->wiphy().trigger_scan(*sta_, scan).has_value(), "a scan");
        run_for(400ms);
        AuthenticateRequest auth;
        auth.bssid = ap_->address();
        auth.frequency = network_.channel.center;
        auth.ssid = *ieee80211::Ssid::from(network_.ssid);
        demand(sta_->mlme()->authenticate(auth).has_value(), "authentication");
        run_for(50ms);
        AssociateRequest assoc;
        assoc.bssid = auth.bssid;
        assoc.frequency = auth.frequency;
        assoc.ssid = auth.ssid;
        assoc.use_mfp = true;
        assoc.owner = OwnerId{8};
        demand(sta_->mlme()->associate(assoc).has_value(), "association");
        run_for(50ms);
        demand(sta_->mlme()->connection() != nullptr, "the connection");
        StaParameters parameters;
        parameters.flags_mask = parameters.flags_set = StaFlags{StaFlag::authorized, StaFlag::mfp};
        demand(ap_->wiphy().stations().change(*ap_, sta_->address(), parameters).has_value(), "the open port");
        parameters.flags_mask = parameters.flags_set = StaFlag::authorized;
        demand(sta_->wiphy().stations().change(*sta_, ap_->address(), parameters).has_value(), "the open port");
    }
    void install_keys() {
        namespace cipher = ieee80211::cipher;
        for (Wdev* at : {ap_, sta_}) {
            DataPath& path = at->wiphy().data_path();
            const auto& peer = at == ap_ ? sta_->address() : ap_->address();
            demand(path.add_key(*at, {0, true, peer, std::nullopt}, key_of(cipher::ccmp128, 1)).has_value(), "PTK");
            for (const std::uint8_t index : {1, 4, 6}) {
                const KeyName name{index, false, std::nullopt, std::nullopt};
                const auto suite = index == 1 ? cipher::ccmp128 : cipher::bip_cmac128;
                demand(path.add_key(*at, name, key_of(suite, index)).has_value(), "a group key");
                if (at != ap_) continue;
                const auto purpose = index == 1   ? KeyPurpose::data_multicast
                                     : index == 4 ? KeyPurpose::management
                                                  : KeyPurpose::beacon;
                demand(path.set_default_key(*at, name, purpose).has_value(), "a default key");
            }
        }
    }

    void put_addresses(std::uint8_t options, Bytes& frame) const {
        const bool to_ap = (options & to_access_point) != 0;
        const auto put = [&](std::size_t at, const ieee80211::MacAddress& address) {
            for (std::size_t i = 0; i < 6 && at + i < frame.size(); ++i)
                frame[at + i] = address.octets()[i];
        };
        if ((options & from_ds_bits) != 0 && frame.size() > 1)
            frame[1] = static_cast<std::uint8_t>((frame[1] & 0xfcU) | (to_ap ? 1U : 2U));
        const bool group = frame.size() > addr1_at && (frame[addr1_at] & 1U) != 0;
        if (!group) put(addr1_at, to_ap ? ap_->address() : sta_->address());
        put(addr2_at, (options & from_stranger) != 0 ? address(9) : to_ap ? sta_->address() : ap_->address());
        const bool is_data = !frame.empty() && (frame[0] & 0x0cU) == 0x08U;
        if (!is_data) put(addr3_at, ap_->address());
    }

    void protect(bool to_ap, Bytes& frame) {
        const auto view = ieee80211::FrameView::parse(frame);
        if (!view || view->frame_control().type() == ieee80211::FrameType::control) return;
        // The octets of the PTK are those of the GTK.
        static const auto data_cipher = ieee80211::FrameCipher::make(ieee80211::cipher::ccmp128, Bytes(16, 1));
        ++packet_number_;
        if (view->frame_control().type() == ieee80211::FrameType::management && view->addr1().is_group()) {
            const bool beacon = view->frame_control().is(ManagementSubtype::beacon);
            const std::uint8_t index = beacon ? 6 : 4;
            const auto mic = ieee80211::BipCipher::make(ieee80211::cipher::bip_cmac128, Bytes(16, index));
            mic->protect(frame, packet_number_, index);
            return;
        }
        const bool with_group_key = view->addr1().is_group() && !to_ap;
        frame = data_cipher->protect(frame, packet_number_, with_group_key ? 1 : 0);
    }

    bool frame_received(Wdev&, const FrameBytes& bytes, const RxStatus&) override {
        const auto frame = *ieee80211::FrameView::parse(*bytes);
        if (frame.addr2() != sta_->address()) return true;
        if (frame.frame_control().is(ManagementSubtype::authentication)) {
            answer(ManagementSubtype::authentication, {0, 0, 2, 0, 0, 0});
        } else if (frame.frame_control().is(ManagementSubtype::association_request)) {
            StaParameters parameters;
            parameters.flags_mask = parameters.flags_set =
                StaFlags{StaFlag::authenticated, StaFlag::associated, StaFlag::wme};
            parameters.aid = ieee80211::Aid::from(1);
            parameters.listen_interval = 5;
            parameters.uapsd_queues = 0x05;
            parameters.capabilities = StaCapabilities{};
            parameters.capabilities->supported_rates = {0x82, 0x84, 0x8b, 0x96};
            (void)ap_->wiphy().stations().add(*ap_, *frame.addr2(), parameters);
            Bytes body{0x31, 0x04, 0, 0, 0x01, 0xc0};
            body.insert(body.end(), network_.extra.begin(), network_.extra.end());
            answer(ManagementSubtype::association_response, body);
        }
        return true;
    }
    void answer(ManagementSubtype subtype, const Bytes& body) {
        answers_.push_back(queue_.after(100us, [this, subtype, body] {
            Bytes frame;
            ieee80211::ByteWriter w(frame);
            ieee80211::FrameHeader::management(subtype, sta_->address(), ap_->address(), ap_->address()).append_to(w);
            w.bytes(body);
            ap_->wiphy().data_path().send_management(*ap_, &ap_->default_link(), frame, {});
        }));
    }

    sim::EventQueue queue_;
    sim::Random random_{1};
    sim::Trace trace_;
    phy::IdealMedium medium_{queue_};
    World world_{queue_, random_, trace_, phy::RegulatoryDatabase::embedded()};
    Aerial air_{medium_};
    Network network_;
    Wdev* ap_ = nullptr;
    Wdev* sta_ = nullptr;
    std::uint64_t packet_number_ = 1000;
    std::vector<sim::Timer> answers_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::span<const std::uint8_t> input{data, size};
    Connected world;
    for (std::size_t n = 0; n < most_records && input.size() >= record_header; ++n) {
        const std::uint8_t options = input[0];
        const std::size_t length = std::min<std::size_t>(input[1] | input[2] << 8U, input.size() - record_header);
        const auto frame = input.subspan(record_header, length);
        world.hear(options, {frame.begin(), frame.end()});
        input = input.subspan(record_header + length);
    }
    world.finish();
    return 0;
}
