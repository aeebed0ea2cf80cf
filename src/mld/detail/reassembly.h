#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

#include "ieee80211/frame_header.h"
#include "sim/virtual_time.h"

namespace mlosim::mld {
class Key;
class Wdev;
}  // namespace mlosim::mld

namespace mlosim::mld::detail {

/// A fragment, decrypted.
struct Fragment {
    const Wdev* wdev = nullptr;
    ieee80211::FrameView frame;
    /// The counter of its packet number; the number, and the key that it was encrypted with.
    unsigned security_index = 0;
    std::uint64_t packet_number = 0;
    std::shared_ptr<const Key> key;
};

/// Puts fragments together, 802.11-2020 10.5. Fragments of one frame come in order, under one key, with consecutive
/// packet numbers. cf. struct ieee80211_fragment_cache, ieee80211_rx_h_defragment()
class Reassembly {
public:
    /// Frames that each sender may have begun. cf. IEEE80211_FRAGMENT_MAX
    static constexpr std::size_t max_per_sender = 4;
    /// Of all senders together.
    static constexpr std::size_t max_entries = 1024;

    /// The first fragment of a frame.
    void begin(const Fragment& first, sim::Time now);
    /// Another one; the whole frame where it was the last. False in `fits`: it belongs to nothing that was begun.
    std::optional<ieee80211::Bytes> add(const Fragment& next, sim::Time now, bool& fits);
    void forget(const Wdev& wdev);

private:
    struct Entry {
        const Wdev* wdev;
        ieee80211::MacAddress sender;
        std::uint32_t sequence;
        unsigned security_index;
        unsigned last_fragment;
        std::uint64_t packet_number;
        std::shared_ptr<const Key> key;
        sim::Time begun;
        ieee80211::Bytes bytes;
    };

    std::deque<Entry> entries_;  // oldest first
};

}  // namespace mlosim::mld::detail
