#pragma once

#include "stations_fixture.h"

namespace mlosim::mld {

using ieee80211::ByteWriter;
using ieee80211::DataSubtype;
using ieee80211::FrameHeader;
using ieee80211::FrameView;

inline constexpr sim::Duration beacon_interval = 100 * sim::time_unit;

inline ieee80211::Bytes bytes_of(const FrameHeader& header, std::size_t body = 0) {
    ieee80211::Bytes out;
    ByteWriter writer(out);
    header.append_to(writer);
    writer.zeros(body);
    return out;
}

class PowerSaveTest : public StationsTest {
protected:
    PowerSaveTest() { air.listen({ghz2(1)}); }

    ieee80211::Bytes data_for(const ieee80211::MacAddress& to, unsigned tid = 0) {
        FrameHeader header = FrameHeader::data_from_ds(DataSubtype::qos_data, to, ap.address(), ap.address());
        header.qos.set(ieee80211::QosControl::tid, tid);
        return bytes_of(header, 10);
    }
    ieee80211::Bytes group_data() {
        return bytes_of(FrameHeader::data_from_ds(DataSubtype::data, ieee80211::MacAddress::broadcast(), ap.address(),
                                                  ap.address()),
                        10);
    }
    void hears_null(Sta& sta, bool power_management) {
        FrameHeader header = FrameHeader::data_to_ds(DataSubtype::null, ap.address(), sta.address(), ap.address());
        header.power_management(power_management);
        const ieee80211::Bytes frame = bytes_of(header);
        sta.power_save->heard(ap.default_link(), *FrameView::parse(frame));
    }
    bool hold(Sta& sta, unsigned tid = 0) {
        ieee80211::Bytes frame = data_for(sta.address(), tid);
        return sta.power_save->hold(frame, {});
    }
    bool hold_group() {
        ieee80211::Bytes frame = group_data();
        return ap.power_save_buffer()->hold(frame, {});
    }
    /// The TIMs of the next beacons.
    std::vector<ieee80211::Tim> tims(int beacons) {
        air.heard.clear();
        run_for(beacons * beacon_interval + 5ms);  // a beacon takes its time on the air
        std::vector<ieee80211::Tim> out;
        for (const auto& heard : air.heard) {
            if (!heard.view().frame_control().is(ieee80211::ManagementSubtype::beacon)) continue;
            out.push_back(*ieee80211::BeaconBody::parse(heard.view().body())->elements.get<ieee80211::Tim>());
        }
        return out;
    }
};

}  // namespace mlosim::mld
