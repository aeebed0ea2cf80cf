#include "mld/detail/reassembly.h"

#include <algorithm>

namespace mlosim::mld::detail {

namespace {

using ieee80211::FrameControl;
using ieee80211::FrameView;
using ieee80211::SequenceControl;

/// cf. ieee80211_reassemble_find()
constexpr std::chrono::seconds max_age{2};

std::uint32_t number_of(const FrameView& frame) {
    return static_cast<std::uint32_t>(frame.sequence()->get(SequenceControl::number));
}
unsigned fragment_of(const FrameView& frame) {
    return static_cast<unsigned>(frame.sequence()->get(SequenceControl::fragment));
}

}  // namespace

void Reassembly::begin(const Fragment& first, sim::Time now) {
    const auto of_sender = [&](const Entry& e) { return e.wdev == first.wdev && e.sender == *first.frame.addr2(); };
    if (static_cast<std::size_t>(std::count_if(entries_.begin(), entries_.end(), of_sender)) >= max_per_sender)
        entries_.erase(std::find_if(entries_.begin(), entries_.end(), of_sender));
    if (entries_.size() >= max_entries) entries_.pop_front();
    const auto octets = first.frame.octets();
    entries_.push_back({first.wdev,
                        *first.frame.addr2(),
                        number_of(first.frame),
                        first.security_index,
                        fragment_of(first.frame),
                        first.packet_number,
                        first.key,
                        now,
                        {octets.begin(), octets.end()}});
}

std::optional<ieee80211::Bytes> Reassembly::add(const Fragment& next, sim::Time now, bool& fits) {
    std::erase_if(entries_, [&](const Entry& e) { return now - e.begun > max_age; });
    fits = false;
    const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) {
        if (e.wdev != next.wdev || e.sender != *next.frame.addr2() || e.sequence != number_of(next.frame)) return false;
        const FrameView begun = *FrameView::parse(e.bytes);
        return e.security_index == next.security_index && e.last_fragment + 1 == fragment_of(next.frame) &&
               begun.addr1() == next.frame.addr1() &&
               begun.frame_control().type() == next.frame.frame_control().type() &&
               begun.frame_control().subtype() == next.frame.frame_control().subtype();
    });
    if (found == entries_.end()) return std::nullopt;
    // Fragments of different keys, or from different frames, must not be mixed (CVE-2020-24587, CVE-2020-26146).
    const bool same_protection =
        found->key == next.key && (next.key == nullptr || next.packet_number == found->packet_number + 1);
    if (!same_protection) return std::nullopt;
    fits = true;
    const auto body = next.frame.body();
    found->bytes.insert(found->bytes.end(), body.begin(), body.end());
    found->last_fragment = fragment_of(next.frame);
    found->packet_number = next.packet_number;
    if (next.frame.frame_control().has(FrameControl::more_fragments)) return std::nullopt;
    ieee80211::Bytes whole = std::move(found->bytes);
    entries_.erase(found);
    return whole;
}

void Reassembly::forget(const Wdev& wdev) {
    std::erase_if(entries_, [&](const Entry& e) { return e.wdev == &wdev; });
}

}  // namespace mlosim::mld::detail
