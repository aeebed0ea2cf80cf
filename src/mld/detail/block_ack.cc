// Block acks: agreements that others ask for are granted, and their frames go on in order, on whichever link they came;
// MLDs ask for one before they spread a traffic identifier over links. 802.11be 35.3.8. cf. net/mac80211/agg-rx.c,
// agg-tx.c, ht.c, rx.c

#include "mld/detail/robust_frame.h"
#include "mld/detail/rx_path.h"
#include "mld/sta.h"
#include "mld/stations.h"
#include "mld/wdev.h"
#include "mld/wiphy.h"
#include "mld/world.h"

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
        case addba_response: {
            if (size < addba_response_size) break;
            body.skip(1);
            const std::uint16_t status = body.u16le();
            const std::uint16_t parameters = body.u16le();
            const unsigned tid = parameters >> tid_shift & 0xfU;
            const auto bit = static_cast<std::uint16_t>(1U << tid);
            if (tid >= tids || (in.sta->asked_block_ack_tids & bit) == 0) return Verdict::taken;
            if (status == success) in.sta->granted_block_ack_tids |= bit;
            tell_driver(in, status == success ? BlockAckStep::tx_operational : BlockAckStep::tx_stop, tid, 0,
                        parameters >> size_shift);
            return Verdict::taken;
        }
        case delba:
            if (size < delba_size) break;
            end_block_ack(in, body.u16le());
            return Verdict::taken;
        default:
            break;
    }
    in.malformed_action = true;
    return Verdict::next;
}

