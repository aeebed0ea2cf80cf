#include "mt7925/guest/guest_chip.h"

#include <algorithm>
#include <bit>
#include <string>
#include <utility>

namespace mlosim::mt7925::guest {

namespace {

/// Before a driver has said what each channel allows.
constexpr int default_power_dbm = 20;
/// What the chip's amplifiers can, whatever the driver allows.
constexpr int most_power_dbm = 30;

FirmwareConfig with_address(FirmwareConfig config, const ieee80211::MacAddress& address) {
    config.mac.address = address;
    config.chip_crypto = true;
    return config;
}

}  // namespace

GuestChip::GuestChip(const mld::GuestRadio& radio, sim::EventQueue& queue, sim::Trace& trace, phy::Medium& medium,
                     FirmwareConfig config)
    : air_(medium, queue, radio.placement),
      front_(queue, with_address(std::move(config), radio.address), air_),
      inspection_(queue, trace, radio.placement.name, front_) {
    air_.connect([this](const ReceivedFrame& frame) { front_.firmware().receive_frame(frame); },
                 [this](const ieee80211::MacAddress& address) { return front_.firmware().is_own(address); },
                 [this](const phy::Channel& channel) { return power_on(channel); },
                 [this](const RadioReport& report) { front_.firmware().transmitted(report); });
}

void GuestChip::attached(vfio::GuestMemory& memory, vfio::InterruptLines& lines) {
    inspection_.happened("a guest is there");
    front_.attached(memory, lines);
}

void GuestChip::detached() {
    front_.detached();
    inspection_.happened("the guest is gone");
}

void GuestChip::reset() {
    inspection_.happened("bus reset");
    front_.reset();
}

void GuestChip::read(std::uint32_t region, std::uint64_t offset, std::span<std::uint8_t> out) {
    front_.read(region, offset, out);
    look_for_errors();
}

void GuestChip::write(std::uint32_t region, std::uint64_t offset, std::span<const std::uint8_t> bytes) {
    front_.write(region, offset, bytes);
    look_for_errors();
}

/// A guest that gets it wrong all the time is told of ever more rarely.
void GuestChip::look_for_errors() {
    const pcie::PcieCounts& counts = front_.counts();
    const std::uint64_t errors = counts.dma_errors + counts.bad_indexes;
    if (errors == told_errors_) return;
    if (std::bit_width(errors) != std::bit_width(told_errors_))
        inspection_.happened("bus error: " + std::to_string(counts.dma_errors) + " in memory that is not mapped, " +
                             std::to_string(counts.bad_indexes) + " indexes beyond a ring");
    told_errors_ = errors;
}

/// What the driver has told of the channel (SET_POWER_LIMIT), and no more than the scenario allows.
int GuestChip::power_on(const phy::Channel& channel) const {
    const RadioChannel own = host::radio_channel_of(phy::ChannelDefinition::mhz20(channel));
    const auto& limits = front_.firmware().tables().regulatory.power_limits;
    const auto limit = limits.find({own.band, own.control});
    int dbm = limit != limits.end() ? std::clamp(limit->second / 2, 0, most_power_dbm) : default_power_dbm;
    if (power_limit_) dbm = std::min(dbm, static_cast<int>(power_limit_->value));
    return dbm;
}

GuestChip& add_guest_chip(mld::GuestRadios& radios, sim::EventQueue& queue, sim::Trace& trace, phy::Medium& medium,
                          mld::RadioSpec spec, const FirmwareConfig& config) {
    GuestChip* made = nullptr;
    const mld::GuestRadio& radio = radios.add(std::move(spec), [&](const mld::GuestRadio& known) {
        auto chip = std::make_unique<GuestChip>(known, queue, trace, medium, config);
        made = chip.get();
        return chip;
    });
    trace.record(queue.now(), "mld/guest-radio-added",
                 {{"radio", radio.placement.name}, {"address", radio.address.to_string()}});
    return *made;
}

}  // namespace mlosim::mt7925::guest
