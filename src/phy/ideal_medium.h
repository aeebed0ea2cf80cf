#pragma once

#include <optional>

#include "phy/detail/air.h"
#include "phy/propagation.h"

namespace mlosim::phy {

struct IdealSettings {
    /// What mac80211_hwsim reports: the transmit power less 50 dB, wherever the radios are (its debugfs file
    /// "rx_rssi"). Nothing: log-distance path loss between the positions.
    std::optional<Db> fixed_loss = Db{50.0};
    PathLoss path_loss;
    Db noise_figure = default_noise_figure;
};

/// What mac80211_hwsim is: whoever is tuned to the frame's primary channel gets it, however far away. Only the signal
/// that is reported depends on the place. cf. mac80211_hwsim_tx_frame_no_nl(), hwsim_chans_compat(). Unlike there, a
/// frame takes its airtime.
class IdealMedium final : public detail::Air {
public:
    /// `queue` must outlive the medium.
    explicit IdealMedium(sim::EventQueue& queue, IdealSettings settings = {}) : Air(queue), settings_(settings) {}

    /// The loss of all that this port sends, instead of `fixed_loss`. Nothing: back to that.
    void set_fixed_loss(PortId port, std::optional<Db> loss);

private:
    [[nodiscard]] bool hears(const ChannelDefinition& tuned, const ChannelDefinition& sent) const override;
    [[nodiscard]] Dbm strength(const Port& sender, const Port& receiver, Band band, Db first_metre, Dbm power) override;
    [[nodiscard]] Fate fate(const Flight&, const Port&, const Signal&) override { return Fate::delivered; }
    void forget(PortId port) override;
    [[nodiscard]] Db noise_figure() const override { return settings_.noise_figure; }

    IdealSettings settings_;
    std::map<PortId, Db> own_loss_;
};

}  // namespace mlosim::phy
