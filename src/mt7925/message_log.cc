#include "mt7925/message_log.h"

#include <utility>

namespace mlosim::mt7925 {

void MessageLog::attach(Firmware& firmware, const sim::EventQueue& queue) {
    firmware.set_observer([this, &firmware, &queue](Direction direction, ByteView packet) {
        Entry entry{++total_, queue.now(), direction, Bytes(packet.begin(), packet.end()), {}};
        for (std::size_t idx = 0; idx < bss_count; ++idx) {
            const std::optional<BssMld>& mld = firmware.tables().bss[idx].mld;
            if (mld && mld->link_id != BssMld::none) entry.links[idx] = mld->link_id;
        }
        if (entries_.size() >= capacity_) entries_.pop_front();
        entries_.push_back(std::move(entry));
        for (const auto& [id, follower] : followers_)
            follower(entries_.back());
    });
}

MessageLog::FollowerId MessageLog::follow(Follower follower) {
    followers_.emplace(next_follower_, std::move(follower));
    return next_follower_++;
}

DecodedMessage MessageLog::decode(const Entry& entry) {
    DecodedMessage message =
        entry.direction == Direction::command ? decode_command(entry.packet) : decode_event(entry.packet);
    if (!message.link && message.bss_idx && *message.bss_idx < bss_count) message.link = entry.links[*message.bss_idx];
    return message;
}

}  // namespace mlosim::mt7925
