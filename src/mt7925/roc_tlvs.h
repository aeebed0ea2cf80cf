#pragma once

#include <cstdint>
#include <string_view>

#include "mt7925/layout.h"

/// ROC: the radio's time on a channel, for a connection attempt, a remain-on-channel or the second link of an MLD.
namespace mlosim::mt7925 {

enum class RocType : std::uint8_t {
    join = 0,
    remain_on_channel = 1,
    sub_link = 2,
    mlsr_ag = 10,  ///< a 2.4 GHz link takes part
    mlsr_aa = 11,
};

/// Four octets of nothing, before the TLVs of most commands.
struct ReservedHeader {
    static constexpr std::string_view name = "header";
    template <class Self, class V>
    static void layout(Self&, V& v) {
        v.reserved(4);
    }
};

template <std::uint16_t Tag>
struct RocRequest {
    static constexpr std::uint16_t tag = Tag;
    static constexpr std::string_view name = Tag == 0 ? "ACQUIRE" : "SUB_LINK";
    std::uint8_t bss_idx = 0;
    std::uint8_t tokenid = 0;
    std::uint8_t control_ch = 0;
    std::uint8_t sco = 0;
    std::uint8_t band = 0;
    std::uint8_t bw = 0;
    std::uint8_t center_ch = 0;
    std::uint8_t center_ch2 = 0;
    std::uint8_t bw_from_ap = 0;
    std::uint8_t center_from_ap = 0;
    std::uint8_t center2_from_ap = 0;
    RocType reqtype = RocType::join;
    std::uint32_t maxinterval = 0;  ///< ms
    std::uint8_t dbdcband = 0xff;   ///< 0xff the firmware chooses, 0xfe all
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("bss_idx", s.bss_idx);
        v("tokenid", s.tokenid);
        v("control_ch", s.control_ch);
        v("sco", s.sco);
        v("band", s.band);
        v("bw", s.bw);
        v("center_ch", s.center_ch);
        v("center_ch2", s.center_ch2);
        v("bw_from_ap", s.bw_from_ap);
        v("center_from_ap", s.center_from_ap);
        v("center2_from_ap", s.center2_from_ap);
        v("reqtype", s.reqtype);
        v("maxinterval", s.maxinterval);
        v("dbdcband", s.dbdcband);
        v.reserved(3);
    }
};
using RocAcquire = RocRequest<0>;
using RocSubLink = RocRequest<3>;

struct RocAbort {
    static constexpr std::uint16_t tag = 1;
    static constexpr std::string_view name = "ABORT";
    std::uint8_t bss_idx = 0;
    std::uint8_t tokenid = 0;
    std::uint8_t dbdcband = 0xff;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("bss_idx", s.bss_idx);
        v("tokenid", s.tokenid);
        v("dbdcband", s.dbdcband);
        v.reserved(5);
    }
};

/// The driver leaves room for a second link and fills it with zeros.
struct RocUnused {
    static constexpr std::uint16_t tag = 4;
    static constexpr std::string_view name = "UNUSED";
    template <class Self, class V>
    static void layout(Self&, V& v) {
        v.reserved(20);
    }
};

/// Of the event.
struct RocGrant {
    static constexpr std::uint16_t tag = 0;
    static constexpr std::string_view name = "GRANT";
    std::uint8_t bss_idx = 0;
    std::uint8_t tokenid = 0;
    std::uint8_t status = 0;
    std::uint8_t primary_ch = 0;
    std::uint8_t rf_sco = 0;
    std::uint8_t rf_band = 0;
    std::uint8_t width = 0;
    std::uint8_t seg1 = 0;
    std::uint8_t seg2 = 0;
    RocType reqtype = RocType::join;
    std::uint8_t dbdcband = 0;
    std::uint32_t max_interval = 0;  ///< ms
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v("bss_idx", s.bss_idx);
        v("tokenid", s.tokenid);
        v("status", s.status);
        v("primary_ch", s.primary_ch);
        v("rf_sco", s.rf_sco);
        v("rf_band", s.rf_band);
        v("width", s.width);
        v("seg1", s.seg1);
        v("seg2", s.seg2);
        v("reqtype", s.reqtype);
        v("dbdcband", s.dbdcband);
        v.reserved(1);
        v("max_interval", s.max_interval);
    }
};

}  // namespace mlosim::mt7925
