#pragma once

#include <memory>
#include <unordered_map>

#include "phy/detail/air.h"
#include "phy/propagation.h"
#include "sim/random.h"

namespace mlosim::phy {

struct LossySettings {
    PathLoss path_loss;
    Db noise_figure = default_noise_figure;
};

/// Signal, noise and packet errors: a port gets a frame if it is tuned to all of it, notices it over the noise, and the
/// packet-error table, asked with a random number of the pair's own stream, lets it through. No collisions: frames do
/// not see each other.
class LossyMedium final : public detail::Air {
public:
    /// `queue` must outlive the medium.
    LossyMedium(sim::EventQueue& queue, sim::Random random, LossySettings settings = {})
        : Air(queue), random_(random), settings_(settings) {}

    [[nodiscard]] bool loses_frames() const override { return true; }

private:
    /// What two ports have between them.
    struct Link {
        std::uint64_t moves_a = ~std::uint64_t{0};
        std::uint64_t moves_b = ~std::uint64_t{0};
        Db beyond[3];     // path loss after the first metre, by band; as of the moves above
        Db shadowing[3];  // by band; for ever
        sim::RandomStream errors;
    };
    struct PairKey {
        std::uint64_t low;
        std::uint64_t high;
        friend bool operator==(const PairKey&, const PairKey&) = default;
    };
    struct PairHash {
        std::size_t operator()(const PairKey& k) const { return k.low * 0x9e3779b97f4a7c15ULL ^ k.high; }
    };

    [[nodiscard]] bool hears(const ChannelDefinition& tuned, const ChannelDefinition& sent) const override;
    [[nodiscard]] Dbm strength(const Port& sender, const Port& receiver, Band band, Db first_metre, Dbm power) override;
    [[nodiscard]] Fate fate(const Flight& flight, const Port& receiver, const Signal& signal) override;
    void forget(PortId port) override;
    [[nodiscard]] Db noise_figure() const override { return settings_.noise_figure; }
    Link& link(const Port& a, const Port& b);
    [[nodiscard]] Link make_link(const Port& low, const Port& high) const;

    sim::Random random_;
    LossySettings settings_;
    std::unordered_map<PairKey, Link, PairHash> links_;  // never iterated in an order that matters
};

}  // namespace mlosim::phy
