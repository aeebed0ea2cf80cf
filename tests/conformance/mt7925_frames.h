#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "mt7925/firmware.h"

namespace mlosim::mt7925 {

/// An air that acknowledges everything 100 us later.
class AcknowledgingRadio final : public Radio {
public:
    explicit AcknowledgingRadio(sim::EventQueue& queue) : queue_(queue) {}
    void set_home(std::uint8_t, std::optional<RadioChannel>) override {}
    void visit(const RadioChannel&, Visit) override {}
    void return_home() override {}
    void rest(std::uint8_t, bool) override {}
    void transmit(RadioFrame frame) override;

    std::function<void(const RadioReport&)> reported;
    std::vector<RadioFrame> frames;

private:
    sim::EventQueue& queue_;
    std::map<std::uint64_t, sim::Timer> reports_;
};

/// A frame that the real driver gave to its chip, or got from it.
struct RecordedFrame {
    sim::Time at;
    bool sent = false;
    Bytes descriptor;          ///< of one that was sent
    std::uint16_t wcid = 0;    ///< of one that was received: the entry that was named
    std::uint8_t channel = 0;  ///< the same
    Bytes frame;
};
/// False: there is no such file.
[[nodiscard]] bool load_frames(const std::string& path, std::vector<RecordedFrame>& out);

/// Plays recorded frames to the firmware: each must be taken, come to the air or back, and be given back.
class FrameReplay {
public:
    struct Totals {
        unsigned sent = 0;
        unsigned with_ethernet_header = 0;
        unsigned statuses = 0;
        unsigned received = 0;
        unsigned encrypted_by_kernel = 0;  ///< on the air with the link's addresses, decrypted with the MLDs'
    };
    using Failure = std::function<void(const std::string& what)>;

    FrameReplay(Firmware& firmware, AcknowledgingRadio& radio, Totals& totals, Failure failure);

    void play(const RecordedFrame& frame);
    /// All that was sent must be back.
    void end();
    /// The driver takes back what a reset chip had.
    void reset();

private:
    void take(ByteView packet);
    void send(const RecordedFrame& frame);
    void hear(const RecordedFrame& frame);
    void look_at_air();

    Firmware& firmware_;
    AcknowledgingRadio& radio_;
    Totals& totals_;
    Failure failure_;
    std::uint16_t next_token_ = 0;
    std::set<std::uint16_t> out_;
    unsigned statuses_due_ = 0;
    std::vector<Bytes> received_;
};

}  // namespace mlosim::mt7925
