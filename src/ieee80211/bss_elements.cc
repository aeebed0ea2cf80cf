#include "ieee80211/bss_elements.h"

namespace mlosim::ieee80211 {

namespace {
std::int8_t signed_octet(std::uint8_t octet) {
    return static_cast<std::int8_t>(octet);
}
std::uint8_t octet_of(std::int8_t value) {
    return static_cast<std::uint8_t>(value);
}

/// The elements below have fixed fields: read them all, then ask once whether they were there.
template <class E>
Result<E> if_complete(const ByteReader& in, E value, const char* why) {
    if (!in.ok()) return fail(EINVAL, why);
    return value;
}
}  // namespace

Result<DsssParameterSet> DsssParameterSet::parse(ByteView body) {
    ByteReader in{body};
    const DsssParameterSet value{in.u8()};
    return if_complete(in, value, "DSSS Parameter Set: empty");
}
void DsssParameterSet::append_to(ByteWriter& out) const {
    write_element(out, type, [this](ByteWriter& w) { w.u8(channel); });
}

Result<PowerConstraint> PowerConstraint::parse(ByteView body) {
    ByteReader in{body};
    const PowerConstraint value{in.u8()};
    return if_complete(in, value, "Power Constraint: empty");
}
void PowerConstraint::append_to(ByteWriter& out) const {
    write_element(out, type, [this](ByteWriter& w) { w.u8(local_db); });
}

Result<PowerCapability> PowerCapability::parse(ByteView body) {
    ByteReader in{body};
    PowerCapability value;
    value.min_dbm = signed_octet(in.u8());
    value.max_dbm = signed_octet(in.u8());
    return if_complete(in, value, "Power Capability: shorter than 2 octets");
}
void PowerCapability::append_to(ByteWriter& out) const {
    write_element(out, type, [this](ByteWriter& w) {
        w.u8(octet_of(min_dbm));
        w.u8(octet_of(max_dbm));
    });
}

Result<TpcReport> TpcReport::parse(ByteView body) {
    ByteReader in{body};
    TpcReport value;
    value.transmit_power_dbm = signed_octet(in.u8());
    value.link_margin_db = signed_octet(in.u8());
    return if_complete(in, value, "TPC Report: shorter than 2 octets");
}
void TpcReport::append_to(ByteWriter& out) const {
    write_element(out, type, [this](ByteWriter& w) {
        w.u8(octet_of(transmit_power_dbm));
        w.u8(octet_of(link_margin_db));
    });
}

Result<ChannelSwitchAnnouncement> ChannelSwitchAnnouncement::parse(ByteView body) {
    ByteReader in{body};
    ChannelSwitchAnnouncement value;
    value.mode = in.u8();
    value.new_channel = in.u8();
    value.count = in.u8();
    return if_complete(in, value, "Channel Switch Announcement: shorter than 3 octets");
}
void ChannelSwitchAnnouncement::append_to(ByteWriter& out) const {
    write_element(out, type, [this](ByteWriter& w) {
        w.u8(mode);
        w.u8(new_channel);
        w.u8(count);
    });
}

Result<ExtendedChannelSwitchAnnouncement> ExtendedChannelSwitchAnnouncement::parse(ByteView body) {
    ByteReader in{body};
    ExtendedChannelSwitchAnnouncement value;
    value.mode = in.u8();
    value.operating_class = in.u8();
    value.new_channel = in.u8();
    value.count = in.u8();
    return if_complete(in, value, "Extended Channel Switch Announcement: shorter than 4 octets");
}
void ExtendedChannelSwitchAnnouncement::append_to(ByteWriter& out) const {
    write_element(out, type, [this](ByteWriter& w) {
        w.u8(mode);
        w.u8(operating_class);
        w.u8(new_channel);
        w.u8(count);
    });
}

Result<Erp> Erp::parse(ByteView body) {
    if (body.empty()) return fail(EINVAL, "ERP: empty");
    return Erp{body};
}
void Erp::append_to(ByteWriter& out) const {
    write_element(out, type, octets());
}

Result<BssLoad> BssLoad::parse(ByteView body) {
    ByteReader in{body};
    BssLoad value;
    value.station_count = in.u16le();
    value.channel_utilization = in.u8();
    value.available_admission_capacity = in.u16le();
    return if_complete(in, value, "BSS Load: shorter than 5 octets");
}
void BssLoad::append_to(ByteWriter& out) const {
    write_element(out, type, [this](ByteWriter& w) {
        w.u16le(station_count);
        w.u8(channel_utilization);
        w.u16le(available_admission_capacity);
    });
}

Result<BssMaxIdlePeriod> BssMaxIdlePeriod::parse(ByteView body) {
    ByteReader in{body};
    BssMaxIdlePeriod value;
    value.period = in.u16le();
    value.options = in.u8();
    return if_complete(in, value, "BSS Max Idle Period: shorter than 3 octets");
}
void BssMaxIdlePeriod::append_to(ByteWriter& out) const {
    write_element(out, type, [this](ByteWriter& w) {
        w.u16le(period);
        w.u8(options);
    });
}

Result<TimeoutInterval> TimeoutInterval::parse(ByteView body) {
    ByteReader in{body};
    TimeoutInterval value;
    value.kind = in.u8();
    value.value = in.u32le();
    return if_complete(in, value, "Timeout Interval: shorter than 5 octets");
}
void TimeoutInterval::append_to(ByteWriter& out) const {
    write_element(out, type, [this](ByteWriter& w) {
        w.u8(kind);
        w.u32le(value);
    });
}

Result<OperatingModeNotification> OperatingModeNotification::parse(ByteView body) {
    if (body.empty()) return fail(EINVAL, "Operating Mode Notification: empty");
    return OperatingModeNotification{body};
}
void OperatingModeNotification::append_to(ByteWriter& out) const {
    write_element(out, type, octets());
}

Result<SupportedOperatingClasses> SupportedOperatingClasses::parse(ByteView body) {
    if (body.empty()) return fail(EINVAL, "Supported Operating Classes: empty");
    if (body.size() > 255) return fail(EINVAL, "Supported Operating Classes: longer than an element");
    return SupportedOperatingClasses{body[0], InlineBytes<254>(body.subspan(1))};
}
void SupportedOperatingClasses::append_to(ByteWriter& out) const {
    write_element(out, type, [this](ByteWriter& w) {
        w.u8(current);
        w.bytes(others.view());
    });
}

Result<ManagementMic> ManagementMic::from(std::uint16_t key_id, std::uint64_t packet_number, ByteView mic) {
    if (packet_number > max_packet_number) return fail(EINVAL, "Management MIC: a packet number has 48 bits");
    if (mic.size() != 8 && mic.size() != 16) return fail(EINVAL, "Management MIC: the MIC has neither 8 nor 16 octets");
    ManagementMic value;
    value.key_id_ = key_id;
    value.packet_number_ = packet_number;
    value.mic_ = InlineBytes<16>(mic);
    return value;
}
Result<ManagementMic> ManagementMic::parse(ByteView body) {
    ByteReader in{body};
    const std::uint16_t key_id = in.u16le();
    const std::uint64_t low = in.u32le();
    const std::uint64_t high = in.u16le();
    if (!in.ok()) return fail(EINVAL, "Management MIC: shorter than 8 octets");
    return from(key_id, high << 32U | low, in.rest());
}
void ManagementMic::append_to(ByteWriter& out) const {
    write_element(out, type, [this](ByteWriter& w) {
        w.u16le(key_id_);
        w.u32le(static_cast<std::uint32_t>(packet_number_));
        w.u16le(static_cast<std::uint16_t>(packet_number_ >> 32U));
        w.bytes(mic_.view());
    });
}

Result<MeshId> MeshId::parse(ByteView body) {
    if (body.size() > InlineBytes<32>::capacity) return fail(EINVAL, "Mesh ID: longer than 32 octets");
    return MeshId{InlineBytes<32>(body)};
}
void MeshId::append_to(ByteWriter& out) const {
    write_element(out, type, octets.view());
}

Result<NonApStaRegulatoryConnectivity> NonApStaRegulatoryConnectivity::parse(ByteView body) {
    if (body.empty()) return fail(EINVAL, "Non-AP STA Regulatory Connectivity: empty");
    return NonApStaRegulatoryConnectivity{body};
}
void NonApStaRegulatoryConnectivity::append_to(ByteWriter& out) const {
    write_element(out, type, octets());
}

Result<ExtendedCapabilities> ExtendedCapabilities::parse(ByteView body) {
    if (body.size() > max_size) return fail(EINVAL, "Extended Capabilities: longer than an element");
    ExtendedCapabilities value;
    value.octets_.assign(body.begin(), body.end());
    return value;
}
bool ExtendedCapabilities::has(unsigned bit) const noexcept {
    return bit / 8 < octets_.size() && (octets_[bit / 8] >> (bit % 8) & 1U) != 0;
}
void ExtendedCapabilities::set(unsigned bit, bool value) {
    MLOSIM_INVARIANT(bit < 8 * max_size, "an element has at most 255 octets");
    if (octets_.size() <= bit / 8) octets_.resize(bit / 8 + 1);
    const auto mask = static_cast<std::uint8_t>(1U << (bit % 8));
    std::uint8_t& octet = octets_[bit / 8];
    octet = static_cast<std::uint8_t>(value ? octet | mask : octet & ~mask);
}
void ExtendedCapabilities::append_to(ByteWriter& out) const {
    write_element(out, type, octets_);
}

}  // namespace mlosim::ieee80211
