#include "phy/ideal_medium.h"

#include "sim/invariant.h"

namespace mlosim::phy {

void IdealMedium::set_fixed_loss(PortId port, std::optional<Db> loss) {
    MLOSIM_INVARIANT(find(port) != nullptr, "only attached ports have a loss");
    if (loss) {
        own_loss_[port] = *loss;
    } else {
        own_loss_.erase(port);
    }
}

bool IdealMedium::hears(const ChannelDefinition& tuned, const ChannelDefinition& sent) const {
    return tuned.control.center == sent.control.center;
}

Dbm IdealMedium::strength(const Port& sender, const Port& receiver, Band band, Db first_metre, Dbm power) {
    if (!own_loss_.empty()) {
        if (const auto own = own_loss_.find(sender.id); own != own_loss_.end()) return power - own->second;
    }
    if (settings_.fixed_loss) return power - *settings_.fixed_loss;
    const double metres = distance(sender.settings.position, receiver.settings.position);
    return power + sender.settings.antenna_gain + receiver.settings.antenna_gain - first_metre -
           settings_.path_loss.beyond(metres, band);
}

void IdealMedium::forget(PortId port) {
    own_loss_.erase(port);
}

}  // namespace mlosim::phy
