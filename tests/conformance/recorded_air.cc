#include "recorded_air.h"

#include <algorithm>
#include <fstream>

#include <nlohmann/json.hpp>

#include "mt7925_bytes.h"

namespace mlosim::conformance {

namespace {

using ieee80211::Bytes;
using ieee80211::FrameView;
using ieee80211::MacAddress;
using namespace std::chrono_literals;

constexpr sim::Duration beacon_interval = 102400us;
constexpr sim::Duration first_beacon = 50ms;
constexpr sim::Duration time_to_answer = 2ms;
constexpr double power_dbm = 20.0;

// First octets of frames.
constexpr std::uint8_t association_request = 0x00;
constexpr std::uint8_t association_response = 0x10;
constexpr std::uint8_t probe_request = 0x40;
constexpr std::uint8_t probe_response = 0x50;
constexpr std::uint8_t authentication = 0xb0;
constexpr std::uint8_t action = 0xd0;

phy::Band band_of(unsigned number) {
    constexpr phy::Band bands[] = {phy::Band::ghz2_4, phy::Band::ghz5, phy::Band::ghz6};
    return bands[number - 1];
}

}  // namespace

RecordedAir::RecordedAir(phy::Medium& medium, sim::EventQueue& queue)
    : medium_(medium), queue_(queue), port_(medium.attach(*this, {})) {}

RecordedAir::~RecordedAir() {
    medium_.detach(port_);
}

bool RecordedAir::read(const std::string& file) {
    std::ifstream in(file);
    if (!in) return false;
    std::vector<phy::ChannelDefinition> channels;
    for (std::string line; std::getline(in, line);) {
        const auto json = nlohmann::json::parse(line);
        AccessPoint ap;
        ap.channel = *phy::find_channel(band_of(json["band"]), json["channel"].get<std::uint16_t>());
        ap.bssid = *MacAddress::parse(address_text(json["bssid"]));
        ap.beacon = from_hex(json["beacon"]);
        ap.answers[probe_response] = from_hex(json["probe_response"]);
        if (json.contains("authentication")) ap.answers[authentication] = from_hex(json["authentication"]);
        if (json.contains("association")) ap.answers[association_response] = from_hex(json["association"]);
        const auto channel = phy::ChannelDefinition::mhz20(ap.channel);
        if (std::ranges::find(channels, channel) == channels.end()) channels.push_back(channel);
        access_points_.push_back(std::move(ap));
    }
    medium_.listen(port_, channels);
    beacons_ = queue_.after(first_beacon, [this] { beacon(); });
    return true;
}

void RecordedAir::beacon() {
    constexpr std::size_t timestamp_at = 24;
    for (const AccessPoint& ap : access_points_) {
        Bytes frame = ap.beacon;
        for (unsigned i = 0; i < 8; ++i)
            frame[timestamp_at + i] = static_cast<std::uint8_t>(queue_.now().us() >> 8U * i);
        send(ap, std::move(frame));
    }
    beacons_ = queue_.after(beacon_interval, [this] { beacon(); });
}

void RecordedAir::send(const AccessPoint& from, Bytes frame) {
    constexpr std::size_t sequence_at = 22;
    sequence_ = (sequence_ + 1) & 0xfffU;
    frame[sequence_at] = static_cast<std::uint8_t>(sequence_ << 4U);
    frame[sequence_at + 1] = static_cast<std::uint8_t>(sequence_ >> 4U);
    phy::Transmission out;
    out.payload = std::make_shared<const Bytes>(std::move(frame));
    out.channel = phy::ChannelDefinition::mhz20(from.channel);
    out.power = phy::Dbm{power_dbm};
    out.rate = *phy::Rate::legacy(60);
    medium_.transmit(port_, std::move(out));
}

void RecordedAir::answer(AccessPoint& from, std::uint8_t kind, const MacAddress& to) {
    constexpr std::size_t receiver_at = 4;
    const auto found = from.answers.find(kind);
    if (found == from.answers.end()) return;
    Bytes frame = found->second;
    std::ranges::copy(to.octets(), frame.begin() + receiver_at);
    answers_.push_back(queue_.after(
        time_to_answer, [this, &from, frame = std::move(frame)]() mutable { send(from, std::move(frame)); }));
}

/// ADDBA Request: granted as asked. 802.11-2020 9.6.4.3
void RecordedAir::grant_block_ack(AccessPoint& from, const FrameView& request) {
    const auto body = request.body();
    if (body.size() < 9 || body[0] != 3 || body[1] != 0) return;
    Bytes frame;
    ieee80211::ByteWriter out(frame);
    ieee80211::FrameHeader::management(ieee80211::ManagementSubtype::action, *request.addr2(), from.bssid, from.bssid)
        .append_to(out);
    out.bytes(Bytes{3, 1, body[2], 0, 0, body[3], body[4], body[5], body[6]});
    answers_.push_back(queue_.after(
        time_to_answer, [this, &from, frame = std::move(frame)]() mutable { send(from, std::move(frame)); }));
}

bool RecordedAir::receive(const phy::Reception& reception) {
    const auto frame = FrameView::parse(*reception.payload);
    if (!frame || !frame->addr2()) return false;
    std::erase_if(answers_, [](const sim::Timer& timer) { return !timer.pending(); });
    const std::uint8_t kind = (*reception.payload)[0];
    if (kind == probe_request) {
        for (AccessPoint& ap : access_points_)
            if (ap.channel == reception.channel.control) {
                answer(ap, probe_response, *frame->addr2());
                answers_.push_back(queue_.after(time_to_answer + time_to_answer, [this, &ap] { send(ap, ap.beacon); }));
            }
        return false;
    }
    const auto ap = std::ranges::find(access_points_, frame->addr1(), &AccessPoint::bssid);
    if (ap == access_points_.end() || ap->channel != reception.channel.control) return false;
    if (kind == authentication) answer(*ap, authentication, *frame->addr2());
    if (kind == association_request) answer(*ap, association_response, *frame->addr2());
    if (kind == action) grant_block_ack(*ap, *frame);
    return true;
}

}  // namespace mlosim::conformance
