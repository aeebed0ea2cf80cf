#include "mt7925/command_queue.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "mt7925/event_tlvs.h"

namespace mlosim::mt7925 {
namespace {

/// Of these the driver examines the result, and skips one that names another command. Of all others any event with the
/// right number is the answer. cf. mt7925_mcu_parse_response()
constexpr std::array examined = {Cid::dev_info, Cid::bss_info, Cid::sta_rec, Cid::offload, Cid::suspend};

/// How the driver numbers messages in its log.
std::uint32_t message_number(bool uni, std::uint16_t cid, std::uint8_t option_bits) {
    constexpr std::uint32_t uni_flag = 1U << 17U;
    constexpr std::uint32_t query_flag = 1U << 16U;
    if (!uni) return cid;
    return uni_flag | cid | ((option_bits & option::set) == 0 ? query_flag : 0);
}

}  // namespace

CommandQueue::CommandQueue(sim::EventQueue& queue, Transmit transmit, Transmit transmit_scatter, sim::Duration timeout)
    : queue_(queue),
      transmit_(std::move(transmit)),
      transmit_scatter_(std::move(transmit_scatter)),
      timeout_(timeout) {}

void CommandQueue::send(Cid cid, std::uint8_t option_bits, Bytes payload, Wait wait, Done done) {
    enqueue({Kind::uni, static_cast<std::uint16_t>(cid), option_bits, std::move(payload), wait, std::move(done), 0});
}

void CommandQueue::send(RomCid cid, Bytes payload, Wait wait, Done done) {
    enqueue({Kind::rom, static_cast<std::uint16_t>(cid), 0, std::move(payload), wait, std::move(done), 0});
}

void CommandQueue::scatter(Bytes piece) {
    enqueue({Kind::scatter, 0, 0, std::move(piece), Wait::no, {}, 0});
}

void CommandQueue::enqueue(Job job) {
    jobs_.push_back(std::move(job));
    pump();
}

std::uint8_t CommandQueue::next_sequence_number() {
    sequence_number_ =
        sequence_number_ == last_sequence_number ? std::uint8_t{1} : static_cast<std::uint8_t>(sequence_number_ + 1);
    return sequence_number_;
}

/// Sends until somebody waits. What a `done` sends meanwhile joins the end of the queue.
void CommandQueue::pump() {
    if (std::exchange(pumping_, true)) return;
    while (!current_ && !jobs_.empty()) {
        Job job = std::move(jobs_.front());
        jobs_.pop_front();
        if (!put_on_ring(job)) {
            ++counts_.ring_full;
            if (job.done) job.done({.error = ENOMEM});
            continue;
        }
        if (job.wait == Wait::no) {
            if (job.done) job.done({});
            continue;
        }
        current_ = std::move(job);
        timer_ = queue_.after(timeout_, [this] { expire(); });
    }
    pumping_ = false;
}

bool CommandQueue::put_on_ring(Job& job) {
    job.seq = next_sequence_number();
    if (job.kind == Kind::scatter) {
        ++counts_.sent;
        return transmit_scatter_(job.payload);
    }
    if (on_ring_ >= ring_depth - 1) return false;  // one slot always stays free
    ++counts_.sent;
    const Bytes packet = job.kind == Kind::uni
                             ? build_command(static_cast<Cid>(job.cid), job.seq, job.option, job.payload)
                             : build_command(static_cast<RomCid>(job.cid), job.seq, job.payload);
    if (!transmit_(packet)) ++on_ring_;
    return true;
}

void CommandQueue::receive(ByteView packet) {
    const Result<EventView> event = parse_event(packet);
    if (!event) {
        ++counts_.bad_events;
        return;
    }
    if (event->is_unsolicited()) {
        if (unsolicited_) unsolicited_(*event);
        return;
    }
    if (!current_ || event->seq != current_->seq) {
        ++counts_.stray_events;
        return;
    }
    McuResult result{0, 0, event->eid, event->ext_eid, Bytes(event->payload.begin(), event->payload.end())};
    const bool is_examined =
        current_->kind == Kind::uni && std::ranges::find(examined, static_cast<Cid>(current_->cid)) != examined.end();
    if (is_examined) {
        const Result<CommandResult> answer = decode_front<CommandResult>(event->payload);
        if (!answer || answer->cid != current_->cid) {
            ++counts_.skipped_results;
            return;
        }
        result.status = answer->status;
    }
    ++counts_.answered;
    finish(result);
}

void CommandQueue::finish(const McuResult& result) {
    timer_.cancel();
    const Job job = std::move(*current_);
    current_.reset();
    if (job.done) job.done(result);
    pump();
}

void CommandQueue::expire() {
    ++counts_.timeouts;
    char line[64];
    std::snprintf(line, sizeof(line), "Message %08x (seq %d) timeout",
                  message_number(current_->kind == Kind::uni, current_->cid, current_->option), current_->seq);
    if (timed_out_) timed_out_(line);
    if (current_) finish({.error = ETIMEDOUT});
}

void CommandQueue::reset() {
    timer_.cancel();
    on_ring_ = 0;
    std::deque<Job> dropped = std::exchange(jobs_, {});
    if (current_) dropped.push_front(std::move(*current_));
    current_.reset();
    for (const Job& job : dropped) {
        if (job.done) job.done({.error = ECANCELED});
    }
}

}  // namespace mlosim::mt7925
