#include "mt7925/interface_commands.h"

#include <algorithm>

namespace mlosim::mt7925 {
namespace {

/// A BSS_INFO record that is kept as it came.
struct BssRecord {
    std::uint16_t tag;
    Result<void> (*store)(Bss& bss, const Tlv& tlv);
};

template <class T, auto Member>
constexpr BssRecord keeps = {T::tag, [](Bss& bss, const Tlv& tlv) -> Result<void> {
                                 Result<T> value = decode<T>(tlv);
                                 if (!value) return fail(value.error());
                                 bss.*Member = std::move(*value);
                                 return {};
                             }};

Result<void> power_management_off(Bss& bss, const Tlv& tlv) {
    const Result<BssPmDisable> value = decode<BssPmDisable>(tlv);
    if (!value) return fail(value.error());
    bss.beacon_filter.reset();
    bss.power_save.reset();
    return {};
}

constexpr BssRecord bss_records[] = {
    keeps<BssBasic, &Bss::basic>,
    keeps<BssRlm, &Bss::rlm>,
    keeps<BssColor, &Bss::color>,
    keeps<BssHeBasic, &Bss::he>,
    keeps<BssMbssid, &Bss::mbssid>,
    keeps<BssBeaconContent, &Bss::beacon>,
    keeps<BssRate, &Bss::rate>,
    keeps<BssQos, &Bss::qos>,
    keeps<BssSecurity, &Bss::security>,
    keeps<BssPowerSave, &Bss::power_save>,
    keeps<BssBeaconFilter, &Bss::beacon_filter>,
    keeps<BssSlotTime, &Bss::slot>,
    keeps<BssMld, &Bss::mld>,
    {BssPmDisable::tag, power_management_off},
    keeps<BssEht, &Bss::eht>,
};

}  // namespace

CommandOutcome InterfaceCommands::device(ByteView payload) {
    const Result<DeviceHeader> header = decode_front<DeviceHeader>(payload);
    const Result<std::vector<Tlv>> tlvs = parse_tlvs(payload, 4);
    if (!header || !tlvs) return CommandOutcome::unreadable();
    if (header->omac_idx >= omac_count) return CommandOutcome::refused(status::failure);
    Device next = tables_.devices[header->omac_idx];
    next.band_idx = header->band_idx;
    for (const Tlv& tlv : *tlvs) {
        if (tlv.tag != DeviceActive::tag) continue;
        const Result<DeviceActive> device = decode<DeviceActive>(tlv);
        if (!device) return CommandOutcome::unreadable();
        if (device->link_idx >= links_per_device) return CommandOutcome::refused(status::failure);
        if (device->active != 0)
            next.links[device->link_idx] = device->omac_addr;
        else
            next.links[device->link_idx].reset();
    }
    tables_.devices[header->omac_idx] = next;
    return {};
}

// cf. the validation rules of docs/mt7925.md: deactivating what is not active is a failure that the driver ignores,
// every other reference to an inactive BSS is answered 0 because the real driver's teardown makes such references.
CommandOutcome InterfaceCommands::bss(ByteView payload) {
    const Result<BssHeader> header = decode_front<BssHeader>(payload);
    const Result<std::vector<Tlv>> tlvs = parse_tlvs(payload, 4);
    if (!header || !tlvs) return CommandOutcome::unreadable();
    if (header->bss_idx >= bss_count) return CommandOutcome::refused(status::failure);
    const Bss& now = tables_.bss[header->bss_idx];
    Bss next = now;
    bool has_basic = false;
    bool has_channel = false;
    for (const Tlv& tlv : *tlvs) {
        const auto record = std::ranges::find(bss_records, tlv.tag, &BssRecord::tag);
        if (record == std::end(bss_records)) continue;
        if (!record->store(next, tlv)) return CommandOutcome::unreadable();
        has_basic |= tlv.tag == BssBasic::tag;
        has_channel |= tlv.tag == BssRlm::tag;
    }
    // Another network's home is not where the one before it was.
    if (has_basic && !has_channel && next.basic.bssid != now.basic.bssid) next.rlm.reset();
    if (!has_basic && !now.active) return CommandOutcome::nobody_there();
    if (!has_basic || next.basic.active != 0) return activate(header->bss_idx, next);
    if (!now.active) return CommandOutcome::refused(status::failure);
    deactivate(header->bss_idx);
    return {};
}

CommandOutcome InterfaceCommands::activate(std::uint8_t idx, const Bss& next) {
    const std::optional<RadioChannel> channel_before = tables_.bss[idx].channel();
    tables_.bss[idx] = next;
    tables_.bss[idx].active = true;
    WtblEntry& self = tables_.wtbl[self_wcid(idx)];
    self.valid = true;
    self.self = true;
    self.bss_idx = idx;
    const std::optional<RadioChannel> channel = tables_.bss[idx].channel();
    if (channel != channel_before) radio_.set_home(idx, channel);
    return {};
}

void InterfaceCommands::deactivate(std::uint8_t idx) {
    const bool had_channel = tables_.bss[idx].channel().has_value();
    tables_.bss[idx] = Bss{};
    tables_.wtbl[self_wcid(idx)] = WtblEntry{};
    if (had_channel) radio_.set_home(idx, std::nullopt);
}

CommandOutcome InterfaceCommands::edca(ByteView payload) {
    const Result<BssHeader> header = decode_front<BssHeader>(payload);
    const Result<std::vector<Tlv>> tlvs = parse_tlvs(payload, 4);
    if (!header || !tlvs) return CommandOutcome::unreadable();
    if (header->bss_idx >= bss_count) return CommandOutcome::refused(status::failure);
    Bss next = tables_.bss[header->bss_idx];
    for (const Tlv& tlv : *tlvs) {
        const Result<EdcaQueue> queue = decode<EdcaQueue>(tlv);
        if (!queue) return CommandOutcome::unreadable();
        if (queue->queue >= next.edca.size()) return CommandOutcome::refused(status::failure);
        next.edca[queue->queue] = *queue;
    }
    if (!next.active) return CommandOutcome::nobody_there();
    tables_.bss[header->bss_idx] = std::move(next);
    return {};
}

// The driver also names the BSS of a link that it removed, and updates addresses of an interface that is down.
CommandOutcome InterfaceCommands::offload(ByteView payload) {
    const Result<BssHeader> header = decode_front<BssHeader>(payload);
    const Result<std::vector<Tlv>> tlvs = parse_tlvs(payload, 4);
    if (!header || !tlvs) return CommandOutcome::unreadable();
    if (header->bss_idx >= bss_count) return CommandOutcome::refused(status::failure);
    std::optional<OffloadArp> arp;
    bool rekey = false;
    for (const Tlv& tlv : *tlvs) {
        if (tlv.tag == OffloadArp::tag) {
            const Result<OffloadArp> value = decode<OffloadArp>(tlv);
            if (!value) return CommandOutcome::unreadable();
            arp = *value;
        } else if (tlv.tag == OffloadNd::tag) {
            if (!decode<OffloadNd>(tlv)) return CommandOutcome::unreadable();
        } else if (tlv.tag == OffloadGtkRekey::tag) {
            if (!decode<OffloadGtkRekey>(tlv)) return CommandOutcome::unreadable();
            rekey = true;
        }
    }
    if (!tables_.bss[header->bss_idx].active) return CommandOutcome::nobody_there();
    if (arp) tables_.chip.arp[header->bss_idx] = arp->addresses;
    if (rekey) tables_.chip.gtk_rekey[header->bss_idx] = true;
    return {};
}

CommandOutcome InterfaceCommands::suspend(ByteView payload) {
    const Result<BssHeader> header = decode_front<BssHeader>(payload);
    const Result<std::vector<Tlv>> tlvs = parse_tlvs(payload, 4);
    if (!header || !tlvs) return CommandOutcome::unreadable();
    if (header->bss_idx >= bss_count) return CommandOutcome::refused(status::failure);
    bool wow = tables_.chip.wow[header->bss_idx];
    std::uint8_t triggers = tables_.chip.wake_triggers[header->bss_idx];
    for (const Tlv& tlv : *tlvs) {
        if (tlv.tag == SuspendMode::tag && !decode<SuspendMode>(tlv)) return CommandOutcome::unreadable();
        if (tlv.tag == WowGpio::tag && !decode<WowGpio>(tlv)) return CommandOutcome::unreadable();
        if (tlv.tag == WowPattern::tag && !decode<WowPattern>(tlv)) return CommandOutcome::unreadable();
        if (tlv.tag != WowControl::tag) continue;
        const Result<WowControl> control = decode<WowControl>(tlv);
        if (!control) return CommandOutcome::unreadable();
        wow = control->cmd == 1;
        triggers = control->trigger;
    }
    tables_.chip.wow[header->bss_idx] = wow;
    tables_.chip.wake_triggers[header->bss_idx] = triggers;
    return {};
}

CommandOutcome InterfaceCommands::rssi_monitor(ByteView payload) {
    const Result<BssHeader> header = decode_front<BssHeader>(payload);
    const Result<std::vector<Tlv>> tlvs = parse_tlvs(payload, 4);
    if (!header || !tlvs) return CommandOutcome::unreadable();
    if (header->bss_idx >= bss_count) return CommandOutcome::refused(status::failure);
    std::optional<RssiThresholds> thresholds;
    for (const Tlv& tlv : *tlvs) {
        const Result<RssiThresholds> value = decode<RssiThresholds>(tlv);
        if (!value) return CommandOutcome::unreadable();
        thresholds = *value;
    }
    Bss& bss = tables_.bss[header->bss_idx];
    if (!bss.active) return CommandOutcome::nobody_there();
    bss.rssi_monitor = thresholds && thresholds->enable != 0 ? thresholds : std::nullopt;
    return {};
}

}  // namespace mlosim::mt7925
