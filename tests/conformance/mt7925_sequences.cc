// mt7925_sequences DATA: does with the emulated MT7925 what was done with the real driver while its commands were
// recorded (DATA/*.jsonl), with the same access points on the air, and compares what our driver half says to its chip
// with what the real driver said: command by command, field by field. Prints how many agree; fails on a difference that
// DATA/differences.txt has no reason for, and on a reason for what is no difference any more.
//
// `--all` prints every difference, also those with a reason.

#include <cstdio>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>

#include <nlohmann/json.hpp>

#include "mcu_comparison.h"
#include "mld/data_path.h"
#include "mld/netdev.h"
#include "mld/radio_profiles.h"
#include "mld/station_mlme.h"
#include "mld/stations.h"
#include "mld/world.h"
#include "mt7925/host/driver.h"
#include "mt7925/station_tlvs.h"
#include "mt7925_bytes.h"
#include "phy/ideal_medium.h"
#include "recorded_air.h"

namespace mlosim::conformance {
namespace {

using namespace std::chrono_literals;
using ieee80211::LinkId;
using ieee80211::MacAddress;
using Messages = McuComparison::Messages;

const MacAddress own_address({0x02, 0x79, 0x25, 0x00, 0xaa, 0x01});

/// The commands of a recording, if there is one; of the boot ROM's the pieces of firmware are left out on both sides.
std::optional<Messages> recorded_commands(const std::string& file) {
    std::ifstream in(file);
    if (!in) return std::nullopt;
    Messages out;
    for (std::string line; std::getline(in, line);) {
        const auto json = nlohmann::json::parse(line);
        if (json["dir"] != "cmd") continue;
        const std::string hex = json["hex"];
        if (hex.find('(') == std::string::npos) out.push_back(mt7925::decode_command(from_hex(hex)));
    }
    return out;
}

/// A world with the chip in it and the recording's access points around it.
class Bench {
public:
    Bench(const std::string& data, phy::Alpha2 country) : air_(medium_, queue_) {
        ready_ = air_.read(data + "/air/access_points.jsonl");
        world_.set_driver_factory("mt7925", [&](const mld::Radio& radio, mld::Wiphy& wiphy, mld::DriverEvents& mac) {
            auto made = std::make_unique<mt7925::host::Driver>(radio, wiphy, mac, medium_);
            driver_ = made.get();
            driver_->front().firmware().set_observer(
                [this](mt7925::Direction direction, mt7925::ByteView packet) { note(direction, packet); });
            return made;
        });
        if (country != phy::Alpha2{}) (void)world_.regulatory().hint_user(country);
        run(1s);
        const mld::RadioProfiles profiles = mld::RadioProfiles::built_in();
        mld::RadioSpec spec;
        spec.profile = *profiles.find("mt7925");
        spec.driver = "mt7925";
        spec.address = own_address;
        const auto radio = world_.add_radio(std::move(spec));
        // The recording's kernel had it on by default (CONFIG_CFG80211_DEFAULT_PS).
        ready_ = ready_ && radio.has_value() && wiphy().set_power_save(station(), true).has_value();
    }
    ~Bench() {
        if (driver_ != nullptr) driver_->front().firmware().set_observer({});
    }

    [[nodiscard]] bool ready() const { return ready_; }
    void run(sim::Duration time) { queue_.run_until(queue_.now() + time); }
    Messages taken() { return std::exchange(said_, {}); }

    mld::World& world() { return world_; }
    mld::Netdev& netdev() { return *world_.find_netdev("wlan0"); }
    mld::Wdev& station() { return *netdev().wdev(); }
    mld::Wiphy& wiphy() { return station().wiphy(); }

