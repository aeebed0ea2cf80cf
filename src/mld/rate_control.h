#pragma once

#include <optional>
#include <vector>

#include "mld/sta.h"
#include "phy/channel.h"
#include "phy/rates.h"
#include "phy/units.h"

namespace mlosim::mld {

struct BandCapabilities;
struct InterfaceCapabilities;

/// How wide a peer receives, and how many streams.
struct ReceiveLimits {
    unsigned mhz = 20;
    unsigned streams = 1;
};
/// What it could, and what its operating mode leaves of that.
[[nodiscard]] ReceiveLimits able_to_receive(const StaCapabilities& peer, phy::Band band);
[[nodiscard]] ReceiveLimits receives_now(const StaCapabilities& peer, phy::Band band);

/// Chooses the rate of data frames to one peer on one link: the fastest that the signal carries, in the newest format
/// that both have, less a margin that grows with each frame that is not acknowledged. What minstrel_ht learns by
/// trying, this knows from the strength of acknowledgements.
class RateControl {
public:
    /// What the sender can do: its capabilities in the band of `channel`, and the channel.
    struct Sender {
        const BandCapabilities& band;
        const InterfaceCapabilities* interface;
        const phy::ChannelDefinition& channel;
    };

    /// Nothing: no rate beyond the lowest one is known to work. `snr` is what the receiver has over 20 MHz.
    [[nodiscard]] std::optional<phy::Rate> choose(const Sender& sender, const StaCapabilities& peer, phy::Db snr);
    /// What became of a frame: attempts that nobody acknowledged, and whether the last one was.
    void learn(unsigned failures, bool acknowledged);
    [[nodiscard]] phy::Db margin() const noexcept { return phy::Db{margin_db_}; }

private:
    struct Candidate {
        phy::Rate rate;
        double bits_per_second;
        double needed_db;  ///< over 20 MHz
    };
    void collect(const Sender& sender, const StaCapabilities& peer);

    /// The fastest first.
    std::vector<Candidate> candidates_;
    std::optional<phy::ChannelDefinition> channel_;
    StaCapabilities peer_;
    double margin_db_ = 0.0;
};

}  // namespace mlosim::mld
