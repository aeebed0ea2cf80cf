#include "netlink/nl80211/station_message.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "mld/netdev.h"
#include "mld/stations.h"
#include "mld/wiphy.h"
#include "mld/world.h"
#include "netlink/nl80211/nl80211_numbers.h"
#include "netlink/nl80211/txq_message.h"

namespace mlosim::netlink::nl80211 {

namespace {

using mld::InterfaceType;
using mld::StaFlag;
using mld::StaStatistics;
using std::chrono::milliseconds;

template <class T>
void keep_latest(std::optional<T>& kept, const std::optional<T>& other) {
    if (other && (!kept || *other > *kept)) kept = other;
}

/// What is told of an MLD is the sum over its links, of signals the best. cf. cfg80211_sta_set_mld_sinfo()
StaStatistics all_links(const mld::Sta& sta) {
    StaStatistics sum = sta.default_link().statistics;
    for (std::size_t i = 1; i < sta.links().size(); ++i) {
        const StaStatistics& link = sta.links()[i]->statistics;
        sum.rx_bytes += link.rx_bytes;
        sum.rx_packets += link.rx_packets;
        sum.tx_bytes += link.tx_bytes;
        sum.tx_packets += link.tx_packets;
        sum.tx_retries += link.tx_retries;
        sum.tx_failed += link.tx_failed;
        sum.rx_dropped += link.rx_dropped;
        sum.beacon_loss += link.beacon_loss;
        sum.beacons += link.beacons;
        sum.rx_airtime_us += link.rx_airtime_us;
        sum.tx_airtime_us += link.tx_airtime_us;
        keep_latest(sum.signal_dbm, link.signal_dbm);
        keep_latest(sum.signal_average_dbm, link.signal_average_dbm);
        keep_latest(sum.beacon_signal_average_dbm, link.beacon_signal_average_dbm);
        for (std::size_t tid = 0; tid < sum.rx_msdu.size(); ++tid) {
            sum.rx_msdu[tid] += link.rx_msdu[tid];
            sum.tx_msdu[tid] += link.tx_msdu[tid];
            sum.tx_msdu_failed[tid] += link.tx_msdu_failed[tid];
            sum.tx_msdu_retries[tid] += link.tx_msdu_retries[tid];
        }
        if (link.last_heard > sum.last_heard) {
            sum.last_heard = link.last_heard;
            sum.last_rx_rate = link.last_rx_rate;
            sum.last_tx_rate = link.last_tx_rate;
        }
    }
    return sum;
}

std::uint8_t dbm_octet(double dbm) {
    return static_cast<std::uint8_t>(static_cast<std::int8_t>(std::lround(dbm)));
}

std::uint8_t guard_interval(phy::GuardInterval gi) {
    switch (gi) {
        case phy::GuardInterval::us1_6:
            return NL80211_RATE_INFO_HE_GI_1_6;
        case phy::GuardInterval::us3_2:
            return NL80211_RATE_INFO_HE_GI_3_2;
        default:
            return NL80211_RATE_INFO_HE_GI_0_8;
    }
}

/// 0: 20 MHz, which has no flag.
std::uint16_t width_flag(unsigned mhz) {
    switch (mhz) {
        case 40:
            return NL80211_RATE_INFO_40_MHZ_WIDTH;
        case 80:
            return NL80211_RATE_INFO_80_MHZ_WIDTH;
        case 160:
            return NL80211_RATE_INFO_160_MHZ_WIDTH;
        case 320:
            return NL80211_RATE_INFO_320_MHZ_WIDTH;
        default:
            return 0;
    }
}

void put_bss_numbers(MessageBuilder& out, const mld::Wdev& wdev) {
    auto nest = out.nest_noflag(NL80211_STA_INFO_BSS_PARAM);
    const mld::BssConfig config = wdev.links().empty() ? mld::BssConfig{} : wdev.links().front()->bss_config;
    // Of an MLD, sta_set_sinfo() finds no flags: it looks at the link that is not used.
    if (config.use_cts_protection && !wdev.is_mld()) out.put_flag(NL80211_STA_BSS_PARAM_CTS_PROT);
    if (config.use_short_preamble && !wdev.is_mld()) out.put_flag(NL80211_STA_BSS_PARAM_SHORT_PREAMBLE);
    if (config.use_short_slot_time && !wdev.is_mld()) out.put_flag(NL80211_STA_BSS_PARAM_SHORT_SLOT_TIME);
    out.put_u8(NL80211_STA_BSS_PARAM_DTIM_PERIOD, config.dtim_period);
    out.put_u16(NL80211_STA_BSS_PARAM_BEACON_INTERVAL, config.beacon_interval);
}

void put_flags(MessageBuilder& out, const mld::Sta& sta) {
    constexpr mld::StaFlags told{StaFlag::authorized,    StaFlag::short_preamble, StaFlag::wme,      StaFlag::mfp,
                                 StaFlag::authenticated, StaFlag::associated,     StaFlag::tdls_peer};
    const nl80211_sta_flag_update update{.mask = told.bits(), .set = sta.flags.bits() & told.bits()};
    out.put_struct(NL80211_STA_INFO_STA_FLAGS, update);
}

void put_times(MessageBuilder& out, const mld::World& world, const mld::Sta& sta, const StaStatistics& statistics,
               sim::Time now) {
    const auto connected = now - sta.associated_at.value_or(sta.created);
    out.put_u32(NL80211_STA_INFO_CONNECTED_TIME,
                static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(connected).count()));
    const auto inactive = now - std::max(statistics.last_heard, sta.created);
    out.put_u32(NL80211_STA_INFO_INACTIVE_TIME,
                static_cast<std::uint32_t>(std::chrono::duration_cast<milliseconds>(inactive).count()));
    out.put_u64(NL80211_STA_INFO_ASSOC_AT_BOOTTIME,
                sta.associated_at ? static_cast<std::uint64_t>(world.boottime(*sta.associated_at).ns()) : 0);
}

void put_traffic(MessageBuilder& out, const mld::Wiphy& wiphy, const mld::Sta& sta, const StaStatistics& statistics) {
    out.put_u32(NL80211_STA_INFO_RX_BYTES, static_cast<std::uint32_t>(statistics.rx_bytes));
    out.put_u32(NL80211_STA_INFO_TX_BYTES, static_cast<std::uint32_t>(statistics.tx_bytes));
    out.put_u64(NL80211_STA_INFO_RX_BYTES64, statistics.rx_bytes);
    out.put_u64(NL80211_STA_INFO_TX_BYTES64, statistics.tx_bytes);
    out.put_u64(NL80211_STA_INFO_RX_DURATION, statistics.rx_airtime_us);
    out.put_u64(NL80211_STA_INFO_TX_DURATION, statistics.tx_airtime_us);
    constexpr std::uint16_t default_airtime_weight = 256;
    if (wiphy.profile().ext_features.test(NL80211_EXT_FEATURE_AIRTIME_FAIRNESS))
        out.put_u16(NL80211_STA_INFO_AIRTIME_WEIGHT, sta.airtime_weight.value_or(default_airtime_weight));
    out.put_u8(NL80211_STA_INFO_SIGNAL, dbm_octet(statistics.signal_dbm.value_or(0)));
    out.put_u8(NL80211_STA_INFO_SIGNAL_AVG, dbm_octet(statistics.signal_average_dbm.value_or(0)));
    if (statistics.last_tx_rate && !sta.is_mld()) put_rate(out, NL80211_STA_INFO_TX_BITRATE, *statistics.last_tx_rate);
    if (statistics.last_rx_rate && !sta.is_mld()) put_rate(out, NL80211_STA_INFO_RX_BITRATE, *statistics.last_rx_rate);
    out.put_u32(NL80211_STA_INFO_RX_PACKETS, static_cast<std::uint32_t>(statistics.rx_packets));
    out.put_u32(NL80211_STA_INFO_TX_PACKETS, static_cast<std::uint32_t>(statistics.tx_packets));
    out.put_u32(NL80211_STA_INFO_TX_RETRIES, statistics.tx_retries);
    out.put_u32(NL80211_STA_INFO_TX_FAILED, statistics.tx_failed);
}

void put_acknowledgements(MessageBuilder& out, const mld::Wiphy& wiphy, const StaStatistics& statistics) {
    if (!wiphy.profile().ext_features.test(NL80211_EXT_FEATURE_ACK_SIGNAL_SUPPORT)) return;
    if (statistics.ack_signal_dbm) out.put_u8(NL80211_STA_INFO_ACK_SIGNAL, dbm_octet(*statistics.ack_signal_dbm));
    if (statistics.ack_signal_average_dbm)
        out.put_u8(NL80211_STA_INFO_ACK_SIGNAL_AVG, dbm_octet(*statistics.ack_signal_average_dbm));
}

void put_traffic_identifiers(MessageBuilder& out, const StaStatistics& statistics) {
    constexpr std::size_t without_tid = 16;
    auto list = out.nest_noflag(NL80211_STA_INFO_TID_STATS);
    for (std::size_t tid = 0; tid <= without_tid; ++tid) {
        auto nest = out.nest_noflag(static_cast<std::uint16_t>(tid + 1));
        out.put_u64(NL80211_TID_STATS_RX_MSDU, statistics.rx_msdu[tid]);
        out.put_u64(NL80211_TID_STATS_TX_MSDU, statistics.tx_msdu[tid]);
        out.put_u64(NL80211_TID_STATS_TX_MSDU_RETRIES, statistics.tx_msdu_retries[tid]);
        out.put_u64(NL80211_TID_STATS_TX_MSDU_FAILED, statistics.tx_msdu_failed[tid]);
        if (tid != without_tid) put_queue_stats(out, NL80211_TID_STATS_TXQ_STATS);
    }
}

void put_identity(MessageBuilder& out, const mld::Sta& sta) {
    const mld::Wdev& wdev = sta.wdev();
    if (wdev.netdev() != nullptr) out.put_u32(NL80211_ATTR_IFINDEX, wdev.netdev()->index().value);
    out.put_u64(NL80211_ATTR_WDEV, wdev.id().value);
    out.put_mac(NL80211_ATTR_MAC, sta.address());
    out.put_u32(NL80211_ATTR_GENERATION, wdev.wiphy().stations().generation());
}

}  // namespace

