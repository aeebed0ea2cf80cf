#include "mt7925/roc_scheduler.h"

#include <utility>

namespace mlosim::mt7925 {
namespace {

/// A driver has one ROC a BSS: who asks for more without an end to any is refused.
constexpr std::size_t most_waiting = 2 * bss_count;

RadioChannel channel_of(const RocAcquire& request) {
    return {request.band, request.control_ch, request.center_ch, request.center_ch2, request.bw};
}

bool belongs_to(const RocHolder& holder, const RocAbort& abort) {
    return holder.request.bss_idx == abort.bss_idx && holder.request.tokenid == abort.tokenid;
}

}  // namespace

RocScheduler::RocScheduler(const FirmwareTables& tables, Clock& clock, Radio& radio, FaultRules& faults,
                           const FirmwareTiming& timing, Send send, ScanDwells scan_dwells, Released released)
    : tables_(tables),
      clock_(clock),
      radio_(radio),
      faults_(faults),
      timing_(timing),
      send_(std::move(send)),
      scan_dwells_(std::move(scan_dwells)),
      released_(std::move(released)) {}

CommandOutcome RocScheduler::command(ByteView payload) {
    const Result<std::vector<Tlv>> tlvs = parse_tlvs(payload, 4);
    if (!tlvs) return CommandOutcome::unreadable();
    std::optional<RocHolder> asked;
    std::vector<RocSubLink> sub_links;
    std::vector<RocAbort> aborts;
    for (const Tlv& tlv : *tlvs) {
        if (tlv.tag == RocAcquire::tag) {
            const Result<RocAcquire> request = decode<RocAcquire>(tlv);
            if (!request) return CommandOutcome::unreadable();
            asked = RocHolder{*request, {}, false, {}};
        } else if (tlv.tag == RocSubLink::tag) {
            const Result<RocSubLink> link = decode<RocSubLink>(tlv);
            if (!link) return CommandOutcome::unreadable();
            sub_links.push_back(*link);
        } else if (tlv.tag == RocAbort::tag) {
            const Result<RocAbort> end = decode<RocAbort>(tlv);
            if (!end) return CommandOutcome::unreadable();
            aborts.push_back(*end);
        }
    }
    for (const RocAbort& end : aborts)
        abort(end);
    if (!asked) return {};
    if (asked->request.bss_idx >= bss_count || waiting_.size() >= most_waiting)
        return CommandOutcome::refused(status::failure);
    const bool inactive = !tables_.bss[asked->request.bss_idx].active;
    asked->sub_links = std::move(sub_links);
    waiting_.push_back(std::move(*asked));
    if (!current_) begin_next();
    CommandOutcome outcome;
    outcome.inactive_target = inactive;
    return outcome;
}

void RocScheduler::abort(const RocAbort& end) {
    std::erase_if(waiting_, [&](const RocHolder& holder) { return belongs_to(holder, end); });
    if (current_ && belongs_to(*current_, end)) release();
}

FaultSubject RocScheduler::subject() const {
    FaultSubject subject;
    subject.cid = static_cast<std::uint16_t>(Cid::roc);
    subject.bss_idx = current_->request.bss_idx;
    subject.roc_type = static_cast<std::uint8_t>(current_->request.reqtype);
    return subject;
}

void RocScheduler::begin_next() {
    if (waiting_.empty()) return;
    current_ = std::move(waiting_.front());
    waiting_.pop_front();
    if (faults_.take(FaultEffect::no_grant, subject())) return;
    sim::Duration wait = timing_.roc_grant;
    if (const auto late = faults_.take(FaultEffect::late_grant, subject()))
        wait = std::chrono::milliseconds(late->value);
    timer_ = clock_.after(wait, [this] { grant(); });
}

void RocScheduler::grant() {
    if (scan_dwells_()) {
        grant_waits_for_scan_ = true;
        return;
    }
    const RocAcquire& request = current_->request;
    current_->granted = true;
    current_->granted_at = clock_.now();
    ++granted_;
    radio_.visit(channel_of(request), Visit::roc);
    RocGrant event;
    event.bss_idx = request.bss_idx;
    event.tokenid = request.tokenid;
    event.primary_ch = request.control_ch;
    event.rf_sco = request.sco;
    event.rf_band = request.band;
    event.width = request.bw;
    event.seg1 = request.center_ch;
    event.seg2 = request.center_ch2;
    event.reqtype = request.reqtype;
    event.dbdcband = request.dbdcband < 2 ? request.dbdcband : 0;
    event.max_interval = request.maxinterval;
    if (const auto interval = faults_.take(FaultEffect::grant_interval, subject()))
        event.max_interval = static_cast<std::uint32_t>(interval->value);
    send_(event);
    if (faults_.take(FaultEffect::dup_grant, subject())) send_(event);
    timer_ = clock_.after(std::chrono::milliseconds(event.max_interval), [this] {
        ++expired_;
        release();
    });
}

void RocScheduler::scan_left_channel() {
    if (std::exchange(grant_waits_for_scan_, false) && current_) grant();
}

void RocScheduler::release() {
    const bool was_granted = current_->granted;
    timer_.cancel();
    current_.reset();
    grant_waits_for_scan_ = false;
    if (was_granted) radio_.return_home();
    begin_next();
    if (!current_) released_();
}

void RocScheduler::reset() {
    timer_.cancel();
    current_.reset();
    waiting_.clear();
    grant_waits_for_scan_ = false;
}

}  // namespace mlosim::mt7925
