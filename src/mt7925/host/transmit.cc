// The way out: from the MAC's frames to the chip's.

#include "ieee80211/frame_header.h"
#include "mld/wdev.h"
#include "mt7925/host/driver.h"

namespace mlosim::mt7925::host {

namespace {

constexpr unsigned most_attempts = 15;  // REM_TX_COUNT

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
    out.bytes = std::move(frame.bytes);
    air_.transmit(std::move(out));
}

void Driver::sent(const RadioReport& report) {
    mac_.transmitted({.cookie = report.number,
                      .acknowledged = report.acknowledged,
                      .retries = report.attempts - 1,
                      .rate = report.rate,
                      .ack_signal_dbm = report.ack_rssi_dbm});
}

}  // namespace mlosim::mt7925::host
