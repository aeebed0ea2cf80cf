#include "ieee80211/frame_header.h"

#include <algorithm>

namespace mlosim::ieee80211 {

namespace {
constexpr std::size_t one_address_size = 10;
constexpr std::size_t two_address_size = 16;
constexpr std::size_t three_address_size = 24;
constexpr std::size_t qos_size = 2;
constexpr std::size_t ht_control_size = 4;

bool has_four_addresses(FrameControl fc) {
    return fc.type() == FrameType::data && fc.has(FrameControl::to_ds) && fc.has(FrameControl::from_ds);
}
bool has_three_addresses(FrameControl fc) {
    return fc.type() == FrameType::management || fc.type() == FrameType::data;
}
bool has_two_addresses(FrameControl fc) {
    return !fc.is(ControlSubtype::cts) && !fc.is(ControlSubtype::ack) && !fc.is(ControlSubtype::wrapper);
}
/// +HTC means an HT Control field in management and QoS data frames only; elsewhere the bit is the old Order bit.
bool has_ht_control(FrameControl fc) {
    return fc.has(FrameControl::htc) && (fc.type() == FrameType::management || fc.is_qos_data());
}
std::size_t qos_offset(FrameControl fc) {
    return three_address_size + (has_four_addresses(fc) ? MacAddress::size : 0U);
}
std::size_t ht_control_offset(FrameControl fc) {
    return qos_offset(fc) + (fc.is_qos_data() ? qos_size : 0U);
}
}  // namespace

std::size_t header_size(FrameControl fc) {
    if (fc.type() == FrameType::extension) return 0;
    if (!has_two_addresses(fc)) return one_address_size;
    if (!has_three_addresses(fc)) return two_address_size;
    return ht_control_offset(fc) + (has_ht_control(fc) ? ht_control_size : 0U);
}

Result<FrameView> FrameView::parse(ByteView frame) {
    if (frame.size() < FrameControl::size) return fail(EINVAL, "frame: shorter than its Frame Control field");
    const FrameControl fc{frame};
    if (fc.get(FrameControl::version) != 0) return fail(EINVAL, "frame: protocol version other than 0");
    if (fc.type() == FrameType::extension) return fail(EINVAL, "frame: type extension");
    if (frame.size() < header_size(fc)) return fail(EINVAL, "frame: shorter than its header");
    return FrameView{frame};
}

std::optional<MacAddress> FrameView::addr2() const {
    if (!has_two_addresses(frame_control())) return std::nullopt;
    return address(10);
}
std::optional<MacAddress> FrameView::addr3() const {
    if (!has_three_addresses(frame_control())) return std::nullopt;
    return address(16);
}
std::optional<MacAddress> FrameView::addr4() const {
    if (!has_four_addresses(frame_control())) return std::nullopt;
    return address(three_address_size);
}
std::optional<SequenceControl> FrameView::sequence() const {
    if (!has_three_addresses(frame_control())) return std::nullopt;
    return SequenceControl{frame_.subspan(22)};
}
std::optional<QosControl> FrameView::qos() const {
    const FrameControl fc = frame_control();
    if (!fc.is_qos_data()) return std::nullopt;
    return QosControl{frame_.subspan(qos_offset(fc))};
}
std::optional<std::uint32_t> FrameView::ht_control() const {
    const FrameControl fc = frame_control();
    if (!has_ht_control(fc)) return std::nullopt;
    return ByteReader{frame_.subspan(ht_control_offset(fc))}.u32le();
}

// cf. ieee80211_get_DA(), ieee80211_get_SA(), ieee80211_get_bssid()
std::optional<MacAddress> FrameView::destination() const {
    const FrameControl fc = frame_control();
    if (!has_three_addresses(fc)) return std::nullopt;
    return fc.type() == FrameType::data && fc.has(FrameControl::to_ds) ? addr3() : addr1();
}
std::optional<MacAddress> FrameView::source() const {
    const FrameControl fc = frame_control();
    if (!has_three_addresses(fc)) return std::nullopt;
    if (has_four_addresses(fc)) return addr4();
    return fc.type() == FrameType::data && fc.has(FrameControl::from_ds) ? addr3() : addr2();
}
std::optional<MacAddress> FrameView::bssid() const {
    const FrameControl fc = frame_control();
    if (!has_three_addresses(fc) || has_four_addresses(fc)) return std::nullopt;
    if (fc.type() == FrameType::data && fc.has(FrameControl::to_ds)) return addr1();
    if (fc.type() == FrameType::data && fc.has(FrameControl::from_ds)) return addr2();
    return addr3();
}

FrameHeader FrameHeader::management(ManagementSubtype subtype, const MacAddress& destination, const MacAddress& source,
                                    const MacAddress& bssid) {
    FrameHeader header{FrameControl::of(FrameType::management, static_cast<unsigned>(subtype))};
    header.addr1 = destination;
    header.addr2 = source;
    header.addr3 = bssid;
    return header;
}

FrameHeader FrameHeader::data_to_ds(DataSubtype subtype, const MacAddress& bssid, const MacAddress& source,
                                    const MacAddress& destination) {
    FrameHeader header{FrameControl::of(FrameType::data, static_cast<unsigned>(subtype)).set(FrameControl::to_ds)};
    header.addr1 = bssid;
    header.addr2 = source;
    header.addr3 = destination;
    return header;
}

FrameHeader FrameHeader::data_from_ds(DataSubtype subtype, const MacAddress& destination, const MacAddress& bssid,
                                      const MacAddress& source) {
    FrameHeader header{FrameControl::of(FrameType::data, static_cast<unsigned>(subtype)).set(FrameControl::from_ds)};
    header.addr1 = destination;
    header.addr2 = bssid;
    header.addr3 = source;
    return header;
}

FrameHeader FrameHeader::data_wds(DataSubtype subtype, const MacAddress& receiver, const MacAddress& transmitter,
                                  const MacAddress& destination, const MacAddress& source) {
    FrameHeader header = data_to_ds(subtype, receiver, transmitter, destination);
    header.control_.set(FrameControl::from_ds);
    header.addr4 = source;
    return header;
}

FrameHeader FrameHeader::control(ControlSubtype subtype, const MacAddress& receiver, const MacAddress& transmitter) {
    FrameHeader header{FrameControl::of(FrameType::control, static_cast<unsigned>(subtype))};
    header.addr1 = receiver;
    header.addr2 = transmitter;
    return header;
}

Result<FrameHeader> FrameHeader::parse(ByteView frame) {
    const auto view = FrameView::parse(frame);
    if (!view) return fail(view.error());
    FrameHeader header{view->frame_control()};
    header.duration = view->duration();
    header.addr1 = view->addr1();
    header.addr2 = view->addr2().value_or(MacAddress{});
    header.addr3 = view->addr3().value_or(MacAddress{});
    header.addr4 = view->addr4().value_or(MacAddress{});
    header.sequence = view->sequence().value_or(SequenceControl{});
    header.qos = view->qos().value_or(QosControl{});
    header.ht_control_ = view->ht_control().value_or(0);
    return header;
}

FrameHeader& FrameHeader::retry(bool on) {
    control_.set(FrameControl::retry, on ? 1 : 0);
    return *this;
}
FrameHeader& FrameHeader::power_management(bool on) {
    control_.set(FrameControl::power_management, on ? 1 : 0);
    return *this;
}
FrameHeader& FrameHeader::more_data(bool on) {
    control_.set(FrameControl::more_data, on ? 1 : 0);
    return *this;
}
FrameHeader& FrameHeader::protect(bool on) {
    control_.set(FrameControl::protected_frame, on ? 1 : 0);
    return *this;
}

FrameHeader& FrameHeader::ht_control(std::optional<std::uint32_t> value) {
    MLOSIM_INVARIANT(control_.type() == FrameType::management || control_.is_qos_data(),
                     "only management and QoS data frames carry HT Control");
    control_.set(FrameControl::htc, value ? 1 : 0);
    ht_control_ = value.value_or(0);
    return *this;
}
std::optional<std::uint32_t> FrameHeader::ht_control() const noexcept {
    if (!has_ht_control(control_)) return std::nullopt;
    return ht_control_;
}

void FrameHeader::append_to(ByteWriter& out) const {
    out.bytes(control_.octets());
    out.u16le(duration);
    out.mac(addr1);
    if (has_two_addresses(control_)) out.mac(addr2);
    if (!has_three_addresses(control_)) return;
    out.mac(addr3);
    out.bytes(sequence.octets());
    if (has_four_addresses(control_)) out.mac(addr4);
    if (control_.is_qos_data()) out.bytes(qos.octets());
    if (has_ht_control(control_)) out.u32le(ht_control_);
}

bool operator==(const FrameHeader& a, const FrameHeader& b) {
    Bytes bytes_a;
    Bytes bytes_b;
    ByteWriter writer_a{bytes_a};
    ByteWriter writer_b{bytes_b};
    a.append_to(writer_a);
    b.append_to(writer_b);
    return bytes_a == bytes_b;
}

}  // namespace mlosim::ieee80211
