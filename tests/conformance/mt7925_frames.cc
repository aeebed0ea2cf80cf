#include "mt7925_frames.h"

#include <fstream>

#include <nlohmann/json.hpp>

#include "ieee80211/frame_cipher.h"
#include "mt7925/rx_descriptor.h"
#include "mt7925/tx_descriptor.h"
#include "mt7925/tx_status.h"
#include "mt7925_bytes.h"

namespace mlosim::mt7925 {

namespace {

using conformance::from_hex;
using ieee80211::FrameView;

constexpr std::size_t token_at = 32;
constexpr std::uint16_t token_is_valid = 0x8000;
constexpr std::uint16_t tokens = 8192;

}  // namespace

void AcknowledgingRadio::transmit(RadioFrame frame) {
    const RadioReport report{frame.number, frame.wants_acknowledgement, 1, *phy::Rate::legacy(60), std::nullopt};
    if (frame.number != 0)
        reports_[frame.number] = queue_.after(std::chrono::microseconds(100), [this, report] {
            const sim::Timer done = std::move(reports_[report.number]);
            reports_.erase(report.number);
            reported(report);
        });
    frames.push_back(std::move(frame));
}

bool load_frames(const std::string& path, std::vector<RecordedFrame>& out) {
    std::ifstream file(path);
    if (!file) return false;
    std::string line;
    while (std::getline(file, line)) {
        const auto json = nlohmann::json::parse(line);
        RecordedFrame frame;
        frame.at = sim::Time(std::chrono::microseconds(json["t_us"].get<std::int64_t>()));
        frame.sent = json["dir"] == "tx";
        frame.frame = from_hex(json["frame"]);
        if (frame.sent) {
            frame.descriptor = from_hex(json["hex"]);
        } else {
            frame.wcid = json["wcid"];
            frame.channel = json["channel"];
        }
        out.push_back(std::move(frame));
    }
    return true;
}

FrameReplay::FrameReplay(Firmware& firmware, AcknowledgingRadio& radio, Totals& totals, Failure failure)
    : firmware_(firmware), radio_(radio), totals_(totals), failure_(std::move(failure)) {
    radio_.reported = [this](const RadioReport& report) { firmware_.transmitted(report); };
    firmware_.set_data_sink([this](const Bytes& packet) { take(packet); });
}

void FrameReplay::take(ByteView packet) {
    if (packet_type(packet) == static_cast<std::uint8_t>(PacketType::frame)) {
        received_.emplace_back(packet.begin(), packet.end());
        return;
    }
    if (const auto freed = parse_tx_free(packet)) {
        for (const FreedFrame& frame : *freed)
            if (out_.erase(frame.token) == 0) failure_("a token came back that was not out");
    } else if (const auto reports = parse_tx_status(packet)) {
        totals_.statuses += static_cast<unsigned>(reports->size());
        if (statuses_due_ < reports->size()) failure_("a status that nobody asked for");
        statuses_due_ -= static_cast<unsigned>(reports->size());
    } else {
        failure_("a packet that the driver does not know");
    }
}

void FrameReplay::play(const RecordedFrame& frame) {
    if (frame.sent)
        send(frame);
    else
        hear(frame);
    look_at_air();
}

void FrameReplay::send(const RecordedFrame& frame) {
    const auto descriptor = parse_tx_descriptor(frame.descriptor);
    if (!descriptor) return failure_("descriptor: " + descriptor.error().message);
    if (build_tx_descriptor(*descriptor) != frame.descriptor) failure_("written again it is another descriptor");
    ++totals_.sent;
    totals_.with_ethernet_header += descriptor->header == TxDescriptor::Header::ethernet ? 1 : 0;
    // Tokens of the recording came back sooner than ours may.
    Bytes own = frame.descriptor;
    const std::uint16_t token = next_token_++ % tokens;
    own[token_at] = static_cast<std::uint8_t>(token);
    own[token_at + 1] = static_cast<std::uint8_t>((token | token_is_valid) >> 8U);
    out_.insert(token);
    if (descriptor->wants_status && descriptor->pid >= packet_id::first) ++statuses_due_;
    const std::uint64_t malformed = firmware_.data().counts().malformed;
    if (!firmware_.receive_data(own, frame.frame)) failure_("the firmware does not look at the data ring");
    if (firmware_.data().counts().malformed != malformed) failure_("the frame was taken for malformed");
}

void FrameReplay::hear(const RecordedFrame& frame) {
    ++totals_.received;
    received_.clear();
    const std::uint8_t band = frame.channel > 14 ? 2 : 1;
    firmware_.receive_frame({{band, frame.channel, frame.channel, 0, 0}, frame.frame, -50, *phy::Rate::legacy(60)});
    if (received_.size() != 1) return failure_("the host did not get a received frame");
    const auto packet = parse_received(received_.front());
    if (!packet) return failure_("received: " + packet.error().message);
    if (packet->descriptor.wlan_idx != frame.wcid)
        failure_("it names entry " + std::to_string(packet->descriptor.wlan_idx) + ", the recording's chip " +
                 std::to_string(frame.wcid));
    if (packet->descriptor.icv_error) failure_("decrypted with a wrong key");
}

/// What the kernel encrypted itself must be whole for an AP MLD with the key of the table.
void FrameReplay::look_at_air() {
    for (const RadioFrame& sent : std::exchange(radio_.frames, {})) {
        const auto view = FrameView::parse(sent.bytes);
        if (!view) {
            failure_("what is on the air is no frame");
            continue;
        }
        if (!view->frame_control().has(ieee80211::FrameControl::protected_frame)) continue;
        for (const WtblEntry& entry : firmware_.tables().wtbl) {
            if (!entry.valid || entry.self || entry.basic.peer_addr != view->addr1() || entry.keys.empty()) continue;
            const KeySlot& key = entry.keys.front();
            const auto cipher = ieee80211::FrameCipher::make(ieee80211::cipher::ccmp128, ByteView(key.key).first(16));
            std::optional<ieee80211::CipherAddresses> addresses;
            const auto& mld = firmware_.tables().bss[entry.bss_idx].mld;
            // mac80211 encrypts before it knows the link: of management frames, too, the MLDs' addresses count for it.
            if (mld && entry.mld) addresses = {entry.mld->mld_addr, mld->mac_addr, *view->addr3()};
            if (addresses && addresses->addr3 == entry.basic.peer_addr) addresses->addr3 = entry.mld->mld_addr;
            if (cipher->unprotect(sent.bytes, addresses))
                ++totals_.encrypted_by_kernel;
            else
                failure_("on the air nobody can decrypt it");
        }
    }
}

void FrameReplay::end() {
    look_at_air();
    if (!out_.empty()) failure_(std::to_string(out_.size()) + " tokens did not come back");
    if (statuses_due_ != 0) failure_(std::to_string(statuses_due_) + " statuses did not come");
    reset();
}

void FrameReplay::reset() {
    out_.clear();
    statuses_due_ = 0;
}

}  // namespace mlosim::mt7925