    bool up(bool on) { return netdev().set_up(on).has_value(); }
    /// As iw asks for it.
    bool scan(ieee80211::Bytes elements = {}) {
        mld::ScanRequest request;
        request.elements = std::move(elements);
        request.ssids.emplace_back();
        request.flags = mld::ScanFlag::colocated_6ghz;
        const bool begun = wiphy().trigger_scan(station(), std::move(request)).has_value();
        run(20s);
        return begun;
    }
    /// Something that an IP stack says as soon as it can: a listener report to all routers.
    void say_something() {
        ieee80211::Bytes frame = from_hex("33330000001602792500aa0186dd6000000000240001");
        frame.resize(90);
        wiphy().data_path().send_ethernet(station(), frame);
    }
    bool authorize(const MacAddress& ap) {
        mld::StaParameters parameters;
        parameters.flags_mask = parameters.flags_set = mld::StaFlag::authorized;
        return wiphy().stations().change(station(), ap, parameters).has_value();
    }
    bool add_key(std::uint8_t index, ieee80211::Suite cipher, ieee80211::Bytes key,
                 std::optional<MacAddress> peer = std::nullopt, std::optional<LinkId> link = std::nullopt) {
        mld::KeyName name;
        name.index = index;
        name.pairwise = peer.has_value();
        name.peer = peer;
        name.link = link;
        mld::KeyParameters parameters;
        parameters.cipher = cipher;
        parameters.data = std::move(key);
        parameters.sequence = ieee80211::Bytes(6);
        return wiphy().data_path().add_key(station(), name, parameters).has_value();
    }

private:
    void note(mt7925::Direction direction, mt7925::ByteView packet) {
        if (direction != mt7925::Direction::command) return;
        const auto command = mt7925::parse_command(packet);
        if (!command || command->is(mt7925::RomCid::fw_scatter)) return;
        said_.push_back(mt7925::decode_command(packet));
    }

