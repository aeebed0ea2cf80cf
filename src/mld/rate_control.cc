#include "mld/rate_control.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <tuple>

#include "ieee80211/eht_capabilities.h"
#include "ieee80211/he_capabilities.h"
#include "ieee80211/ht_elements.h"
#include "ieee80211/supported_rates.h"
#include "ieee80211/vht_elements.h"
#include "mld/capability_elements.h"
#include "mld/radio_profile.h"
#include "phy/error_model.h"

namespace mlosim::mld {

namespace {

using ieee80211::Bytes;
using ieee80211::ByteWriter;
using ieee80211::EhtPhyCapabilities;
using ieee80211::HePhyCapabilities;
using ieee80211::HtCapabilityInfo;
using ieee80211::McsMap;
using ieee80211::VhtCapabilityInfo;
using phy::GuardInterval;
using phy::Rate;

constexpr std::size_t typical_frame = 1500;
constexpr double tolerated_loss = 0.1;
constexpr double most_margin_db = 30.0;
// One frame of eleven lost keeps the margin where it is.
constexpr double margin_of_a_loss_db = 0.5;
constexpr double margin_of_a_success_db = 0.05;

constexpr unsigned most_streams = 8;

/// The elements of one side, read.
struct Abilities {
    std::optional<ieee80211::HtCapabilities> ht;
    std::optional<ieee80211::VhtCapabilities> vht;
    std::optional<ieee80211::HeCapabilities> he;
    std::optional<ieee80211::EhtCapabilities> eht;
};

template <class T>
std::optional<T> value_of(Result<T> result) {
    if (!result) return std::nullopt;
    return std::move(*result);
}

template <class Element, class Capabilities>
Bytes body_of(const Capabilities& capabilities) {
    Bytes out;
    ByteWriter writer(out);
    append_capabilities(writer, capabilities);
    const std::size_t header = Element::type.is_extended() ? 3 : 2;
    out.erase(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(std::min(header, out.size())));
    return out;
}

Abilities read(const StaCapabilities& from) {
    Abilities out;
    if (!from.ht.empty()) out.ht = value_of(ieee80211::HtCapabilities::parse(from.ht));
    if (!from.vht.empty()) out.vht = value_of(ieee80211::VhtCapabilities::parse(from.vht));
    if (!from.he.empty()) out.he = value_of(ieee80211::HeCapabilities::parse(from.he));
    if (!from.eht.empty() && out.he) {
        // Who sent it decides only what 20 MHz-only stations write: an access point is none.
        for (const bool from_ap : {false, true}) {
            out.eht = value_of(ieee80211::EhtCapabilities::parse(from.eht, {out.he->phy(), from_ap}));
            if (out.eht) break;
        }
    }
    return out;
}

Abilities read(const RateControl::Sender& from) {
    StaCapabilities own;
    if (from.band.ht) own.ht = body_of<ieee80211::HtCapabilities>(*from.band.ht);
    if (from.band.vht) own.vht = body_of<ieee80211::VhtCapabilities>(*from.band.vht);
    if (from.interface != nullptr && from.interface->he)
        own.he = body_of<ieee80211::HeCapabilities>(*from.interface->he);
    if (from.interface != nullptr && from.interface->eht)
        own.eht = body_of<ieee80211::EhtCapabilities>(*from.interface->eht);
    return read(own);
}

/// What may be used of rates: how wide, and how many streams with which MCS.
struct Limits {
    unsigned mhz = 20;
    unsigned streams = most_streams;
};

// 802.11-2020 9.4.1.53: channel width in bits 0 and 1, bit 2 makes 80 MHz 160, streams less 1 in bits 4 to 6 unless bit
// 7 says that they are others.
void obey_operating_mode(std::uint8_t mode, Limits& limits) {
    unsigned mhz = 20U << (mode & 3U);
    if (mhz == 80 && (mode & 4U) != 0) mhz = 160;
    limits.mhz = std::min(limits.mhz, mhz);
    if ((mode & 0x80U) == 0) limits.streams = std::min<unsigned>(limits.streams, (mode >> 4U & 7U) + 1);
}

bool is_newer_than_legacy(phy::ChannelWidth width) {
    return width != phy::ChannelWidth::w20_noht && phy::width_mhz(width) >= 20;
}

unsigned width_of(const Abilities& a, phy::Band band) {
    unsigned mhz = 20;
    if (a.ht && a.ht->info.has(HtCapabilityInfo::width_40)) mhz = 40;
    if (a.vht) {
        mhz = std::max(mhz, 80U);
        if (a.vht->info.get(VhtCapabilityInfo::channel_width_set) != 0 ||
            a.vht->info.get(VhtCapabilityInfo::extended_nss_bw) != 0)
            mhz = 160;
    }
    if (a.he) {
        const HePhyCapabilities& phy = a.he->phy();
        if (band == phy::Band::ghz2_4) {
            if (phy.has(HePhyCapabilities::width_40_in_2ghz)) mhz = std::max(mhz, 40U);
        } else {
            if (phy.has(HePhyCapabilities::width_40_80_in_5_6ghz)) mhz = std::max(mhz, 80U);
            if (phy.has(HePhyCapabilities::width_160)) mhz = std::max(mhz, 160U);
        }
    }
    if (a.eht && band == phy::Band::ghz6 && a.eht->phy().has(EhtPhyCapabilities::width_320_in_6ghz)) mhz = 320;
    return band == phy::Band::ghz2_4 ? std::min(mhz, 40U) : mhz;
}

/// The highest MCS that an HE station receives with so many streams; nothing without any.
std::optional<unsigned> he_mcs(const ieee80211::HeCapabilities& he, unsigned mhz, unsigned streams) {
    const McsMap map = mhz > 80 && he.mcs().at_160 ? he.mcs().at_160->rx : he.mcs().up_to_80.rx;
    constexpr std::array<unsigned, 3> highest = {7, 9, 11};
    const unsigned support = map.support(streams);
    if (support == McsMap::not_supported) return std::nullopt;
    return highest[support];
}

std::optional<unsigned> eht_mcs(const ieee80211::EhtCapabilities& eht, unsigned mhz, unsigned streams) {
    if (const auto* narrow = std::get_if<ieee80211::EhtMcsMap20MhzOnly>(&eht.mcs())) {
        if (narrow->mcs12_13.rx() >= streams) return 13;
        if (narrow->mcs10_11.rx() >= streams) return 11;
        if (narrow->mcs8_9.rx() >= streams) return 9;
        if (narrow->mcs0_7.rx() >= streams) return 7;
        return std::nullopt;
    }
    const auto& maps = std::get<ieee80211::EhtMcsMapsByWidth>(eht.mcs());
    const auto& map = mhz > 160 ? maps.at_320 : mhz > 80 ? maps.at_160 : maps.up_to_80;
    if (!map) return std::nullopt;
    if (map->mcs12_13.rx() >= streams) return 13;
    if (map->mcs10_11.rx() >= streams) return 11;
    if (map->mcs0_9.rx() >= streams) return 9;
    return std::nullopt;
}

std::optional<unsigned> vht_mcs(const ieee80211::VhtCapabilities& vht, unsigned streams) {
    const unsigned support = vht.mcs.rx().support(streams);
    if (support == McsMap::not_supported) return std::nullopt;
    return 7 + support;
}

std::optional<unsigned> less(std::optional<unsigned> a, std::optional<unsigned> b) {
    if (!a || !b) return std::nullopt;
    return std::min(*a, *b);
}

using Add = std::function<void(std::optional<Rate>)>;

template <class HighestMcs, class Make>
void each_mcs(const Limits& limits, HighestMcs highest_mcs, Make make, const Add& add) {
    for (unsigned mhz = 20; mhz <= limits.mhz; mhz *= 2) {
        for (unsigned streams = 1; streams <= limits.streams; ++streams) {
            const std::optional<unsigned> highest = highest_mcs(mhz, streams);
            if (!highest) break;
            for (unsigned mcs = 0; mcs <= *highest; ++mcs)
                add(make(mcs, streams, mhz));
        }
    }
}

void ht_rates(const ieee80211::HtCapabilities& a, const ieee80211::HtCapabilities& b, const Limits& limits,
              const Add& add) {
    const auto both = [&](auto field) { return a.info.has(field) && b.info.has(field); };
    for (const unsigned mhz : {20U, 40U}) {
        if (mhz > limits.mhz) break;
        const bool short_gi = both(mhz == 20 ? HtCapabilityInfo::short_gi_20 : HtCapabilityInfo::short_gi_40);
        for (unsigned mcs = 0; mcs < 8 * std::min(limits.streams, 4U); ++mcs) {
            if (a.mcs.rx_mcs(mcs) && b.mcs.rx_mcs(mcs))
                add(Rate::ht(mcs, mhz, short_gi ? GuardInterval::us0_4 : GuardInterval::us0_8));
        }
    }
}

/// Every rate of the newest format that both sides have.
void each_rate(const Abilities& a, const Abilities& b, Limits limits, phy::Band band, const Add& add) {
    limits.mhz = std::min({limits.mhz, width_of(a, band), width_of(b, band)});
    if (a.eht && b.eht) {
        each_mcs(
            limits,
            [&](unsigned mhz, unsigned nss) { return less(eht_mcs(*a.eht, mhz, nss), eht_mcs(*b.eht, mhz, nss)); },
            [](unsigned mcs, unsigned nss, unsigned mhz) { return Rate::eht(mcs, nss, mhz, GuardInterval::us0_8); },
            add);
    } else if (a.he && b.he) {
        limits.mhz = std::min(limits.mhz, 160U);
        each_mcs(
            limits, [&](unsigned mhz, unsigned nss) { return less(he_mcs(*a.he, mhz, nss), he_mcs(*b.he, mhz, nss)); },
            [](unsigned mcs, unsigned nss, unsigned mhz) { return Rate::he(mcs, nss, mhz, GuardInterval::us0_8); },
            add);
    } else if (a.vht && b.vht) {
        limits.mhz = std::min(limits.mhz, 160U);
        const auto short_gi = [&](unsigned mhz) {
            if (mhz < 80) {
                const auto field = mhz == 20 ? HtCapabilityInfo::short_gi_20 : HtCapabilityInfo::short_gi_40;
                return a.ht && b.ht && a.ht->info.has(field) && b.ht->info.has(field);
            }
            const auto field = mhz == 80 ? VhtCapabilityInfo::short_gi_80 : VhtCapabilityInfo::short_gi_160;
            return a.vht->info.has(field) && b.vht->info.has(field);
        };
        each_mcs(
            limits, [&](unsigned, unsigned nss) { return less(vht_mcs(*a.vht, nss), vht_mcs(*b.vht, nss)); },
            [&](unsigned mcs, unsigned nss, unsigned mhz) {
                return Rate::vht(mcs, nss, mhz, short_gi(mhz) ? GuardInterval::us0_4 : GuardInterval::us0_8);
            },
            add);
    } else if (a.ht && b.ht) {
        ht_rates(*a.ht, *b.ht, limits, add);
    }
}

bool same(const StaCapabilities& a, const StaCapabilities& b) {
    return std::tie(a.supported_rates, a.ht, a.vht, a.he, a.eht, a.operating_mode, a.sm_power_save) ==
           std::tie(b.supported_rates, b.ht, b.vht, b.he, b.eht, b.operating_mode, b.sm_power_save);
}

void obey(const StaCapabilities& peer, Limits& limits) {
    if (peer.operating_mode) obey_operating_mode(*peer.operating_mode, limits);
    if (peer.sm_power_save == SmPowerSave::one_chain) limits.streams = 1;
}

// cf. ieee80211_sta_init_nss()
unsigned streams_of(const Abilities& a) {
    unsigned most = 1;
    for (unsigned streams = 2; streams <= most_streams; ++streams) {
        const bool ht = a.ht && streams <= 4 && a.ht->mcs.rx_mcs(8 * (streams - 1));
        if (ht || (a.vht && vht_mcs(*a.vht, streams)) || (a.he && he_mcs(*a.he, 80, streams)) ||
            (a.eht && eht_mcs(*a.eht, 80, streams)))
            most = streams;
    }
    return most;
}

}  // namespace

ReceiveLimits able_to_receive(const StaCapabilities& peer, phy::Band band) {
    const Abilities abilities = read(peer);
    return {width_of(abilities, band), streams_of(abilities)};
}

ReceiveLimits receives_now(const StaCapabilities& peer, phy::Band band) {
    const ReceiveLimits most = able_to_receive(peer, band);
    Limits limits{most.mhz, most.streams};
    if (peer.operating_mode) obey_operating_mode(*peer.operating_mode, limits);
    return {limits.mhz, limits.streams};
}

void RateControl::collect(const Sender& sender, const StaCapabilities& peer) {
    channel_ = sender.channel;
    peer_ = peer;
    candidates_.clear();
    const auto add = [&](std::optional<Rate> rate) {
        if (!rate) return;
        const double wider = 10.0 * std::log10(rate->mhz() / 20.0);
        const double needed = phy::snr_for_error_rate(*rate, tolerated_loss, typical_frame).value + wider;
        candidates_.push_back({*rate, rate->bits_per_second(), needed});
    };
    for (const std::uint8_t octet : peer.supported_rates) {
        const ieee80211::RateOctet rate(octet);
        const std::uint32_t hundred_kbps = rate.units_of_500_kbps() * 5U;
        const bool own = std::any_of(sender.band.rates.begin(), sender.band.rates.end(),
                                     [&](const BitRate& r) { return r.hundred_kbps == hundred_kbps; });
        if (own) add(Rate::legacy(hundred_kbps));
    }
    Limits limits;
    limits.mhz = static_cast<unsigned>(phy::width_mhz(sender.channel.width));
    obey(peer, limits);
    if (is_newer_than_legacy(sender.channel.width))
        each_rate(read(sender), read(peer), limits, sender.channel.band(), add);
    std::stable_sort(candidates_.begin(), candidates_.end(),
                     [](const Candidate& a, const Candidate& b) { return a.bits_per_second > b.bits_per_second; });
    // A rate that is slower than another and needs more is never the best one.
    double least = 1e9;
    std::vector<Candidate> kept;
    for (const Candidate& candidate : candidates_) {
        if (candidate.needed_db >= least) continue;
        least = candidate.needed_db;
        kept.push_back(candidate);
    }
    candidates_ = std::move(kept);
}

std::optional<phy::Rate> RateControl::choose(const Sender& sender, const StaCapabilities& peer, phy::Db snr) {
    if (channel_ != sender.channel || !same(peer_, peer)) collect(sender, peer);
    const double usable = snr.value - margin_db_;
    for (const Candidate& candidate : candidates_)
        if (candidate.needed_db <= usable) return candidate.rate;
    return std::nullopt;
}

void RateControl::learn(unsigned failures, bool acknowledged) {
    margin_db_ += failures * margin_of_a_loss_db;
    if (acknowledged) margin_db_ -= margin_of_a_success_db;
    margin_db_ = std::clamp(margin_db_, 0.0, most_margin_db);
}

}  // namespace mlosim::mld
