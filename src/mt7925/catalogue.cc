#include "mt7925/catalogue.h"

#include <algorithm>

#include "mt7925/bss_tlvs.h"
#include "mt7925/chip_tlvs.h"
#include "mt7925/event_tlvs.h"
#include "mt7925/host_tlvs.h"
#include "mt7925/regulatory_tlvs.h"
#include "mt7925/roc_tlvs.h"
#include "mt7925/scan_tlvs.h"
#include "mt7925/station_tlvs.h"

namespace mlosim::mt7925 {
namespace {

template <class T>
Result<DecodedFields> read_all(ByteView body) {
    const Result<T> value = decode<T>(body);
    if (!value) return fail(value.error());
    return fields_of(*value);
}

template <class T>
Result<Bytes> rewrite_all(ByteView body) {
    const Result<T> value = decode<T>(body);
    if (!value) return fail(value.error());
    Bytes out;
    append_fields(out, *value);
    return out;
}

template <class T>
Result<DecodedFields> read_front(ByteView payload) {
    const Result<T> value = decode_front<T>(payload);
    if (!value) return fail(value.error());
    return fields_of(*value);
}

template <class T>
Result<Bytes> rewrite_front(ByteView payload) {
    const Result<T> value = decode_front<T>(payload);
    if (!value) return fail(value.error());
    Bytes out;
    append_fields(out, *value);
    return out;
}

template <class T>
constexpr TlvForm tlv = {T::tag, T::name, read_all<T>, rewrite_all<T>};

/// Octets of a message that has no fixed header (RADIO_STATUS) or whose content nobody describes (COREDUMP).
struct NoHeader {
    static constexpr std::string_view name = "header";
    template <class Self, class V>
    static void layout(Self&, V&) {}
};
struct OpaquePayload {
    static constexpr std::string_view name = "payload";
    Bytes data;
    template <class Self, class V>
    static void layout(Self& s, V& v) {
        v.rest("data", s.data);
    }
};

template <class Header>
constexpr MessageForm message(Direction direction, std::uint16_t id, std::string_view name, std::size_t header_size,
                              std::span<const TlvForm> tlvs) {
    return {direction, id, name, header_size, read_front<Header>, rewrite_front<Header>, tlvs};
}

template <class Header>
constexpr MessageForm command(Cid id, std::string_view name, std::size_t header_size, std::span<const TlvForm> tlvs) {
    return message<Header>(Direction::command, static_cast<std::uint16_t>(id), name, header_size, tlvs);
}

template <class Header>
constexpr MessageForm event(Eid id, std::string_view name, std::size_t header_size, std::span<const TlvForm> tlvs) {
    return message<Header>(Direction::event, static_cast<std::uint16_t>(id), name, header_size, tlvs);
}

constexpr TlvForm device_tlvs[] = {tlv<DeviceActive>};
constexpr TlvForm bss_tlvs[] = {
    tlv<BssBasic>,         tlv<BssRlm>,      tlv<BssColor>, tlv<BssHeBasic>,   tlv<BssMbssid>,
    tlv<BssBeaconContent>, tlv<BssRate>,     tlv<BssQos>,   tlv<BssSecurity>,  tlv<BssPowerSave>,
    tlv<BssBeaconFilter>,  tlv<BssSlotTime>, tlv<BssMld>,   tlv<BssPmDisable>, tlv<BssEht>,
};
constexpr TlvForm station_tlvs[] = {
    tlv<StaBasic>,    tlv<StaRateAdaptation>,
    tlv<StaBlockAck>, tlv<StaState>,
    tlv<StaHt>,       tlv<StaVht>,
    tlv<StaUapsd>,    tlv<StaHwAmsdu>,
    tlv<StaPhy>,      tlv<StaHe6g>,
    tlv<StaHe>,       tlv<StaMld>,
    tlv<StaEhtMld>,   tlv<StaEht>,
    tlv<StaMldOff>,   tlv<StaRemove>,
    tlv<StaKey>,      tlv<StaHdrTrans>,
};
constexpr TlvForm edca_tlvs[] = {tlv<EdcaQueue>};
constexpr TlvForm suspend_tlvs[] = {tlv<SuspendMode>, tlv<WowControl>, tlv<WowGpio>, tlv<WowPattern>};
constexpr TlvForm offload_tlvs[] = {tlv<OffloadArp>, tlv<OffloadNd>, tlv<OffloadGtkRekey>};
constexpr TlvForm hif_tlvs[] = {tlv<HifBasic>};
constexpr TlvForm band_tlvs[] = {tlv<BandRadioEnable>, tlv<BandRts>, tlv<BandRxFilter>};
constexpr TlvForm wsys_tlvs[] = {tlv<WsysFwLog>, tlv<WsysDebug>};
constexpr TlvForm register_tlvs[] = {tlv<RegAccess>, tlv<RfRegAccess>};
constexpr TlvForm chip_tlvs[] = {tlv<ChipConfigText>, tlv<ChipConfigCapability>};
constexpr TlvForm domain_tlvs[] = {tlv<DomainChannels>};
constexpr TlvForm scan_tlvs[] = {
    tlv<ScanRequest>, tlv<ScanCancel>,   tlv<SchedScanRequest>, tlv<SchedScanEnable>, tlv<ScanSsids>,
    tlv<ScanBssid>,   tlv<ScanChannels>, tlv<ScanElements>,     tlv<ScanMisc>,        tlv<SchedScanMatchSets>,
};
constexpr TlvForm sniffer_tlvs[] = {tlv<SnifferEnable>, tlv<SnifferConfig>};
constexpr TlvForm roc_tlvs[] = {tlv<RocAcquire>, tlv<RocAbort>, tlv<RocSubLink>, tlv<RocUnused>};
constexpr TlvForm dbdc_tlvs[] = {tlv<DbdcConfig>};
constexpr TlvForm txpower_tlvs[] = {tlv<TxPowerShowInfo>};
constexpr TlvForm power_limit_tlvs[] = {tlv<PowerLimits>, tlv<CountryLimits>};
constexpr TlvForm efuse_tlvs[] = {tlv<EfuseAccess>, tlv<EfuseBufferMode>};
constexpr TlvForm thermal_tlvs[] = {tlv<ThermalQuery>};
constexpr TlvForm rssi_tlvs[] = {tlv<RssiThresholds>};
constexpr TlvForm radio_status_tlvs[] = {tlv<RadioStatusQuery>};

constexpr MessageForm commands[] = {
    command<DeviceHeader>(Cid::dev_info, "DEV_INFO", 4, device_tlvs),
    command<BssHeader>(Cid::bss_info, "BSS_INFO", 4, bss_tlvs),
    command<StationHeader>(Cid::sta_rec, "STA_REC", 8, station_tlvs),
    command<BssHeader>(Cid::edca, "EDCA", 4, edca_tlvs),
    command<BssHeader>(Cid::suspend, "SUSPEND", 4, suspend_tlvs),
    command<BssHeader>(Cid::offload, "OFFLOAD", 4, offload_tlvs),
    command<HifHeader>(Cid::hif_ctrl, "HIF_CTRL", 4, hif_tlvs),
    command<BandHeader>(Cid::band_config, "BAND_CONFIG", 4, band_tlvs),
    command<ReservedHeader>(Cid::wsys_config, "WSYS_CONFIG", 4, wsys_tlvs),
    command<ReservedHeader>(Cid::reg_access, "REG_ACCESS", 4, register_tlvs),
    command<ReservedHeader>(Cid::chip_config, "CHIP_CONFIG", 4, chip_tlvs),
    command<DomainHeader>(Cid::set_domain_info, "SET_DOMAIN_INFO", 8, domain_tlvs),
    command<ScanHeader>(Cid::scan_req, "SCAN_REQ", 4, scan_tlvs),
    command<BandHeader>(Cid::sniffer, "SNIFFER", 4, sniffer_tlvs),
    command<ReservedHeader>(Cid::roc, "ROC", 4, roc_tlvs),
    command<ReservedHeader>(Cid::set_dbdc, "SET_DBDC", 4, dbdc_tlvs),
    command<ReservedHeader>(Cid::txpower, "TXPOWER", 4, txpower_tlvs),
    command<ReservedHeader>(Cid::set_power_limit, "SET_POWER_LIMIT", 4, power_limit_tlvs),
    command<ReservedHeader>(Cid::efuse_ctrl, "EFUSE_CTRL", 4, efuse_tlvs),
    command<OpaquePayload>(Cid::testmode_rx_stat, "TESTMODE_RX_STAT", 0, {}),
    command<ReservedHeader>(Cid::thermal, "THERMAL", 4, thermal_tlvs),
    command<BssHeader>(Cid::rssi_monitor, "RSSI_MONITOR", 4, rssi_tlvs),
    command<OpaquePayload>(Cid::testmode_ctrl, "TESTMODE_CTRL", 0, {}),
    command<OpaquePayload>(Cid::nan, "NAN", 0, {}),
    command<NoHeader>(Cid::radio_status, "RADIO_STATUS", 0, radio_status_tlvs),
};

constexpr TlvForm capability_tlvs[] = {tlv<CapabilityMac>, tlv<CapabilityPhy>, tlv<Capability6g>, tlv<CapabilityChip>,
                                       tlv<CapabilityEml>};
constexpr TlvForm hif_event_tlvs[] = {tlv<HifStatus>};
constexpr TlvForm beacon_loss_tlvs[] = {tlv<BeaconLossReason>};
constexpr TlvForm scan_done_tlvs[] = {tlv<ScanDoneBasic>, tlv<ScanDoneChannelInfo>, tlv<ScanDoneNlo>};
constexpr TlvForm roc_event_tlvs[] = {tlv<RocGrant>};
constexpr TlvForm tx_done_tlvs[] = {tlv<TxDoneRaw>};
constexpr TlvForm rssi_event_tlvs[] = {tlv<RssiValue>};

constexpr MessageForm unsolicited_events[] = {
    event<ReservedHeader>(Eid::hif_ctrl, "HIF_CTRL", 4, hif_event_tlvs),
    event<OpaquePayload>(Eid::fw_log, "FW_LOG", 0, {}),
    event<OpaquePayload>(Eid::coredump, "COREDUMP", 0, {}),
    event<BssHeader>(Eid::beacon_loss, "BEACON_LOSS", 4, beacon_loss_tlvs),
    event<ScanHeader>(Eid::scan_done, "SCAN_DONE", 4, scan_done_tlvs),
    event<ReservedHeader>(Eid::roc, "ROC", 4, roc_event_tlvs),
    event<OpaquePayload>(Eid::mbmc, "MBMC", 0, {}),
    event<ReservedHeader>(Eid::tx_done, "TX_DONE", 4, tx_done_tlvs),
    event<BssHeader>(Eid::rssi, "RSSI", 4, rssi_event_tlvs),
};

constexpr MessageForm answers[] = {
    event<CommandResult>(Eid::result, "RESULT", 8, {}),
    event<EfuseBlock>(Eid::efuse, "EFUSE", 80, {}),
    event<ThermalAnswer>(Eid::thermal, "THERMAL", 24, {}),
    event<CapabilityHeader>(Eid::nic_capability, "NIC_CAPA", 4, capability_tlvs),
    event<RadioStatusAnswer>(Eid::radio_status, "RADIO_STATUS", 16, {}),
    event<ReservedHeader>(static_cast<Eid>(Cid::reg_access), "REG_ACCESS", 4, register_tlvs),
};

const MessageForm* find(std::span<const MessageForm> forms, std::uint16_t id) {
    const auto form = std::ranges::find(forms, id, &MessageForm::id);
    return form == forms.end() ? nullptr : &*form;
}

struct RomName {
    RomCid cid;
    std::string_view name;
};
constexpr RomName rom_names[] = {
    {RomCid::target_address_len, "TARGET_ADDRESS_LEN"},
    {RomCid::fw_start, "FW_START"},
    {RomCid::nic_power_ctrl, "NIC_POWER_CTRL"},
    {RomCid::patch_start, "PATCH_START"},
    {RomCid::patch_finish, "PATCH_FINISH"},
    {RomCid::patch_sem_control, "PATCH_SEM_CONTROL"},
    {RomCid::fw_scatter, "FW_SCATTER"},
};

}  // namespace

const TlvForm* MessageForm::tlv(std::uint16_t wanted) const {
    const auto form = std::ranges::find(tlvs, wanted, &TlvForm::tag);
    return form == tlvs.end() ? nullptr : &*form;
}

const MessageForm* find_command(std::uint16_t cid) {
    return find(commands, cid);
}

const MessageForm* find_event(std::uint8_t eid, bool unsolicited) {
    return unsolicited ? find(unsolicited_events, eid) : find(answers, eid);
}

std::span<const MessageForm> all_commands() {
    return commands;
}

std::span<const MessageForm> all_unsolicited_events() {
    return unsolicited_events;
}

std::span<const MessageForm> all_answers() {
    return answers;
}

std::string_view rom_command_name(std::uint16_t cid) {
    const auto name = std::ranges::find(rom_names, static_cast<RomCid>(cid), &RomName::cid);
    return name == std::end(rom_names) ? "?" : name->name;
}

}  // namespace mlosim::mt7925
