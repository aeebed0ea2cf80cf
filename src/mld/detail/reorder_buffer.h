#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "ieee80211/frame_cipher.h"
#include "ieee80211/link_id.h"
#include "mld/frame.h"
#include "sim/event_queue.h"

namespace mlosim::mld::detail {

/// A frame that waits for those before it.
struct EarlyFrame {
    FrameBytes bytes;
    RxStatus status;
    ieee80211::LinkId link;
    std::optional<ieee80211::CipherAddresses> air_addresses;
};

/// The receiver's half of a block ack agreement: frames of one traffic identifier go on in the order of their numbers,
/// whichever link they came on. cf. struct tid_ampdu_rx, ieee80211_sta_manage_reorder_buf()
class ReorderBuffer {
public:
    ReorderBuffer(unsigned first, unsigned size) : head_(first % numbers), size_(size) {}

    enum class Place : std::uint8_t {
        in_order,   ///< goes on at once; next_ready() then gives those that it was in the way of
        early,      ///< keep() it
        too_late,   ///< its time is over
        duplicate,  ///< it waits here already
    };
    [[nodiscard]] Place place_of(unsigned number) const;
    /// The frame that is due went on.
    void advance() { head_ = (head_ + 1) % numbers; }
    /// Gives what the window has to leave behind for it.
    [[nodiscard]] std::vector<EarlyFrame> keep(unsigned number, EarlyFrame frame);
    /// The frame that is due, if it waits here.
    [[nodiscard]] std::optional<EarlyFrame> next_ready();
    /// The sender has given up what came before `number`: what waits below it goes on.
    [[nodiscard]] std::vector<EarlyFrame> skip_to(unsigned number);
    /// What is due has not come in time: the number of the first that waits.
    [[nodiscard]] std::optional<unsigned> first_waiting() const;
    [[nodiscard]] bool empty() const noexcept { return waiting_.empty(); }

    sim::Timer timeout;

private:
    static constexpr unsigned numbers = 4096;
    /// How far ahead of the head, modulo all numbers.
    [[nodiscard]] unsigned ahead(unsigned number) const { return (number + numbers - head_) % numbers; }

    unsigned head_;
    unsigned size_;
    std::map<unsigned, EarlyFrame> waiting_;  // by number; the window is narrower than half of all numbers
};

}  // namespace mlosim::mld::detail
