#include <benchmark/benchmark.h>

#include "ieee80211/basic_multi_link.h"
#include "ieee80211/beacon_template.h"
#include "ieee80211/eht_capabilities.h"
#include "ieee80211/eht_operation.h"
#include "ieee80211/element_builder.h"
#include "ieee80211/frame_cipher.h"
#include "ieee80211/frame_header.h"
#include "ieee80211/he_capabilities.h"
#include "ieee80211/he_operation.h"
#include "ieee80211/reduced_neighbor_report.h"
#include "ieee80211/rsn.h"
#include "ieee80211/ssid.h"
#include "ieee80211/supported_rates.h"

using namespace mlosim::ieee80211;

namespace {

const MacAddress ap = *MacAddress::parse("02:00:00:00:01:00");

/// A beacon as an AP MLD with two links sends it, about 250 octets.
Bytes beacon_of_an_ap_mld() {
    std::vector<RateOctet> rates;
    for (const unsigned r : {12, 18, 24, 36, 48, 72, 96, 108})
        rates.push_back(RateOctet::rate(r, r % 24 == 12));
    Rsn rsn;
    rsn.group_data_cipher = cipher::ccmp128;
    rsn.pairwise_ciphers = {cipher::ccmp128};
    rsn.akms = {akm::sae};
    rsn.capabilities = RsnCapabilities{}.set(RsnCapabilities::mfp_capable).set(RsnCapabilities::mfp_required);
    TbttInfo other;
    other.tbtt_offset = 0;
    other.bssid = ap;
    other.short_ssid = 1;
    other.bss = RnrBssParameters{};
    other.psd_20mhz = 127;
    other.mld = RnrMldParameters{}.set(RnrMldParameters::link_id, 1);
    HePhyCapabilities he_phy;
    he_phy.set(HePhyCapabilities::width_40_80_in_5_6ghz);
    EhtMcsMapsByWidth maps;
    maps.up_to_80 = EhtMcsMap{{2, 2}, {2, 2}, {2, 2}};
    BasicMultiLink multi_link;
    multi_link.mld_addr = ap;
    multi_link.link_id = LinkId{};
    multi_link.bss_parameters_change_count = 1;
    multi_link.eml = EmlCapabilities{};
    multi_link.mld_capabilities = MldCapabilities{};
    HeOperation he_operation;
    he_operation.six_ghz = He6GhzOperation{5, {}, 7, 0, 6};

    ElementBuilder elements;
    elements.add(*Ssid::from("bench"))
        .add(*SupportedRates::from(rates))
        .add(*Tim::from(0, 2))
        .add(rsn)
        .add(*ReducedNeighborReport::from({NeighborAp{115, 36, false, {other}}}))
        .add(*HeCapabilities::from({}, he_phy, {}))
        .add(he_operation)
        .add(He6GhzCapabilities{})
        .add(multi_link)
        .add(*EhtCapabilities::from({he_phy, true}, {}, {}, maps))
        .add(EhtOperation{});
    const Bytes bytes = elements.build();
    Bytes frame;
    ByteWriter out{frame};
    FrameHeader::management(ManagementSubtype::beacon, MacAddress::broadcast(), ap, ap).append_to(out);
    BeaconBody{0, 100, CapabilityInfo{}.set(CapabilityInfo::ess), ElementList{bytes}}.append_to(out);
    return frame;
}

/// What an AP does at every TBTT.
void rewrite_beacon(benchmark::State& state) {
    const auto beacon = BeaconTemplate::parse(beacon_of_an_ap_mld());
    Tim tim = *Tim::from(0, 2);
    Bytes frame;
    std::uint64_t tsf = 0;
    for (auto _ : state) {
        frame.clear();
        ByteWriter out{frame};
        tim.count_down();
        beacon->append_to(out, static_cast<std::uint16_t>(tsf), tsf, tim);
        ++tsf;
        benchmark::DoNotOptimize(frame.data());
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(rewrite_beacon);

/// What an associated, dozing station does with every beacon.
void read_tim_of_beacon(benchmark::State& state) {
    const Bytes frame = beacon_of_an_ap_mld();
    const Aid aid = *Aid::from(7);
    for (auto _ : state) {
        const auto view = FrameView::parse(frame);
        const auto body = BeaconBody::parse(view->body());
        const auto tim = TimView::parse(body->elements.find(element::tim)->first_piece());
        benchmark::DoNotOptimize(tim->traffic_for(aid));
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(read_tim_of_beacon);

/// What a scan does with every beacon: each element that it needs, as a value.
void parse_whole_beacon(benchmark::State& state) {
    const Bytes frame = beacon_of_an_ap_mld();
    for (auto _ : state) {
        const auto view = FrameView::parse(frame);
        const auto body = BeaconBody::parse(view->body());
        const ElementList& elements = body->elements;
        benchmark::DoNotOptimize(elements.get<Ssid>());
        benchmark::DoNotOptimize(elements.get<SupportedRates>());
        benchmark::DoNotOptimize(elements.get<Rsn>());
        benchmark::DoNotOptimize(elements.get<ReducedNeighborReport>());
        const auto he = elements.get<HeCapabilities>();
        benchmark::DoNotOptimize(elements.get<HeOperation>());
        const ElementBody eht{*elements.find(element::eht_capabilities)};
        benchmark::DoNotOptimize(EhtCapabilities::parse(eht, {he->phy(), true}));
        benchmark::DoNotOptimize(elements.get<EhtOperation>());
        benchmark::DoNotOptimize(elements.get<BasicMultiLink>());
    }
    state.SetItemsProcessed(state.iterations());
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(frame.size()));
}
BENCHMARK(parse_whole_beacon);

void build_whole_beacon(benchmark::State& state) {
    for (auto _ : state)
        benchmark::DoNotOptimize(beacon_of_an_ap_mld());
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(build_whole_beacon);

constexpr Suite frame_ciphers[] = {cipher::ccmp128, cipher::ccmp256, cipher::gcmp128, cipher::gcmp256};
constexpr Suite management_ciphers[] = {cipher::bip_cmac128, cipher::bip_cmac256, cipher::bip_gmac128,
                                        cipher::bip_gmac256};

Bytes key_of(Suite suite) {
    const bool longer = suite == cipher::ccmp256 || suite == cipher::gcmp256 || suite == cipher::bip_cmac256 ||
                        suite == cipher::bip_gmac256;
    return Bytes(longer ? 32 : 16, 0x5a);
}

Bytes data_frame(std::size_t body) {
    Bytes frame;
    ByteWriter out{frame};
    FrameHeader::data_to_ds(DataSubtype::qos_data, ap, MacAddress{}, ap).append_to(out);
    out.zeros(body);
    return frame;
}

/// Arguments: the cipher, octets of the body.
void protect_data(benchmark::State& state) {
    const Suite suite = frame_ciphers[state.range(0)];
    const auto cipher = FrameCipher::make(suite, key_of(suite));
    const Bytes frame = data_frame(static_cast<std::size_t>(state.range(1)));
    std::uint64_t pn = 0;
    for (auto _ : state)
        benchmark::DoNotOptimize(cipher->protect(frame, ++pn, 0));
    state.SetItemsProcessed(state.iterations());
    state.SetBytesProcessed(state.iterations() * state.range(1));
}
BENCHMARK(protect_data)->ArgsProduct({{0, 1, 2, 3}, {64, 1500}});

void unprotect_data(benchmark::State& state) {
    const Suite suite = frame_ciphers[state.range(0)];
    const auto cipher = FrameCipher::make(suite, key_of(suite));
    const Bytes frame = cipher->protect(data_frame(static_cast<std::size_t>(state.range(1))), 1, 0);
    for (auto _ : state)
        benchmark::DoNotOptimize(cipher->unprotect(frame));
    state.SetItemsProcessed(state.iterations());
    state.SetBytesProcessed(state.iterations() * state.range(1));
}
BENCHMARK(unprotect_data)->ArgsProduct({{0, 1, 2, 3}, {64, 1500}});

/// A protected beacon, verified.
void verify_beacon(benchmark::State& state) {
    const Suite suite = management_ciphers[state.range(0)];
    const auto mic = BipCipher::make(suite, key_of(suite));
    Bytes frame = beacon_of_an_ap_mld();
    mic->protect(frame, 1, 6);
    for (auto _ : state)
        benchmark::DoNotOptimize(mic->verify(frame));
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(verify_beacon)->DenseRange(0, 3);

}  // namespace

BENCHMARK_MAIN();
