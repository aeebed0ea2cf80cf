#include "mt7925/host/roc_message.h"

#include "mt7925/host/scan_message.h"
#include "mt7925/layout.h"

namespace mlosim::mt7925::host {

namespace {

/// 20 MHz, whatever the network's width is.
template <class Request>
Request request_of(const RocTime& time, const RocLink& link) {
    Request out;
    out.bss_idx = link.bss_idx;
    out.tokenid = time.token;
    out.control_ch = out.center_ch = out.center_from_ap = static_cast<std::uint8_t>(link.channel.number());
    out.band = band_number(link.channel.band);
    out.reqtype = time.type;
    out.maxinterval = time.milliseconds;
    return out;
}

constexpr std::uint8_t all_bands = 0xfe;

}  // namespace

Bytes roc_message(const RocTime& time, const RocLink& link) {
    return PayloadBuilder(ReservedHeader{}).add(request_of<RocAcquire>(time, link)).bytes();
}

Bytes mlo_roc_message(const RocTime& time, const RocLink& first, const std::optional<RocLink>& second) {
    // Only links that the firmware serves at once are joined (RocType::join) on both bands.
    auto acquire = request_of<RocAcquire>(time, first);
    if (time.type == RocType::join) acquire.dbdcband = all_bands;
    PayloadBuilder message(ReservedHeader{});
    message.add(acquire);
    if (!second) return message.add(RocUnused{}).bytes();
    auto sub_link = request_of<RocSubLink>(time, *second);
    sub_link.dbdcband = acquire.dbdcband;
    return message.add(sub_link).bytes();
}

Bytes roc_abort_message(std::uint8_t token, std::uint8_t bss_idx) {
    RocAbort abort;
    abort.bss_idx = bss_idx;
    abort.tokenid = token;
    return PayloadBuilder(ReservedHeader{}).add(abort).bytes();
}

}  // namespace mlosim::mt7925::host