void RxPath::tell_driver(Incoming& in, BlockAckStep step, unsigned tid, unsigned first, unsigned window) {
    wiphy_.driver().block_ack_changed(in.wdev, *in.sta,
                                      {.step = step,
                                       .tid = static_cast<std::uint8_t>(tid),
                                       .first_number = static_cast<std::uint16_t>(first),
                                       .window = static_cast<std::uint16_t>(window)});
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
    if (status == success) {
        end_agreement(in.wdev, *in.sta, tid);
        const auto first = static_cast<std::uint16_t>(body.u16le() >> 4U);
        in.sta->reorder[tid] = std::make_unique<ReorderBuffer>(first, granted);
        tell_driver(in, BlockAckStep::rx_start, tid, first, granted);
    }
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
    if ((in.sta->block_ack_tids & bit) != 0) {
        ByteReader bar(body);
        bar.skip(2);
        if (tid < tids) skip_to(in.wdev, *in.sta, tid, bar.u16le() >> 4U);
        return Verdict::taken;
    }
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

// cf. ieee80211_process_delba()
void RxPath::end_block_ack(Incoming& in, std::uint16_t parameters) {
    constexpr std::uint16_t from_sender = 1U << 11U;
    const unsigned tid = parameters >> 12U;
    const auto others = static_cast<std::uint16_t>(~(1U << tid));
    if ((parameters & from_sender) == 0) {
        in.sta->asked_block_ack_tids &= others;
        in.sta->granted_block_ack_tids &= others;
        tell_driver(in, BlockAckStep::tx_stop, tid);
        return;
    }
    if ((in.sta->block_ack_tids & ~others) != 0) tell_driver(in, BlockAckStep::rx_stop, tid);
    in.sta->block_ack_tids &= others;
    if (tid < tids) end_agreement(in.wdev, *in.sta, tid);
}

// cf. ieee80211_sta_manage_reorder_buf()
Verdict RxPath::reorder(Incoming& in) {
    using ieee80211::SequenceControl;
    const auto fc = in.frame.frame_control();
    if (in.sta == nullptr || !fc.is_qos_data() || fc.is_null_data() || in.frame.addr1().is_group())
        return Verdict::next;
    const unsigned tid = in.sequence_index;
    if (tid >= in.sta->reorder.size() || in.sta->reorder[tid] == nullptr) return Verdict::next;
    ReorderBuffer& buffer = *in.sta->reorder[tid];
    const unsigned number = in.frame.sequence()->get(SequenceControl::number);
    // Fragments are not of agreements.
    if (in.frame.sequence()->get(SequenceControl::fragment) != 0 || fc.has(ieee80211::FrameControl::more_fragments))
        return Verdict::next;
    Sta& sta = *in.sta;
    Wdev& wdev = in.wdev;
    switch (buffer.place_of(number)) {
        case ReorderBuffer::Place::too_late:
        case ReorderBuffer::Place::duplicate:
            ++in.link_sta->statistics.rx_duplicates;
            return Verdict::dropped;
        case ReorderBuffer::Place::early:
            go_on(
                wdev, sta,
                buffer.keep(
                    number,
                    {.bytes = in.bytes, .status = in.status, .link = in.link.id(), .air_addresses = in.air_addresses}));
            release_ready(wdev, sta, tid);
            return Verdict::taken;
        case ReorderBuffer::Place::in_order:
            break;
    }
    buffer.advance();
    if (buffer.empty()) return Verdict::next;
    go_on(wdev, sta, {.bytes = in.bytes, .status = in.status, .link = in.link.id(), .air_addresses = in.air_addresses});
    release_ready(wdev, sta, tid);
    return Verdict::taken;
}

void RxPath::go_on(Wdev& wdev, Sta& sta, EarlyFrame early) {
    Link* link = wdev.is_mld() ? wdev.link(early.link) : wdev.links().front().get();
    const auto frame = ieee80211::FrameView::parse(*early.bytes);
    if (link == nullptr || !frame) return;  // the link is gone, and what came on it
    Incoming in{.wdev = wdev, .link = *link, .bytes = early.bytes, .frame = *frame, .status = early.status};
    in.sta = &sta;
    in.link_sta = sta.is_mld() ? sta.link(early.link) : nullptr;
    if (in.link_sta == nullptr) in.link_sta = &sta.default_link();
    in.air_addresses = early.air_addresses;
    in.sequence_index = in.security_index = frame->qos()->get(ieee80211::QosControl::tid);
    count_verdict(in, process(in, true));
}

void RxPath::go_on(Wdev& wdev, Sta& sta, std::vector<EarlyFrame> all) {
    const ieee80211::MacAddress address = sta.address();
    for (EarlyFrame& early : all)
        if (wiphy_.stations().find(wdev, address) == &sta) go_on(wdev, sta, std::move(early));
}

void RxPath::release_ready(Wdev& wdev, Sta& sta, unsigned tid) {
    constexpr std::chrono::milliseconds patience{100};  // HT_RX_REORDER_BUF_TIMEOUT
    // What goes on may end the peer, or its agreement.
    const ieee80211::MacAddress address = sta.address();
    const auto buffer = [&] {
        return wiphy_.stations().find(wdev, address) == &sta ? sta.reorder[tid].get() : nullptr;
    };
    while (buffer() != nullptr) {
        auto ready = buffer()->next_ready();
        if (!ready) break;
        go_on(wdev, sta, std::move(*ready));
    }
    if (buffer() == nullptr) return;
    if (buffer()->empty()) {
        buffer()->timeout.cancel();
        return;
    }
    if (buffer()->timeout.pending()) return;
    // cf. sta_rx_agg_reorder_timer_expired()
    buffer()->timeout = wiphy_.world().queue().after(patience, [this, &wdev, &sta, tid] {
        if (const auto first = sta.reorder[tid]->first_waiting()) skip_to(wdev, sta, tid, *first);
    });
}

// cf. ieee80211_release_reorder_frames()
void RxPath::skip_to(Wdev& wdev, Sta& sta, unsigned tid, unsigned number) {
    if (sta.reorder[tid] == nullptr) return;
    go_on(wdev, sta, sta.reorder[tid]->skip_to(number));
    release_ready(wdev, sta, tid);
}

void RxPath::end_agreement(Wdev& wdev, Sta& sta, unsigned tid) {
    const std::unique_ptr<ReorderBuffer> ended = std::move(sta.reorder[tid]);
    if (ended == nullptr) return;
    while (const auto first = ended->first_waiting())
        go_on(wdev, sta, ended->skip_to((*first + 1) % 4096));
}

}  // namespace mlosim::mld::detail
