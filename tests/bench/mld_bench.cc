// What the MAC costs: radios by the hundred, beacons into tables, scans with many in the air.

#include <fstream>
#include <string>

#include <benchmark/benchmark.h>

#include "hwsim/driver.h"
#include "ieee80211/bss_elements.h"
#include "ieee80211/frame_header.h"
#include "ieee80211/management_frames.h"
#include "mld/ap_link.h"
#include "mld/detail/bss_inform.h"
#include "mld/radio_profiles.h"
#include "mld/world.h"
#include "phy/ideal_medium.h"

namespace mlosim::mld {
namespace {

using namespace std::chrono_literals;

const RadioProfile& generic_be() {
    static const RadioProfiles profiles = RadioProfiles::built_in();
    return *profiles.find("generic-be");
}

/// Memory of this process that is in use, in bytes.
double resident() {
    std::ifstream statm("/proc/self/statm");
    double size = 0;
    double pages = 0;
    statm >> size >> pages;
    return pages * 4096;
}

struct Built {
    sim::EventQueue queue;
    sim::Random random{1};
    sim::Trace trace;
    phy::IdealMedium medium{queue};
    World world{queue, random, trace, phy::RegulatoryDatabase::embedded()};

    explicit Built(std::int64_t radios) {
        hwsim::install(world, medium);
        for (std::int64_t i = 0; i < radios; ++i) {
            RadioSpec spec;
            spec.profile = generic_be();
            (void)world.add_radio(std::move(spec));
        }
    }
    Wdev& station(std::int64_t n) { return *world.find_netdev("wlan" + std::to_string(n))->wdev(); }
};

ieee80211::Bytes beacon(std::uint32_t n) {
    ieee80211::Bytes elements;
    ieee80211::ByteWriter out(elements);
    ieee80211::Ssid::from("net" + std::to_string(n))->append_to(out);
    ieee80211::DsssParameterSet{1}.append_to(out);
    elements.insert(elements.end(), {221, 120});
    elements.resize(elements.size() + 120);
    const ieee80211::MacAddress bssid{{0x02, 0xbb, 0, static_cast<std::uint8_t>(n >> 16U),
                                       static_cast<std::uint8_t>(n >> 8U), static_cast<std::uint8_t>(n)}};
    ieee80211::Bytes bytes;
    ieee80211::ByteWriter frame(bytes);
    ieee80211::FrameHeader::management(ieee80211::ManagementSubtype::beacon, ieee80211::MacAddress::broadcast(), bssid,
                                       bssid)
        .append_to(frame);
    ieee80211::BeaconBody body;
    body.beacon_interval = 100;
    body.capabilities = ieee80211::CapabilityInfo::from_raw(0x0401);
    body.elements = ieee80211::ElementList(elements);
    body.append_to(frame);
    return bytes;
}

/// Makes a world of so many radios. "bytes" is what each one adds to the process.
void BM_Radios(benchmark::State& state) {
    double bytes = 0;
    for (auto _ : state) {
        const double before = resident();
        Built built(state.range(0));
        bytes = std::max(bytes, (resident() - before) / static_cast<double>(state.range(0)));
    }
    state.counters["bytes"] = bytes;
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_Radios)->Arg(10)->Arg(100)->Arg(500)->Arg(4000)->Unit(benchmark::kMillisecond)->Iterations(1);

/// One beacon into a table that knows so many networks, this one among them.
void BM_BeaconOfAKnownNetwork(benchmark::State& state) {
    Built built(1);
    Wiphy& wiphy = *built.world.find_wiphy("phy0");
    BssTable table;
    RxStatus status;
    status.channel = *phy::find_channel(phy::Band::ghz2_4, 1);
    const detail::InformContext context{wiphy, table, sim::Time{}};
    std::vector<ieee80211::Bytes> frames;
    for (std::uint32_t n = 0; n < static_cast<std::uint32_t>(state.range(0)); ++n)
        frames.push_back(beacon(n));
    std::size_t at = 0;
    for (auto _ : state) {
        const auto frame = ieee80211::FrameView::parse(frames[at]);
        benchmark::DoNotOptimize(detail::inform_bss(context, *frame, status));
        at = (at + 1) % frames.size();
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_BeaconOfAKnownNetwork)->Arg(1)->Arg(100)->Arg(1000);

/// The worst case: each beacon is a new network's, and the table is full.
void BM_BeaconOfANewNetworkInAFullTable(benchmark::State& state) {
    Built built(1);
    Wiphy& wiphy = *built.world.find_wiphy("phy0");
    BssTable table;
    RxStatus status;
    status.channel = *phy::find_channel(phy::Band::ghz2_4, 1);
    const detail::InformContext context{wiphy, table, sim::Time{}};
    std::uint32_t n = 0;
    for (auto _ : state) {
        const auto bytes = beacon(n++);
        const auto frame = ieee80211::FrameView::parse(bytes);
        benchmark::DoNotOptimize(detail::inform_bss(context, *frame, status));
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_BeaconOfANewNetworkInAFullTable);

/// Ten virtual seconds in which one radio scans all channels while all others beacon on channel 1.
void BM_ScanAmongAccessPoints(benchmark::State& state) {
    for (auto _ : state) {
        state.PauseTiming();
        Built built(state.range(0) + 1);
        for (std::int64_t i = 1; i <= state.range(0); ++i) {
            Wdev& ap = built.station(i);
            InterfaceChange change;
            change.type = InterfaceType::ap;
            (void)ap.wiphy().change_interface(ap, change);
            (void)ap.netdev()->set_up(true);
            AccessPointSettings settings;
            settings.channel = phy::ChannelDefinition::mhz20(*phy::find_channel(phy::Band::ghz2_4, 1));
            settings.ssid = *ieee80211::Ssid::from("net");
            settings.beacon.head = beacon(static_cast<std::uint32_t>(i));
            settings.tbtt_offset = std::chrono::microseconds(i * 200);
            (void)ap.wiphy().start_ap(ap, std::nullopt, settings);
        }
        Wdev& station = built.station(0);
        (void)station.netdev()->set_up(true);
        (void)station.wiphy().trigger_scan(station, {});
        state.ResumeTiming();
        built.queue.run_until(sim::Time{10s});
        state.counters["found"] = static_cast<double>(station.wiphy().bss_table().size());
        state.counters["delivered"] = static_cast<double>(built.medium.counters().delivered);
    }
}
BENCHMARK(BM_ScanAmongAccessPoints)->Arg(10)->Arg(100)->Arg(500)->Unit(benchmark::kMillisecond)->Iterations(1);

}  // namespace
}  // namespace mlosim::mld

BENCHMARK_MAIN();
