// The way out: from the MAC's frames to the chip's.

#include "ieee80211/frame_header.h"
#include "mld/wdev.h"
#include "mt7925/host/driver.h"

namespace mlosim::mt7925::host {

namespace {

constexpr unsigned most_attempts = 15;  // REM_TX_COUNT

bool is_management(const mld::TxFrame& frame) {
    const auto view = ieee80211::FrameView::parse(frame.bytes);
    return view && view->frame_control().type() == ieee80211::FrameType::management;
}

}  // namespace

void Driver::transmit(mld::Wdev*, mld::Link* link, mld::TxFrame frame) {
    const bool on_link = link != nullptr && link->channel() && link->channel()->control == frame.channel;
    const auto view = ieee80211::FrameView::parse(frame.bytes);
    RadioFrame out;
    out.channel = radio_channel_of(on_link ? *link->channel() : phy::ChannelDefinition::mhz20(frame.channel));
    out.number = frame.cookie;
    out.rate = frame.rate;
    out.wants_acknowledgement = !frame.no_acknowledgement && view && !view->addr1().is_group();
    out.attempts = out.wants_acknowledgement ? frame.attempts.value_or(most_attempts) : 1;
    out.stamp_time = frame.stamp_tsf;
    // What belongs to an exchange waits for what was asked of the chip before it.
    const bool in_turn = !operations_.idle() && is_management(frame);
    out.bytes = std::move(frame.bytes);
    if (in_turn)
        operations_.enqueue("tx", send_in_turn(std::move(out)));
    else
        air_.transmit(std::move(out));
}

Task<void> Driver::send_in_turn(RadioFrame frame) {
    air_.transmit(std::move(frame));
    co_return;
}

void Driver::receive(const phy::Reception& reception) {
    mld::RxStatus status;
    status.channel = reception.channel.control;
    status.signal = reception.rssi;
    status.received = reception.end;
    status.rate = reception.rate;
    status.started = reception.start;
    mac_.receive(reception.payload, status);
}

void Driver::sent(const RadioReport& report) {
    mac_.transmitted({.cookie = report.number,
                      .acknowledged = report.acknowledged,
                      .retries = report.attempts - 1,
                      .rate = report.rate,
                      .ack_signal_dbm = report.ack_rssi_dbm});
}

}  // namespace mlosim::mt7925::host
