// The radio's time: for a frame that wants an answer, for the MAC that wants to listen somewhere, for nobody any more.

#include <utility>

#include "mld/wdev.h"
#include "mt7925/host/driver.h"
#include "mt7925/host/roc_message.h"

namespace mlosim::mt7925::host {

namespace {

constexpr std::chrono::milliseconds join_time{1000};  // HZ: where the MAC names none

}  // namespace

// cf. mt7925_mgd_prepare_tx()
void Driver::prepare_tx(mld::Wdev& wdev, const mld::ManagedTransmission& about) {
    const Vif* vif = interfaces_.find(wdev);
    if (vif == nullptr) return;
    const auto channel = vif->is_mld() ? vif->default_link.channel : wdev.default_link().channel();
    if (!channel) return;
    operations_.enqueue("mgd_prepare_tx", join({vif->default_link.numbers.bss_idx, channel->control}, vif->is_mld(),
                                               about.duration.value_or(join_time)));
}

Task<void> Driver::join(RocLink link, bool is_mld, std::chrono::milliseconds time) {
    Mutex::Guard chip = co_await power_.acquire("mgd_prepare_tx");
    chosen_band_of_ = is_mld ? std::nullopt : std::optional(link.bss_idx);
    Roc::Request request = [link, time](std::uint8_t token) {
        return roc_message({token, RocType::join, static_cast<std::uint32_t>(time.count())}, link);
    };
    const auto granted = co_await roc_.acquire(std::move(request), link.bss_idx);
    (void)granted;  // the frame goes out in any case
}

// cf. mt7925_mgd_complete_tx()
void Driver::complete_tx(mld::Wdev& wdev, const mld::ManagedTransmission&) {
    if (const Vif* vif = interfaces_.find(wdev)) operations_.enqueue("mgd_complete_tx", end_roc(vif->incarnation));
}

// cf. mt7925_abort_roc()
Task<void> Driver::end_roc(std::uint64_t incarnation) {
    Mutex::Guard chip = co_await power_.acquire("abort_roc");
    const Vif* vif = interfaces_.find(incarnation);
    if (vif == nullptr || !roc_.end()) co_return;
    co_await roc_.abort(vif->default_link.numbers.bss_idx);
}

// cf. mt7925_remain_on_channel()
Result<void> Driver::remain_on_channel(mld::Wdev& wdev, const phy::Channel& channel,
                                       std::chrono::milliseconds duration) {
    const Vif* vif = interfaces_.find(wdev);
    if (vif == nullptr) return fail(ENETDOWN);
    if (roc_.busy()) return fail(EBUSY);
    operations_.enqueue("remain_on_channel", stay(vif->incarnation, channel, duration));
    return {};
}

Task<void> Driver::stay(std::uint64_t incarnation, phy::Channel channel, std::chrono::milliseconds time) {
    Mutex::Guard chip = co_await power_.acquire("remain_on_channel");
    const Vif* vif = interfaces_.find(incarnation);
    if (vif == nullptr) co_return;
    const RocLink link{vif->default_link.numbers.bss_idx, channel};
    Roc::Request request = [link, time](std::uint8_t token) {
        return roc_message({token, RocType::remain_on_channel, static_cast<std::uint32_t>(time.count())}, link);
    };
    const auto granted = co_await roc_.acquire(std::move(request), link.bss_idx);
    chip.release();
    if (!granted) mac_.remain_on_channel_expired();
}

// cf. mt7925_cancel_remain_on_channel()
void Driver::cancel_remain_on_channel(mld::Wdev& wdev) {
    if (const Vif* vif = interfaces_.find(wdev))
        operations_.enqueue("cancel_remain_on_channel", end_roc(vif->incarnation));
}

// cf. mt7925_mcu_roc_handle_grant()
void Driver::roc_granted(const RocGrant& grant) {
    if (grant.reqtype == RocType::remain_on_channel && roc_.busy()) mac_.ready_on_channel();
    // Which band the firmware chose is remembered, but not of an MLD. cf. mt7925_mcu_roc_iter()
    if (grant.reqtype == RocType::join)
        for (const auto& vif : interfaces_.all())
            if (chosen_band_of_ == grant.bss_idx && vif->default_link.numbers.bss_idx == grant.bss_idx)
                vif->default_link.numbers.band_idx = grant.dbdcband;
    roc_.granted(grant);
}

/// Whoever clears the bit ends it; nobody waits for anybody. cf. mt7925_roc_work()
Task<void> Driver::roc_work() {
    if (!roc_.end()) co_return;
    {
        roc_work_waits_ = true;
        Mutex::Guard chip = co_await power_.acquire("roc_work");
        roc_work_waits_ = false;
        co_await abort_everywhere();
    }
    mac_.remain_on_channel_expired();
}

// Every interface's BSS is named, whoever had the time. cf. mt7925_roc_iter()
Task<void> Driver::abort_everywhere() {
    std::vector<std::uint8_t> indexes;
    for (const auto& vif : interfaces_.all())
        if (vif->wdev.running()) indexes.push_back(vif->default_link.numbers.bss_idx);
    for (std::size_t i = 0; i < indexes.size(); ++i)
        co_await roc_.abort(indexes[i]);
}

}  // namespace mlosim::mt7925::host
