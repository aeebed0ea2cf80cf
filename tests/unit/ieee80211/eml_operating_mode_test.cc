// EML Operating Mode Notification frames, behind their category and action: 802.11be 9.6.35.8, 9.4.1.76.

#include "ieee80211/eml_operating_mode.h"

#include <gtest/gtest.h>

#include "captured_frames.h"

namespace mlosim::ieee80211::testing {
namespace {

Bytes written(const EmlOperatingMode& mode) {
    Bytes out;
    ByteWriter w(out);
    mode.append_to(w);
    return out;
}

TEST(EmlOperatingMode, ReadsAsItIsWritten) {
    for (const char* bytes : {"07 00", "07 01 0600", "07 05 0600 1b", "07 02 0300 00 112233", "07 0d 0700 00"}) {
        const auto mode = EmlOperatingMode::parse(from_hex(bytes));
        ASSERT_TRUE(mode) << bytes;
        EXPECT_EQ(written(*mode), from_hex(bytes)) << bytes;
    }
}

TEST(EmlOperatingMode, SaysWhichLinksShareARadioAndHowSlowItTurns) {
    EmlOperatingMode mode;
    mode.token = 9;
    mode.emlsr_links = 6;
    mode.delays = EmlOperatingMode::Delays{4, 5};
    EXPECT_EQ(written(mode), from_hex("09 05 0600 2c"));
    const auto read = EmlOperatingMode::parse(written(mode));
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, mode);
}

TEST(EmlOperatingMode, RefusesWhatMakesNoSense) {
    struct Bad {
        const char* bytes;
        const char* error;
        const char* why;
    };
    for (const Bad& bad : {
             Bad{"", "EML control: missing", "nothing"},
             Bad{"07", "EML control: missing", "a token alone"},
             Bad{"07 03 0600", "EML control: EMLSR and EMLMR", "both modes"},
             Bad{"07 04 00", "EML control: delays without EMLSR", "an update of nothing"},
             Bad{"07 06 0600 00 112233 00", "EML control: delays without EMLSR", "an update of EMLMR"},
             Bad{"07 01 06", "EML control: links or delays missing", "half a bitmap"},
             Bad{"07 05 0600", "EML control: links or delays missing", "no delays"},
             Bad{"07 05 0600 05", "EML control: no such delay", "a padding delay of 5"},
             Bad{"07 05 0600 30", "EML control: no such delay", "a transition delay of 6"},
             Bad{"07 02 0300", "EML control: no such MCS map count", "no MCS maps"},
             Bad{"07 02 0300 03 112233", "EML control: no such MCS map count", "a count of 3"},
             Bad{"07 02 0300 01 1122334455", "EML control: MCS maps missing", "five octets for two widths"},
             Bad{"07 02 0300 00 112293", "EML control: more than eight streams", "nine receive streams"},
         }) {
        const auto mode = EmlOperatingMode::parse(from_hex(bad.bytes));
        ASSERT_FALSE(mode) << bad.why;
        EXPECT_EQ(mode.error().code, EINVAL) << bad.why;
        EXPECT_EQ(mode.error().message, bad.error) << bad.why;
    }
}

}  // namespace
}  // namespace mlosim::ieee80211::testing