void put_rate(MessageBuilder& out, std::uint16_t attribute, const phy::Rate& rate) {
    constexpr std::uint32_t highest_short = 0xffff;
    auto nest = out.nest_noflag(attribute);
    const std::uint32_t bitrate = rate.nl80211_bitrate();
    if (bitrate > 0) out.put_u32(NL80211_RATE_INFO_BITRATE32, bitrate);
    if (bitrate > 0 && bitrate <= highest_short)
        out.put_u16(NL80211_RATE_INFO_BITRATE, static_cast<std::uint16_t>(bitrate));
    if (!rate.is_legacy())
        if (const std::uint16_t flag = width_flag(rate.mhz())) out.put_flag(flag);
    const auto mcs = static_cast<std::uint8_t>(rate.mcs());
    const auto streams = static_cast<std::uint8_t>(rate.streams());
    const bool short_gi = rate.gi() == phy::GuardInterval::us0_4;
    switch (rate.format()) {
        case phy::PpduFormat::ht:
            out.put_u8(NL80211_RATE_INFO_MCS, mcs);
            if (short_gi) out.put_flag(NL80211_RATE_INFO_SHORT_GI);
            break;
        case phy::PpduFormat::vht:
            out.put_u8(NL80211_RATE_INFO_VHT_MCS, mcs);
            out.put_u8(NL80211_RATE_INFO_VHT_NSS, streams);
            if (short_gi) out.put_flag(NL80211_RATE_INFO_SHORT_GI);
            break;
        case phy::PpduFormat::he:
            out.put_u8(NL80211_RATE_INFO_HE_MCS, mcs);
            out.put_u8(NL80211_RATE_INFO_HE_NSS, streams);
            out.put_u8(NL80211_RATE_INFO_HE_GI, guard_interval(rate.gi()));
            out.put_u8(NL80211_RATE_INFO_HE_DCM, 0);
            break;
        case phy::PpduFormat::eht:
            out.put_u8(NL80211_RATE_INFO_EHT_MCS, mcs);
            out.put_u8(NL80211_RATE_INFO_EHT_NSS, streams);
            out.put_u8(NL80211_RATE_INFO_EHT_GI, guard_interval(rate.gi()));
            break;
        default:
            break;
    }
}

