// The real driver's mistakes, as far as they are more than a step left out: what happens then. docs/mt7925.md tells
// each one's story.

#include <algorithm>
#include <utility>

#include "ieee80211/basic_multi_link.h"
#include "mld/bss.h"
#include "mld/station_mlme.h"
#include "mld/wdev.h"
#include "mld/wiphy.h"
#include "mt7925/host/driver.h"

namespace mlosim::mt7925::host {

namespace {

constexpr unsigned three_links = 3;

/// How many links of an access point MLD can be used at a time, as its beacon says; 1 of one that is none.
unsigned simultaneous_links(const mld::Bss& bss) {
    const auto element =
        ieee80211::find_multi_link(ieee80211::ElementList(bss.elements->bytes), ieee80211::MultiLinkVariant::basic);
    if (!element) return 1;
    const ieee80211::ElementBody body(*element);
    const auto mld = ieee80211::BasicMultiLinkView::parse(body);
    if (!mld || !mld->mld_capabilities()) return 1;
    return mld->mld_capabilities()->get(ieee80211::MldCapabilities::max_simultaneous_links_minus_1) + 1;
}

}  // namespace

void Driver::oops(const std::string& where) {
    inspection_.oops("BUG: kernel NULL pointer dereference, address: 0000000000000010, RIP: " + where);
}

void Driver::warn(const std::string& where) {
    inspection_.warn("WARNING: " + where);
}

Task<void> Driver::hold_forever() {
    Mutex::Guard chip = co_await power_.acquire("a task that is gone");
    co_await Forever{};
}

void Driver::provoke_firmware(Vif& vif, std::uint16_t links) {
    const bool roams = std::exchange(associated_since_boot_, true);
    if (!roams || !vif.is_mld()) return;
    bool six_ghz = false;
    unsigned known = 1;
    for (const auto& link : vif.wdev.links()) {
        if ((links & link->id().bit()) != 0 && link->wanted_channel())
            six_ghz |= link->wanted_channel()->band() == phy::Band::ghz6;
        const mld::Bss* bss = link->wanted_channel() ? wiphy_.bss_table().find(link->wanted_channel()->control,
                                                                               link->bssid(), nullptr, queue_.now())
                                                     : nullptr;
        if (bss != nullptr) known = std::max(known, simultaneous_links(*bss));
    }
    if (has(Defect::firmware_stall) && six_ghz) {
        FaultRule stall;
        stall.match.cid = static_cast<std::uint16_t>(Cid::bss_info);
        stall.effect = FaultEffect::stall_ring15;
        stall.times = 1;
        front_.faults().add(stall);
    }
    if (has(Defect::tri_band_lockup) && known >= three_links) {
        silent_ = true;
        operations_.enqueue("sta_event", hold_forever());
    }
}

// The firmware said that it can have two links at a time and had no time for it but once.
void Driver::refuse_more_time() {
    for (const RocType type : {RocType::mlsr_ag, RocType::mlsr_aa}) {
        FaultRule refusal;
        refusal.match.roc_type = static_cast<std::uint8_t>(type);
        refusal.effect = FaultEffect::no_grant;
        front_.faults().add(refusal);
    }
}

// A link that moves to 6 GHz keeps the band that the firmware had for it; a width that it does not know is told as the
// next one.
phy::ChannelDefinition Driver::told_channel(Vif& vif, const VifLink& link,
                                            const phy::ChannelDefinition& channel) const {
    if (has(Defect::band_transition) && channel.band() == phy::Band::ghz6 && vif.band_before &&
        vif.band_before->band() != phy::Band::ghz6 && &link == &vif.default_link)
        return *vif.band_before;
    if (has(Defect::no_320mhz) && channel.width == phy::ChannelWidth::w320)
        return channel.narrowed(phy::ChannelWidth::w160).value_or(channel);
    return channel;
}

}  // namespace mlosim::mt7925::host
