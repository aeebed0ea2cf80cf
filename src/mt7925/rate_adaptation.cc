#include "mt7925/rate_adaptation.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "phy/error_model.h"
#include "phy/propagation.h"

namespace mlosim::mt7925 {

namespace {

using phy::GuardInterval;
using phy::Rate;

// Ours to choose; the same as mld::RateControl's.
constexpr std::size_t typical_frame = 1500;
constexpr double tolerated_loss = 0.1;
constexpr double most_margin_db = 30.0;
constexpr double margin_of_a_loss_db = 0.5;
constexpr double margin_of_a_success_db = 0.05;
constexpr unsigned narrow_mhz = 20;

constexpr std::array<std::uint16_t, 4> cck_rates = {10, 20, 55, 110};
constexpr std::array<std::uint16_t, 8> ofdm_rates = {60, 90, 120, 180, 240, 360, 480, 540};
constexpr unsigned first_ofdm_bit = 6;  // of RA's legacy rates

unsigned mhz_of(std::uint8_t bw) {
    constexpr std::array<unsigned, 8> widths = {20, 40, 80, 160, 10, 5, 160, 320};
    return bw < widths.size() ? std::max(widths[bw], narrow_mhz) : narrow_mhz;
}

/// The highest MCS of a map with two bits a stream: 0 means `lowest`, 1 and 2 what is above, 3 none.
std::optional<unsigned> from_two_bits(std::uint16_t map, unsigned streams, std::array<unsigned, 3> highest) {
    const unsigned support = map >> 2U * (streams - 1) & 3U;
    if (support > 2) return std::nullopt;
    return highest[support];
}

/// 802.11be 9.4.2.323.4: streams that are received with MCS 0-9, 10-11, 12-13.
std::optional<unsigned> eht_mcs(const StaEht& eht, unsigned mhz, unsigned streams) {
    const Octets<3>& map = mhz > 160 ? eht.mcs_map_bw320 : (mhz > 80 ? eht.mcs_map_bw160 : eht.mcs_map_bw80);
    constexpr std::array<unsigned, 3> highest = {9, 11, 13};
    std::optional<unsigned> out;
    for (std::size_t i = 0; i < map.size(); ++i)
        if ((map[i] & 0xfU) >= streams) out = highest[i];
    return out;
}

}  // namespace

void RateAdaptation::update(const WtblEntry& entry, const Bss& bss, unsigned own_streams) {
    candidates_.clear();
    const auto add = [&](const std::optional<Rate>& rate) {
        if (!rate) return;
        const double wider = 10.0 * std::log10(static_cast<double>(rate->mhz()) / narrow_mhz);
        candidates_.push_back({*rate, phy::snr_for_error_rate(*rate, tolerated_loss, typical_frame).value + wider});
    };
    if (entry.rate) {
        for (unsigned i = 0; i < cck_rates.size(); ++i)
            if ((entry.rate->legacy >> i & 1U) != 0) add(Rate::legacy(cck_rates[i]));
        for (unsigned i = 0; i < ofdm_rates.size(); ++i)
            if ((entry.rate->legacy >> (first_ofdm_bit + i) & 1U) != 0) add(Rate::legacy(ofdm_rates[i]));
    }
    const unsigned widest = bss.rlm ? mhz_of(bss.rlm->bw) : narrow_mhz;
    const auto each = [&](unsigned limit_mhz, auto highest_mcs, auto make) {
        for (unsigned mhz = narrow_mhz; mhz <= std::min(widest, limit_mhz); mhz *= 2)
            for (unsigned streams = 1; streams <= own_streams; ++streams)
                if (const std::optional<unsigned> highest = highest_mcs(mhz, streams))
                    for (unsigned mcs = 0; mcs <= *highest; ++mcs)
                        add(make(mcs, streams, mhz));
    };
    if (entry.eht) {
        each(
            320, [&](unsigned mhz, unsigned streams) { return eht_mcs(*entry.eht, mhz, streams); },
            [](unsigned mcs, unsigned streams, unsigned mhz) {
                return Rate::eht(mcs, streams, mhz, GuardInterval::us0_8);
            });
    } else if (entry.he) {
        each(
            160,
            [&](unsigned mhz, unsigned streams) {
                return from_two_bits(entry.he->max_nss_mcs[mhz > 80 ? 1 : 0], streams, {7, 9, 11});
            },
            [](unsigned mcs, unsigned streams, unsigned mhz) {
                return Rate::he(mcs, streams, mhz, GuardInterval::us0_8);
            });
    } else if (entry.vht) {
        each(
            160,
            [&](unsigned, unsigned streams) {
                return from_two_bits(entry.vht->rx_mcs_map, streams, {7, 8, 9});
            },
            [](unsigned mcs, unsigned streams, unsigned mhz) {
                return Rate::vht(mcs, streams, mhz, GuardInterval::us0_8);
            });
    } else if (entry.ht && entry.rate) {
        constexpr unsigned ht_mcs = 8;
        each(
            40,
            [&](unsigned, unsigned streams) {
                return entry.rate->ht_mask[streams - 1] != 0 ? std::optional(ht_mcs - 1) : std::nullopt;
            },
            [](unsigned mcs, unsigned streams, unsigned mhz) {
                return Rate::ht(mcs + ht_mcs * (streams - 1), mhz, GuardInterval::us0_8);
            });
    }
    std::ranges::stable_sort(candidates_, [](const Candidate& a, const Candidate& b) {
        return a.rate.bits_per_second() > b.rate.bits_per_second();
    });
}

std::optional<phy::Rate> RateAdaptation::choose(int rssi_dbm) const {
    const double snr = rssi_dbm - phy::noise_floor(narrow_mhz, phy::default_noise_figure).value;
    for (const Candidate& candidate : candidates_)
        if (candidate.needed_db <= snr - margin_db_) return candidate.rate;
    return std::nullopt;
}

void RateAdaptation::learn(unsigned attempts, bool acknowledged) {
    margin_db_ += (attempts - (acknowledged ? 1U : 0U)) * margin_of_a_loss_db;
    if (acknowledged) margin_db_ -= margin_of_a_success_db;
    margin_db_ = std::clamp(margin_db_, 0.0, most_margin_db);
}

}  // namespace mlosim::mt7925