void put_new_station(MessageBuilder& out, const mld::Sta& sta) {
    put_identity(out, sta);
    auto nothing = out.nest_noflag(NL80211_ATTR_STA_INFO);
}

void put_station(MessageBuilder& out, const mld::Sta& sta, sim::Time now) {
    const mld::Wdev& wdev = sta.wdev();
    const bool of_client = wdev.type() == InterfaceType::station || wdev.type() == InterfaceType::p2p_client;
    const StaStatistics statistics = all_links(sta);
    put_identity(out, sta);
    {
        auto info = out.nest_noflag(NL80211_ATTR_STA_INFO);
        put_times(out, wdev.wiphy().world(), sta, statistics, now);
        put_traffic(out, wdev.wiphy(), sta, statistics);
        if (of_client) out.put_u32(NL80211_STA_INFO_BEACON_LOSS, statistics.beacon_loss);
        put_bss_numbers(out, wdev);
        put_flags(out, sta);
        out.put_u64(NL80211_STA_INFO_RX_DROP_MISC, statistics.rx_dropped);
        if (of_client) {
            out.put_u64(NL80211_STA_INFO_BEACON_RX, statistics.beacons);
            out.put_u8(NL80211_STA_INFO_BEACON_SIGNAL_AVG, dbm_octet(statistics.beacon_signal_average_dbm.value_or(0)));
        }
        put_acknowledgements(out, wdev.wiphy(), statistics);
        put_traffic_identifiers(out, statistics);
    }
    if (!wdev.is_mld()) return;
    out.put_u8(NL80211_ATTR_MLO_LINK_ID, sta.default_link().link.value());
    if (sta.is_mld()) out.put_mac(NL80211_ATTR_MLD_ADDR, sta.address());
}

}  // namespace mlosim::netlink::nl80211
