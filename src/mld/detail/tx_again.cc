// A data frame between MLDs that got no answer is tried on another of their links, with its number and under its packet
// number: the receiver has one of each for all links. 802.11be 35.3.8

#include <algorithm>

#include "ieee80211/frame_header.h"
#include "mld/detail/tx_path.h"
#include "mld/sta.h"
#include "mld/stations.h"
#include "mld/wiphy.h"

namespace mlosim::mld::detail {

namespace {

using ieee80211::Bytes;
using ieee80211::ByteWriter;
using ieee80211::FrameControl;
using ieee80211::FrameView;
using ieee80211::MacAddress;

constexpr std::size_t receiver_at = 4;
constexpr std::size_t sender_at = 10;

void put(Bytes& frame, std::size_t at, const MacAddress& address) {
    std::copy(address.octets().begin(), address.octets().end(), frame.begin() + static_cast<std::ptrdiff_t>(at));
}

/// What was given up shall hold nobody up. cf. ieee80211_send_bar()
Bytes block_ack_request(const MacAddress& receiver, const MacAddress& sender, unsigned tid, unsigned next_number) {
    constexpr std::uint16_t block_ack_request = 0x0084;
    constexpr std::uint16_t compressed = 1U << 2U;
    Bytes out;
    ByteWriter w(out);
    w.u16le(block_ack_request);
    w.u16le(0);
    w.mac(receiver);
    w.mac(sender);
    w.u16le(static_cast<std::uint16_t>(compressed | tid << 12U));
    w.u16le(static_cast<std::uint16_t>(next_number << 4U));
    return out;
}

}  // namespace

bool TxReports::try_again(SentFrame& frame, const TxStatus& status) {
    if (status.acknowledged || frame.on_air.empty() || !frame.wanted_acknowledgement || !frame.station) return false;
    Sta* sta = wiphy_.stations().find(*frame.wdev, *frame.station);
    if (sta == nullptr || !sta->is_mld()) return false;
    const std::uint16_t links = links_to(*frame.wdev, *sta, frame.tid);
    const auto untried = static_cast<std::uint16_t>(links & ~frame.tried_links);
    const auto on = [&](std::uint16_t any) -> Link* {
        for (const auto& link : frame.wdev->links())
            if ((any & link->id().bit()) != 0 && link->channel() && sta->link(link->id()) != nullptr) return link.get();
        return nullptr;
    };
    TxFrame next;
    if (Link* link = on(untried)) {
        next.bytes = frame.on_air;
        FrameControl fc{next.bytes};
        fc.set(FrameControl::retry, 1);
        std::copy(fc.octets().begin(), fc.octets().end(), next.bytes.begin());
        put(next.bytes, receiver_at, sta->link(link->id())->address);
        put(next.bytes, sender_at, link->address());
        next.channel = link->channel()->control;
        next.wants_status = frame.report != TxOptions::Report::nobody;
        ++sta->statistics_on(link->id()).tx_retries;
        frame.link = link->id();
        frame.tried_links = static_cast<std::uint16_t>(frame.tried_links | link->id().bit());
        frame.chosen_rate = false;
        frame.band = next.channel.band;
        next.cookie = add(std::move(frame));
        wiphy_.driver().transmit(frame.wdev, link, std::move(next));
        return true;
    }
    const auto view = FrameView::parse(frame.on_air);
    if ((sta->granted_block_ack_tids >> frame.tid & 1U) == 0 || !view || !view->sequence()) return false;
    if (Link* link = on(links)) {
        const unsigned number = view->sequence()->get(ieee80211::SequenceControl::number);
        next.bytes = block_ack_request(sta->link(link->id())->address, link->address(), frame.tid, (number + 1) % 4096);
        next.channel = link->channel()->control;
        wiphy_.driver().transmit(frame.wdev, link, std::move(next));
    }
    return false;
}

}  // namespace mlosim::mld::detail
