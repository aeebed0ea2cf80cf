// The way out: from the MAC's frames to those of host/frames.h.

#include "ieee80211/frame_header.h"
#include "mld/sta.h"
#include "mld/stations.h"
#include "mld/wdev.h"
#include "mld/wiphy.h"
#include "mt7925/host/driver.h"

namespace mlosim::mt7925::host {

namespace {

using ieee80211::FrameControl;
using ieee80211::FrameType;
using ieee80211::FrameView;

constexpr int default_power_dbm = 20;

/// Management frames belong to exchanges that the driver is asked to prepare.
bool waits_its_turn(const FrameView& view) {
    return view.frame_control().type() == FrameType::management;
}

}  // namespace

void Driver::transmit(mld::Wdev* vif, mld::Link* link, mld::TxFrame frame) {
    const auto view = FrameView::parse(frame.bytes);
    if (!view) return;
    const bool in_turn = !operations_.idle() && waits_its_turn(*view);
    FrameToSend out;
    out.cookie = frame.cookie;
    out.wants_status = frame.wants_status;
    out.no_acknowledgement = frame.no_acknowledgement;
    out.attempts = frame.attempts;
    out.rate = frame.rate;
    out.band = frame.channel.band;
    out.protect = view->frame_control().get(FrameControl::protected_frame) != 0;
    out.receiver = view->addr1();
    if (view->addr2()) out.sender = *view->addr2();
    if (vif != nullptr && !out.receiver.is_group()) {
        const mld::Sta* peer = wiphy_.stations().find(*vif, out.receiver);
        out.to_station = peer != nullptr;
        out.of_mld = vif->is_mld();
        if (peer != nullptr && peer->is_mld() && vif->is_mld() && link != nullptr)
            out.mlds = FrameToSend::Mlds{peer->address(), vif->address()};
    }
    out.wcid = frames_.entry_for(out);
    out.in_turn = in_turn;
    out.bytes = std::move(frame.bytes);
    if (in_turn)
        operations_.enqueue("tx", send_in_turn(std::move(out)));
    else
        frames_.send(std::move(out));
}

Task<void> Driver::send_in_turn(FrameToSend frame) {
    frames_.send(std::move(frame));
    co_return;
}

/// What the chip may send with there.
int Driver::power_on(const phy::Channel& channel) const {
    for (const auto& [id, wdev] : wiphy_.wdevs())
        for (const auto& link : wdev->links())
            if (link->channel() && link->channel()->control == channel && link->tx_power_dbm())
                return *link->tx_power_dbm();
    const phy::RadioChannel* known = wiphy_.channel(channel);
    return known != nullptr && known->now.max_power_dbm > 0 ? known->now.max_power_dbm : default_power_dbm;
}

}  // namespace mlosim::mt7925::host
