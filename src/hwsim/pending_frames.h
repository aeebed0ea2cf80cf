#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "ieee80211/byte_io.h"
#include "mld/outside_medium.h"
#include "phy/channel.h"
#include "phy/rates.h"

namespace mlosim::hwsim {

/// Frames that were given to the outside medium and of which it has not told yet what became (mac80211_hwsim's
/// data->pending).
class PendingFrames {
public:
    struct Frame {
        std::uint64_t number = 0;  ///< the outside medium's cookie
        std::uint64_t cookie = 0;  ///< the MAC's, 0: nobody waits
        ieee80211::Bytes bytes;
        phy::Channel channel;
        phy::Rate rate;
        mld::RateAttempts attempts;
        bool is_watched = false;  ///< by monitors
    };

    /// When that many wait, the oldest are dropped until fewer than `fewest` are left. cf. MAX_QUEUE, WARN_QUEUE
    static constexpr std::size_t most = 200;
    static constexpr std::size_t fewest = 100;

    /// A number for one more frame.
    [[nodiscard]] std::uint64_t next_number() { return ++last_; }
    void add(Frame frame) { frames_.push_back(std::move(frame)); }
    /// Drops what is too much, before one more is sent.
    [[nodiscard]] std::vector<Frame> make_room();
    /// The frame of that number, which waits no longer.
    [[nodiscard]] std::optional<Frame> take(std::uint64_t number);
    void clear() { frames_.clear(); }
    [[nodiscard]] std::size_t size() const noexcept { return frames_.size(); }

private:
    std::deque<Frame> frames_;
    std::uint64_t last_ = 0;
};

}  // namespace mlosim::hwsim
