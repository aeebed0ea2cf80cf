#include "phy/lossy_medium.h"

#include <algorithm>

#include "phy/error_model.h"

namespace mlosim::phy {

namespace {

constexpr Band banded[] = {Band::ghz2_4, Band::ghz5, Band::ghz6};

std::size_t index_of(Band band) {
    return band == Band::ghz6 ? 2 : band == Band::ghz5 ? 1 : 0;
}

// The order in which two ports were attached must not matter to their stream's name.
std::string pair_name(const std::string& a, const std::string& b) {
    return a < b ? a + '|' + b : b + '|' + a;
}

}  // namespace

// The preamble has to be on the receiver's primary channel, and nothing of the PPDU outside what the receiver is open
// for.
bool LossyMedium::hears(const ChannelDefinition& tuned, const ChannelDefinition& sent) const {
    if (tuned.control == sent.control && width_mhz(sent.width) == 20) return true;
    const auto open = tuned.subchannels(true);
    const auto pieces = sent.subchannels();
    return pieces.contains(tuned.control.center) &&
           std::all_of(pieces.begin(), pieces.end(), [&](Frequency f) { return open.contains(f); });
}

LossyMedium::Link LossyMedium::make_link(const Port& a, const Port& b) const {
    const std::string pair = pair_name(a.settings.name, b.settings.name);
    Link out{.errors = random_.stream("phy/errors/" + pair)};
    sim::RandomStream shadowing = random_.stream("phy/shadowing/" + pair);
    for (Db& value : out.shadowing)
        value = {shadowing.normal(settings_.path_loss.shadowing.value)};
    return out;
}

LossyMedium::Link& LossyMedium::link(const Port& a, const Port& b) {
    const Port& low = a.id < b.id ? a : b;
    const Port& high = a.id < b.id ? b : a;
    const PairKey key{low.id.value(), high.id.value()};
    auto it = links_.find(key);
    if (it == links_.end()) it = links_.emplace(key, make_link(low, high)).first;
    Link& out = it->second;
    if (out.moves_a != low.moves || out.moves_b != high.moves) {
        const double metres = distance(low.settings.position, high.settings.position);
        for (std::size_t i = 0; i < std::size(banded); ++i)
            out.beyond[i] = settings_.path_loss.beyond(metres, banded[i]);
        out.moves_a = low.moves;
        out.moves_b = high.moves;
    }
    return out;
}

Dbm LossyMedium::strength(const Port& sender, const Port& receiver, Band band, Db first_metre, Dbm power) {
    const Link& between = link(sender, receiver);
    const std::size_t i = index_of(band);
    return power + sender.settings.antenna_gain + receiver.settings.antenna_gain - first_metre - between.beyond[i] -
           between.shadowing[i];
}

LossyMedium::Fate LossyMedium::fate(const Flight& flight, const Port& receiver, const Signal& signal) {
    const Rate& rate = flight.transmission.rate;
    if (signal.snr < detection_threshold(rate)) return Fate::below_sensitivity;
    const double per = packet_error_rate(rate, signal.snr, flight.transmission.payload->size() + 4);
    if (per <= 0.0) return Fate::delivered;
    return link(*flight.sender, receiver).errors.chance(per) ? Fate::lost_to_errors : Fate::delivered;
}

void LossyMedium::forget(PortId port) {
    std::erase_if(
        links_, [&](const auto& entry) { return entry.first.low == port.value() || entry.first.high == port.value(); });
}

}  // namespace mlosim::phy
