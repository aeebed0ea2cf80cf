#include "phy/faulty_medium.h"

#include <chrono>
#include <utility>

namespace mlosim::phy {

/// What the medium behind sees of a radio.
class FaultyMedium::Port final : public RadioPort {
public:
    Port(FaultyMedium& medium, RadioPort& radio, std::string name)
        : medium_(medium), radio_(radio), name_(std::move(name)) {}

    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    bool receive(const Reception& reception) override {
        const auto rule = medium_.rule_for(reception, name_);
        if (!rule) return radio_.receive(reception);
        switch (rule->effect) {
            case FrameEffect::drop:
                return false;
            case FrameEffect::corrupt:
                return receive_corrupt(reception, rule->value);
            case FrameEffect::duplicate: {
                // Who receives it may end the radio, and so this port.
                const FaultyMedium& medium = medium_;
                const PortId self = id;
                RadioPort& radio = radio_;
                const bool own = radio.receive(reception);
                if (medium.ports_.contains(self)) (void)radio.receive(reception);
                return own;
            }
            case FrameEffect::delay:
                break;  // it was late already
        }
        return radio_.receive(reception);
    }
    void transmitted(const TransmitReport& report) override { radio_.transmitted(report); }

    PortId id;

private:
    bool receive_corrupt(const Reception& reception, std::size_t octet) {
        auto bytes = std::make_shared<ieee80211::Bytes>(*reception.payload);
        if (octet < bytes->size()) (*bytes)[octet] = static_cast<std::uint8_t>(~(*bytes)[octet]);
        const std::shared_ptr<const ieee80211::Bytes> broken = std::move(bytes);
        return radio_.receive({broken, reception.channel, reception.rate, reception.rssi, reception.snr,
                               reception.start, reception.end, reception.sender});
    }

    FaultyMedium& medium_;
    RadioPort& radio_;
    std::string name_;
};

FaultyMedium::FaultyMedium(std::unique_ptr<Medium> medium, sim::EventQueue& queue, sim::RandomStream random)
    : medium_(std::move(medium)), queue_(queue), rules_(random) {}

FaultyMedium::~FaultyMedium() = default;

PortId FaultyMedium::attach(RadioPort& port, PortSettings settings) {
    auto own = std::make_unique<Port>(*this, port, settings.name);
    Port& made = *own;
    made.id = medium_->attach(made, std::move(settings));
    const PortId id = made.id;
    ports_.emplace(id, std::move(own));
    return id;
}

void FaultyMedium::detach(PortId port) {
    medium_->detach(port);
    ports_.erase(port);
}

std::string_view FaultyMedium::name_of(PortId port) const {
    const auto found = ports_.find(port);
    return found == ports_.end() ? std::string_view{} : std::string_view(found->second->name());
}

std::optional<FrameRule> FaultyMedium::take(const FrameSubject& subject) {
    auto rule = rules_.take(subject);
    if (rule && acted_) acted_(*rule, subject);
    return rule;
}

std::optional<FrameRule> FaultyMedium::rule_for(const Reception& reception, const std::string& receiver) {
    if (const auto marked = marked_.find(reception.payload.get());
        marked != marked_.end() && marked->second.sender == reception.sender)
        return marked->second.rule;
    if (rules_.empty() || receiver.empty()) return std::nullopt;
    return take({*reception.payload, reception.channel.band(), name_of(reception.sender), receiver});
}

sim::Time FaultyMedium::transmit(PortId sender, Transmission transmission) {
    if (rules_.empty()) return medium_->transmit(sender, std::move(transmission));
    auto rule = take({*transmission.payload, transmission.channel.band(), name_of(sender), {}});
    if (!rule) return medium_->transmit(sender, std::move(transmission));
    if (rule->effect == FrameEffect::delay) {
        const sim::Duration delay = std::chrono::milliseconds(rule->value);
        const sim::Time end = queue_.now() + delay +
                              airtime(transmission.rate, transmission.payload->size(), transmission.channel.band());
        const std::uint64_t number = next_late_++;
        late_[number] = queue_.after(delay, [this, number, sender, held = std::move(transmission)]() mutable {
            // The timer that runs this stays until it is over.
            const sim::Timer self = std::move(late_.extract(number).mapped());
            if (ports_.contains(sender)) medium_->transmit(sender, std::move(held));
        });
        return end;
    }
    const std::shared_ptr<const ieee80211::Bytes> payload = transmission.payload;
    const sim::Time end = medium_->transmit(sender, std::move(transmission));
    // After it has landed: the medium's own event of that moment is older.
    Marked& mark = marked_[payload.get()];
    mark.sender = sender;
    mark.rule = std::move(*rule);
    mark.payload = payload;
    mark.end = queue_.at(end, [this, key = payload.get()] { const auto last = marked_.extract(key); });
    return end;
}

}  // namespace mlosim::phy
