// Block acks, as far as a radio without aggregation of its own needs them: agreements that others ask for are granted,
// their frames come in order. cf. net/mac80211/agg-rx.c, ht.c

#include "mld/detail/robust_frame.h"
#include "mld/detail/rx_path.h"
#include "mld/sta.h"
#include "mld/wdev.h"

namespace mlosim::mld::detail {

namespace {

using ieee80211::ByteReader;
using ieee80211::Bytes;
using ieee80211::ByteWriter;

constexpr std::uint8_t addba_request = 0;
constexpr std::uint8_t addba_response = 1;
constexpr std::uint8_t delba = 2;
constexpr std::size_t addba_request_size = 9;
constexpr std::size_t addba_response_size = 9;
constexpr std::size_t delba_size = 6;
constexpr std::uint16_t success = 0;
constexpr std::uint16_t declined = 37;
constexpr std::uint16_t invalid_parameters = 38;
constexpr std::uint16_t reason_setup_required = 38;
constexpr unsigned tids = 8;

// Block Ack Parameter Set, 802.11-2020 9.4.1.14
constexpr std::uint16_t immediate = 1U << 1U;
constexpr unsigned tid_shift = 2;
constexpr unsigned size_shift = 6;
constexpr std::uint16_t max_size_ht = 64;

}  // namespace

Bytes RxPath::answer_header(const Incoming& in) const {
    const bool ap = is_access_point(in.wdev);
    Bytes out;
    ByteWriter w(out);
    ieee80211::FrameHeader::management(ieee80211::ManagementSubtype::action, *in.frame.addr2(), in.wdev.address(),
                                       ap ? in.wdev.address() : *in.frame.addr2())
        .append_to(w);
    return out;
}

// cf. ieee80211_rx_h_action(), ieee80211_process_addba_request(), ieee80211_process_delba()
Verdict RxPath::block_ack_action(Incoming& in) {
    ByteReader body(in.frame.body());
    const std::size_t size = body.remaining();
    body.skip(1);
    if (size < 2) return Verdict::next;
    switch (body.u8()) {
        case addba_request:
            if (size < addba_request_size) break;
            grant_block_ack(in);
            return Verdict::taken;
        case addba_response:  // we ask nobody
            if (size < addba_response_size) break;
            return Verdict::taken;
        case delba:
            if (size < delba_size) break;
            in.sta->block_ack_tids &= static_cast<std::uint16_t>(~(1U << (body.u16le() >> 12U)));
            return Verdict::taken;
        default:
            break;
    }
    in.malformed_action = true;
    return Verdict::next;
}

// cf. __ieee80211_start_rx_ba_session(), ieee80211_send_addba_resp()
void RxPath::grant_block_ack(Incoming& in) {
    ByteReader body(in.frame.body());
    body.skip(2);
    const std::uint8_t token = body.u8();
    const std::uint16_t parameters = body.u16le();
    const std::uint16_t timeout = body.u16le();
    const unsigned tid = parameters >> tid_shift & 0xfU;
    const unsigned asked = parameters >> size_shift;
    const StaCapabilities& peer = in.link_sta->capabilities;
    const bool aggregates = !peer.ht.empty() || !peer.he.empty();

    std::uint16_t status = success;
    if (!aggregates || tid >= tids) {
        status = declined;
    } else if ((parameters & immediate) == 0) {
        status = invalid_parameters;
    } else {
        in.sta->block_ack_tids |= static_cast<std::uint16_t>(1U << tid);
    }
    const unsigned granted = asked == 0 || asked > max_size_ht ? max_size_ht : asked;
    Bytes out = answer_header(in);
    ByteWriter w(out);
    w.u8(static_cast<std::uint8_t>(ActionCategory::block_ack));
    w.u8(addba_response);
    w.u8(token);
    w.u16le(status);
    w.u16le(static_cast<std::uint16_t>(immediate | tid << tid_shift | granted << size_shift));
    w.u16le(timeout);
    tx_.send_management(in.wdev, &in.link, std::move(out), {});
}

// A request for a block ack that nobody agreed on. cf. ieee80211_rx_h_ctrl(), ieee80211_send_delba()
Verdict RxPath::block_ack_request(Incoming& in) {
    const auto body = in.frame.body();
    if (in.sta == nullptr || body.size() < 4) return Verdict::dropped;
    const unsigned tid = body[1] >> 4U;
    const auto bit = static_cast<std::uint16_t>(1U << tid);
    if ((in.sta->block_ack_tids & bit) != 0) return Verdict::taken;
    if ((in.sta->refused_block_ack_tids & bit) == 0) {
        in.sta->refused_block_ack_tids |= bit;
        Bytes out = answer_header(in);
        ByteWriter w(out);
        w.u8(static_cast<std::uint8_t>(ActionCategory::block_ack));
        w.u8(delba);
        w.u16le(static_cast<std::uint16_t>(tid << 12U));  // from the recipient
        w.u16le(reason_setup_required);
        tx_.send_management(in.wdev, &in.link, std::move(out), {});
    }
    return Verdict::dropped;
}

}  // namespace mlosim::mld::detail
