#include "phy/detail/aggregate.h"

#include "ieee80211/frame_header.h"

namespace mlosim::phy::detail {

namespace {

constexpr std::size_t fcs = 4;                           // sent, but not part of the payload
constexpr std::size_t delimiter = 4;                     // 802.11 9.7.1
constexpr std::chrono::microseconds longest_ppdu{5484};  // aPPDUMaxTime, 802.11 Table 21-29

/// How much one block acknowledgement covers, and the longest A-MPDU.
struct Limit {
    unsigned mpdus;
    std::size_t octets;
};

// 802.11 9.4.1.13, 802.11ax 26.4, 802.11be 35.4: buffers; 802.11 Table 9-25: lengths.
Limit limit_of(PpduFormat format) {
    switch (format) {
        case PpduFormat::eht:
            return {1024, 15523200};
        case PpduFormat::he:
            return {256, 6500631};
        case PpduFormat::vht:
            return {64, 1048575};
        default:
            return {64, 65535};
    }
}

/// Who data is for that an A-MPDU may hold.
std::optional<ieee80211::MacAddress> receiver_of(const Transmission& sent) {
    if (sent.rate.format() < PpduFormat::ht) return std::nullopt;
    const auto frame = ieee80211::FrameView::parse(*sent.payload);
    if (!frame || frame->addr1().is_group()) return std::nullopt;
    const ieee80211::FrameControl fc = frame->frame_control();
    if (!fc.is_qos_data() || fc.is_null_data()) return std::nullopt;
    return frame->addr1();
}

}  // namespace

bool Aggregate::takes(const Transmission& sent, const ieee80211::MacAddress& receiver, std::size_t octets,
                      sim::Time now) const {
    if (!ppdu_ || ppdu_->end != now || ppdu_->receiver != receiver || ppdu_->rate != sent.rate ||
        ppdu_->center != sent.channel.control.center)
        return false;
    const Limit limit = limit_of(sent.rate.format());
    return ppdu_->mpdus < limit.mpdus && ppdu_->octets + octets <= limit.octets &&
           airtime(sent.rate, ppdu_->octets + octets, sent.channel.band()) <= longest_ppdu;
}

sim::Duration Aggregate::time_on_air(const Transmission& sent, sim::Time now) {
    const Band band = sent.channel.band();
    const std::size_t psdu = sent.payload->size() + fcs;
    const auto receiver = receiver_of(sent);
    if (!receiver) {
        ppdu_.reset();
        return airtime(sent.rate, psdu, band);
    }
    const std::size_t subframe = (delimiter + psdu + 3) / 4 * 4;
    sim::Duration time = airtime(sent.rate, subframe, band);
    if (takes(sent, *receiver, subframe, now)) {
        time = airtime(sent.rate, ppdu_->octets + subframe, band) - airtime(sent.rate, ppdu_->octets, band);
        ppdu_->octets += subframe;
        ++ppdu_->mpdus;
        ppdu_->end = now + time;
    } else {
        ppdu_ = Ppdu{*receiver, sent.rate, sent.channel.control.center, now + time, subframe, 1};
    }
    return time;
}

}  // namespace mlosim::phy::detail
