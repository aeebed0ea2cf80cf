#include "observe/air_capture.h"

#include <string>
#include <utility>

#include "mld/radiotap.h"

namespace mlosim::observe {

namespace {

/// What radiotap has no field for that readers of today know: a rate of 802.11be.
std::string comment_on(const phy::Transmission& sent) {
    return sent.rate.format() == phy::PpduFormat::eht ? sent.rate.to_string() : std::string();
}

}  // namespace

AirCapture::AirCapture(std::unique_ptr<phy::Medium> medium, const sim::EventQueue& queue, PcapngWriter::Sink sink)
    : medium_(std::move(medium)), queue_(queue), file_(std::move(sink), "mlosimd") {}

phy::PortId AirCapture::attach(phy::RadioPort& port, phy::PortSettings settings) {
    const std::string name = settings.name;
    const phy::Db gain = settings.antenna_gain;
    const phy::PortId id = medium_->attach(port, std::move(settings));
    const std::string known_as = name.empty() ? "port" + std::to_string(id.value()) : name;
    radios_[id] = {
        file_.add_interface(known_as, "frames that the radio " + known_as + " sent", LinkType::ieee802_11_radiotap),
        gain};
    return id;
}

void AirCapture::detach(phy::PortId port) {
    radios_.erase(port);
    medium_->detach(port);
}

sim::Time AirCapture::transmit(phy::PortId sender, phy::Transmission transmission) {
    sent_elsewhere(sender, transmission);
    return medium_->transmit(sender, std::move(transmission));
}

void AirCapture::sent_elsewhere(phy::PortId sender, const phy::Transmission& transmission) {
    const Radio& radio = radios_.at(sender);
    const ieee80211::Bytes header =
        mld::Radiotap{}
            .tsft(queue_.now())
            .flags(0)
            .rate(transmission.rate, transmission.channel)
            .without_tlvs()
            .signal(transmission.heard_with.value_or(transmission.power + radio.antenna_gain))
            .build();
    file_.packet(radio.interface, queue_.now(), {header, *transmission.payload}, PcapngWriter::Direction::unknown,
                 comment_on(transmission));
}

}  // namespace mlosim::observe
