// Beacons of a guest's access point.

#include "data_path_fixture.h"

namespace mlosim::mt7925 {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

FirmwareConfig guest() {
    FirmwareConfig config;
    config.chip_crypto = true;
    return config;
}

class GuestAp : public DataPathTest {
protected:
    explicit GuestAp(const FirmwareConfig& config = guest()) : DataPathTest(config) {}

    /// BSS 0 as an access point on channel 36, with capabilities, SSID and TIM of DTIM period 2.
    void start(bool beacons = true, const std::string& interval = "6400") {
        add_interface();
        std::string bss = basic(true, true) + rlm();
        bss.replace(bss.find("01000100"), 8, "02000100");
        bss.replace(bss.find("6400"), 4, interval);
        EXPECT_EQ(uni(Cid::bss_info, "00 00 0200" + bss).status, 0U);
        content(beacons);
    }
    void content(bool beacons) {
        const std::string pkt = "0104 0001 41 0504 00 02 00 00";
        EXPECT_EQ(uni(Cid::bss_info, "00 00 0000 0700 0e02 0500 0000 0000" + std::string(beacons ? "01" : "00") +
                                         "01 0b00" + pkt + zeros(512 - 11))
                      .status,
                  0U);
    }
};

TEST_F(GuestAp, SendsABeaconEveryInterval) {
    start();
    radio.frames.clear();
    run(sim::time_unit * 100);
    ASSERT_THAT(radio.frames, SizeIs(1));
    EXPECT_EQ(radio.frames[0].channel.control, 36);
    EXPECT_EQ(radio.frames[0].frame, octets("8000 0000 ffffffffffff" + own36 + own36 + "0000 0000000000000000 6400" +
                                            "0104 0001 41 0504 00 02 00 00"));
    run(sim::time_unit * 300);
    ASSERT_THAT(radio.frames, SizeIs(4));
    const auto dtim_count = [&](std::size_t at) { return radio.frames[at].frame[24 + 10 + 5 + 2]; };
    EXPECT_EQ(dtim_count(1), 1);
    EXPECT_EQ(dtim_count(2), 0);
    EXPECT_EQ(dtim_count(3), 1);
}

TEST_F(GuestAp, IsSilentWithoutContentAndAfterItsEnd) {
    start(false);
    radio.frames.clear();
    run(1s);
    EXPECT_THAT(radio.frames, IsEmpty());
    content(true);
    run(150ms);
    EXPECT_THAT(radio.frames, SizeIs(1));
    uni(Cid::bss_info, "00 00 0100" + basic(false, false));
    run(1s);
    EXPECT_THAT(radio.frames, SizeIs(1));
}

TEST_F(GuestAp, BeaconsThatComeTooLateAreNotSent) {
    start(true, "0100");
    run(10s);  // each is in the air for longer than an interval
    content(false);
    radio.frames.clear();
    run(1s);
    EXPECT_LE(radio.frames.size(), 4U);
}

TEST_F(GuestAp, ATimBeyondTheContentIsLeftAlone) {
    start();
    EXPECT_EQ(uni(Cid::bss_info, "00 00 0000 0700 0e02 ffff 0000 0000 01 01 0400 0104 0500" + zeros(508)).status, 0U);
    radio.frames.clear();
    run(150ms);
    ASSERT_THAT(radio.frames, SizeIs(1));
    EXPECT_EQ(radio.frames[0].frame.size(), 24U + 10U + 4U);
}

class HostsOwnBeacons : public GuestAp {
protected:
    HostsOwnBeacons() : GuestAp(FirmwareConfig{}) {}
};

TEST_F(HostsOwnBeacons, AreNotSentTwice) {
    start();
    radio.frames.clear();
    run(1s);
    EXPECT_THAT(radio.frames, IsEmpty());
}

}  // namespace
}  // namespace mlosim::mt7925