    sim::EventQueue queue_;
    sim::Random random_{1};
    sim::Trace trace_;
    phy::IdealMedium medium_{queue_};
    mld::World world_{queue_, random_, trace_, phy::RegulatoryDatabase::embedded()};
    RecordedAir air_;
    mt7925::host::Driver* driver_ = nullptr;
    Messages said_;
    bool ready_ = false;
};

struct Step {
    /// Empty: nothing is compared.
    std::string recording;
    std::function<bool(Bench&)> act;
};
struct Run {
    std::string name;
    phy::Alpha2 country;
    std::vector<Step> steps;
};

MacAddress address(const std::string& hex) {
    return *MacAddress::parse(address_text(hex));
}
ieee80211::Ssid ssid(const std::string& text) {
    return *ieee80211::Ssid::from(text);
}
LinkId link(unsigned id) {
    return *LinkId::from(id);
}

struct MldLink {
    unsigned id;
    std::string bssid;
    std::uint32_t mhz;
};

/// The way of a program that has the SME itself. The first link is the one that the frames take.
bool join(Bench& bench, const std::string& name, const std::string& mld, const std::vector<MldLink>& links, bool keys) {
    mld::AuthenticateRequest first;
    first.ssid = ssid(name);
    first.bssid = address(links.front().bssid);
    first.frequency = phy::Frequency::mhz(links.front().mhz);
    first.ap_mld_addr = address(mld);
    first.link = link(links.front().id);
    if (!bench.station().mlme()->authenticate(first)) return false;
    bench.run(30ms);
    mld::AssociateRequest then;
    then.ssid = first.ssid;
    then.bssid = first.bssid;
    then.frequency = first.frequency;
    then.ap_mld_addr = first.ap_mld_addr;
    then.assoc_link = first.link;
    for (const MldLink& l : links) {
        mld::AssociateLink& asked = then.links.emplace_back();
        asked.link = link(l.id);
        asked.bssid = address(l.bssid);
        asked.frequency = phy::Frequency::mhz(l.mhz);
    }
    if (keys) {
        then.elements = from_hex("30140100000fac040100000fac040100000fac08c000");
        then.use_mfp = true;
        then.crypto.wpa_versions = 2;
        then.crypto.control_port = true;
        then.crypto.group_cipher = ieee80211::cipher::ccmp128;
        then.crypto.pairwise_ciphers = {ieee80211::cipher::ccmp128};
    }
    if (!bench.station().mlme()->associate(then)) return false;
    bench.run(60ms);
    return bench.station().mlme()->connection() != nullptr;
}

bool install_mlo_keys(Bench& bench, const std::string& mld) {
    const MacAddress ap = address(mld);
    bench.run(500ms);
    ieee80211::Bytes pairwise;
    for (std::uint8_t i = 0; i < 16; ++i)
        pairwise.push_back(i);
    bool done = bench.add_key(0, ieee80211::cipher::ccmp128, pairwise, ap);
    for (std::uint8_t id = 0; id < 2; ++id) {
        done = bench.add_key(1, ieee80211::cipher::ccmp128, ieee80211::Bytes(16, 0x10 + id), {}, link(id)) && done;
        done = bench.add_key(4, ieee80211::cipher::bip_cmac128, ieee80211::Bytes(16, 0x40 + id), {}, link(id)) && done;
    }
    done = bench.authorize(ap) && done;
    bench.run(1s);
    return done;
}

bool leave(Bench& bench, const std::string& ap) {
    const bool done = bench.station().mlme()->deauthenticate({.bssid = address(ap), .reason = 3}).has_value();
    bench.run(500ms);
    return done;
}

bool connect_open(Bench& bench) {
    mld::ConnectRequest request;
    request.ssid = ssid("L2OPEN");
    if (!bench.station().mlme()->connect(request)) return false;
    bench.run(150ms);
    bench.say_something();
    bench.run(2s);
    return bench.station().mlme()->connection() != nullptr;
}

/// wpa_supplicant's way: it makes a P2P device, scans, associates, and sets the keys that it has agreed on.
bool connect_wpa2(Bench& bench) {
    const auto p2p = bench.wiphy().add_interface(
        {.name = "p2p-dev-wlan0", .type = mld::InterfaceType::p2p_device, .address = address("06792500aa01")});
    if (!p2p || !bench.wiphy().start_p2p_device(**p2p)) return false;
    bench.run(20ms);
    if (!bench.scan(from_hex("7f0b04004a0201404040000120"))) return false;  // Extended Capabilities
    const MacAddress ap = address("02aa00000044");
    mld::AuthenticateRequest first;
    first.ssid = ssid("L2WPA");
    first.bssid = ap;
    first.frequency = phy::Frequency::mhz(5220);
    if (!bench.station().mlme()->authenticate(first)) return false;
    bench.run(30ms);
    mld::AssociateRequest then;
    then.ssid = first.ssid;
    then.bssid = ap;
    then.frequency = first.frequency;
    then.elements = from_hex("30140100000fac040100000fac040100000fac020c00");
    then.crypto.wpa_versions = 2;
    then.crypto.control_port = true;
    then.crypto.group_cipher = ieee80211::cipher::ccmp128;
    then.crypto.pairwise_ciphers = {ieee80211::cipher::ccmp128};
    if (!bench.station().mlme()->associate(then)) return false;
    bench.run(200ms);
    bool done = bench.add_key(0, ieee80211::cipher::ccmp128, from_hex("668ee14320eac5e16d37295a32db7864"), ap);
    bench.run(5ms);
    done = bench.add_key(1, ieee80211::cipher::ccmp128, from_hex("a774a74bdc504786ba2a2e57e2d04ca5")) && done;
    bench.run(5ms);
    done = bench.authorize(ap) && done;
    mld::RekeyData rekey;
    rekey.kek = from_hex("4d89cf98691f37b4438eb9061bd31a2d");
    rekey.kck = from_hex("4bfc3342433f0ccd0d21459c417743be");
    rekey.replay_counter = {0, 0, 0, 0, 0, 0, 0, 2};
    bench.run(5ms);
    done = bench.wiphy().set_rekey_data(bench.station(), rekey).has_value() && done;
    bench.run(10ms);
    bench.say_something();
    bench.run(1s);
    return done;
}

bool disconnect_wpa2(Bench& bench) {
    // wpa_supplicant takes its P2P device with it.
    for (const auto& [id, wdev] : bench.wiphy().wdevs())
        if (wdev->type() == mld::InterfaceType::p2p_device) {
            if (!bench.wiphy().remove_interface(*wdev)) return false;
            break;
        }
    return leave(bench, "02aa00000044");
}

bool wait(Bench& bench) {
    bench.run(6s);
    return true;
}

Step up(std::string recording) {
    return {std::move(recording), [](Bench& bench) {
                const bool done = bench.up(true);
                bench.run(1s);
                return done;
            }};
}
Step down(std::string recording) {
    return {std::move(recording), [](Bench& bench) {
                const bool done = bench.up(false);
                bench.run(1s);
                return done;
            }};
}
Step scan(std::string recording) {
    return {std::move(recording), [](Bench& bench) { return bench.scan(); }};
}
Step boot(std::string recording) {
    return {std::move(recording), [](Bench& bench) {
                bench.run(2s);
                return true;
            }};
}

std::vector<Run> all_runs() {
    const std::vector<MldLink> mlo52 = {{0, "02aa00000a24", 5180}, {1, "02aa00000a06", 2437}};
    const std::vector<MldLink> mlo56 = {{0, "02aa00000b24", 5180}, {1, "02aa00000b05", 5975}};
    return {
        {"world domain",
         {},
         {boot("probe"),
          up("ifup"),
          scan("scan"),
          {"assoc", connect_open},
          {"disc",
           [](Bench& bench) {
               const bool done = bench.station().mlme()->disconnect(3).has_value();
               bench.run(500ms);
               return done;
           }},
          down("ifdown")}},
        {"US domain",
         {'U', 'S'},
         {boot(""),
          up("us_ifup"),
          scan("us_scan"),
          {"mlo52",
           [=](Bench& bench) {
               const bool done = join(bench, "MLO52", "02aa00000a00", mlo52, false);
               bench.say_something();
               bench.run(2s);
               return done;
           }},
          {"mlo52_idle", wait},
          {"mlo52_deauth", [](Bench& bench) { return leave(bench, "02aa00000a00"); }},
          {"mlo56",
           [=](Bench& bench) {
               return bench.scan() && join(bench, "MLO56", "02aa00000b00", mlo56, true) &&
                      install_mlo_keys(bench, "02aa00000b00");
           }},
          {"mlo56_deauth", [](Bench& bench) { return leave(bench, "02aa00000b00"); }},
          scan(""),
          {"wpa", connect_wpa2},
          {"wpa_disc", disconnect_wpa2},
          down("down")}},
    };
}

void print(const std::string& name, const ctl::CommandFigures& figures) {
    std::printf("%-14s %3zu of %3zu commands in place, %4zu of %4zu fields agree with the real driver's", name.c_str(),
                figures.in_place, figures.commands, figures.agreeing, figures.fields);
    if (figures.more > 0) std::printf(", %zu more commands", figures.more);
    std::printf("\n");
}

int compare_all(const std::string& data, bool all) {
    McuComparison comparison;
    if (!comparison.read_reasons(data + "/differences.txt")) {
        std::cerr << "no list of differences in " << data << "\n";
        return 2;
    }
    ctl::CommandFigures sum;
    int failures = 0;
    for (const Run& run : all_runs()) {
        Bench bench(data, run.country);
        if (!bench.ready()) {
            std::cerr << run.name << ": no world\n";
            return 2;
        }
        for (const Step& step : run.steps) {
            const bool done = step.act(bench);
            const Messages ours = bench.taken();
            if (step.recording.empty()) continue;
            const auto recorded = recorded_commands(data + "/" + step.recording + ".jsonl");
            if (!recorded) {
                std::cerr << "no recording " << step.recording << "\n";
                return 2;
            }
            const ctl::CommandFigures figures = comparison.compare(step.recording, *recorded, ours);
            print(step.recording, figures);
            if (!done) std::cout << step.recording << ": did not come to its end\n";
            if (!done) ++failures;
            sum += figures;
        }
    }
    print("all", sum);
    if (all)
        for (const auto& [difference, n] : comparison.found())
            std::cout << difference.first << " | " << difference.second << " x " << n << "\n";
    for (const std::string& line : comparison.unexplained()) {
        std::cout << "without a reason: " << line << "\n";
        ++failures;
    }
    for (const std::string& line : comparison.obsolete()) {
        std::cout << "no difference any more: " << line << "\n";
        ++failures;
    }
    return failures == 0 ? 0 : 1;
}

}  // namespace
}  // namespace mlosim::conformance

int main(int argc, char** argv) {
    if (argc < 2) {
        std::cerr << "usage: mt7925_sequences DATA [--all]\n";
        return 2;
    }
    return mlosim::conformance::compare_all(argv[1], argc > 2 && std::string(argv[2]) == "--all");
}
