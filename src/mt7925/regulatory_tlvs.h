#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "mt7925/layout.h"

/// SET_DOMAIN_INFO and SET_POWER_LIMIT: which channels there are, and how loud.
namespace mlosim::mt7925 {

struct DomainHeader {
    static constexpr std::string_view name = "header";
    Octets<4> alpha2{};  ///< two letters, two zeros
    std::uint8_t bw_2g = 0;
    std::uint8_t bw_5g = 0;
    std::uint8_t bw_6g = 0;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("alpha2", s.alpha2);
        v("bw_2g", s.bw_2g);
        v("bw_5g", s.bw_5g);
        v("bw_6g", s.bw_6g);
        v.reserved(1);
    }
};

struct DomainChannel {
    static constexpr std::uint32_t no_ir = 1U << 1U;  ///< IEEE80211_CHAN_NO_IR: only listening is allowed
    std::uint16_t channel = 0;
    std::uint32_t flags = 0;  ///< mac80211's channel flags
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("channel", s.channel);
        v.reserved(2);
        v("flags", s.flags);
    }
};

struct DomainChannels {
    static constexpr std::uint16_t tag = 2;
    static constexpr std::string_view name = "CHANNELS";
    std::uint8_t n_2g = 0;
    std::uint8_t n_5g = 0;
    std::uint8_t n_6g = 0;
    std::vector<DomainChannel> channels;  ///< those of 2.4 GHz, of 5 GHz, of 6 GHz
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("n_2g", s.n_2g);
        v("n_5g", s.n_5g);
        v("n_6g", s.n_6g);
        v.reserved(1);
        v.records("channels", s.channels);
    }
};

struct PowerLimitChannel {
    std::uint8_t channel = 0;
    Octets<449> limits{};  ///< half dBm a rate, 0x7f: none
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("channel", s.channel);
        v("limits", s.limits);
    }
};

struct PowerLimits {
    static constexpr std::uint16_t tag = 1;
    static constexpr std::string_view name = "SKU";
    std::uint8_t version = 0;
    std::uint8_t n_chan = 0;
    std::uint8_t band = 0;  ///< 1 2.4 GHz, 2 5 GHz, 3 6 GHz
    std::uint8_t last_msg = 0;
    std::uint8_t limit_type = 0;
    Octets<4> alpha2{};
    std::vector<PowerLimitChannel> channels;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("version", s.version);
        v.reserved(3);
        v("n_chan", s.n_chan);
        v("band", s.band);
        v("last_msg", s.last_msg);
        v("limit_type", s.limit_type);
        v("alpha2", s.alpha2);
        v.reserved(32);
        v.records("channels", s.channels);
    }
};

/// A piece of the firmware file's country table, opaque to the command's form.
struct CountryLimits {
    static constexpr std::uint16_t tag = 3;
    static constexpr std::string_view name = "CLC";
    Bytes data;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v.rest("data", s.data);
    }
};

}  // namespace mlosim::mt7925
