#pragma once

#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "phy/medium.h"
#include "sim/event_queue.h"

namespace mlosim::phy::test {

using ieee80211::Bytes;

inline ChannelDefinition on(Band band, std::uint16_t number, std::uint32_t mhz = 20) {
    return ChannelDefinition::around(find_channel(band, number).value(), *width_from_mhz(mhz)).value();
}

struct Heard {
    Bytes payload;
    ChannelDefinition channel;
    Rate rate;
    Dbm rssi;
    Db snr;
    sim::Time start;
    sim::Time end;
    PortId sender;
};

/// A radio that writes down what it hears.
class Ear final : public RadioPort {
public:
    bool receive(const Reception& r) override {
        heard.push_back({*r.payload, r.channel, r.rate, r.rssi, r.snr, r.start, r.end, r.sender});
        if (then) then();
        return acknowledges;
    }
    void transmitted(const TransmitReport& report) override { reports.push_back(report); }

    std::vector<Heard> heard;
    std::vector<TransmitReport> reports;
    bool acknowledges = false;
    std::function<void()> then;
};

inline Transmission frame(const ChannelDefinition& channel, std::size_t bytes = 100, Rate rate = *Rate::legacy(60)) {
    return {std::make_shared<const Bytes>(bytes, 0xab), channel, {20.0}, rate, 7};
}

class Media : public ::testing::Test {
protected:
    sim::EventQueue queue;
    Ear a, b, c;

    void run() {
        while (queue.step()) {
        }
    }
    static PortId attach(Medium& medium, Ear& ear, const ChannelDefinition& channel, Position at = {},
                         std::string name = {}) {
        const PortId id = medium.attach(ear, {std::move(name), at, {0}, 1});
        medium.listen(id, {&channel, 1});
        return id;
    }
};

}  // namespace mlosim::phy::test
