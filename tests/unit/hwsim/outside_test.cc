// The radio while a program outside is the medium.

#include "../mld/connected_fixture.h"
#include "hwsim/driver.h"
#include "hwsim/pending_frames.h"
#include "mld/off_channel.h"
#include "mld/outside_medium.h"

namespace mlosim::hwsim {
namespace {

using namespace std::chrono_literals;
using mld::AccessPointTest;
using mld::address;
using mld::DataLog;
using mld::error_of;
using mld::ghz2;
using mld::ghz5;
using mld::OutsideReception;
using mld::OutsideStatus;
using mld::RateAttempt;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// Writes down what it is given.
class Outside final : public mld::OutsideMedium {
public:
    struct Taken {
        mld::OutsideTransmission what;
        ieee80211::Bytes frame;
    };
    std::vector<Taken> taken;
    std::vector<std::string> addresses;
    bool is_there = true;

private:
    Result<void> transmit(const mld::Wiphy&, const mld::OutsideTransmission& t) override {
        if (!is_there) return fail(ECONNREFUSED);
        taken.push_back({t, {t.frame.begin(), t.frame.end()}});
        return {};
    }
    void address_changed(const mld::Wiphy&, const ieee80211::MacAddress& which, bool added) override {
        addresses.push_back((added ? "+" : "-") + which.to_string());
    }
};

class OutsideTest : public AccessPointTest {
protected:
    OutsideTest() {
        world.subscribe(data);
        world.set_outside_medium(&outside);
    }
    ~OutsideTest() override {
        world.set_outside_medium(nullptr);
        world.unsubscribe(data);
    }
    mld::Driver& driver() { return wiphy.driver(); }
    const Driver::Counters& counters() { return static_cast<Driver&>(driver()).counters(); }

    /// The access point's program asks for a management frame to a station; its cookie.
    std::uint64_t send() {
        ieee80211::Bytes frame;
        ieee80211::ByteWriter w(frame);
        ieee80211::FrameHeader::management(ieee80211::ManagementSubtype::action, address(7), ap.address(), ap.address())
            .append_to(w);
        w.bytes(ieee80211::Bytes{4, 9, 1, 2, 3});  // public: the station need not be known
        mld::ManagementTx request;
        request.frame = frame;
        auto cookie = wiphy.off_channel().send(ap, std::move(request));
        EXPECT_TRUE(cookie.has_value());
        run_for(0s);
        return cookie.value_or(0);
    }
    OutsideStatus told_of(const Outside::Taken& sent, bool acknowledged) {
        OutsideStatus status;
        status.cookie = sent.what.cookie;
        status.acknowledged = acknowledged;
        status.attempts = sent.what.attempts;
        return status;
    }
    OutsideReception beacon_on(const phy::Channel& channel) {
        other.bssid = address(9);
        other.channel = channel;
        heard = other.beacon();
        OutsideReception reception;
        reception.frame = heard;
        reception.center = channel.center;
        reception.rate_index = 1;
        reception.signal_dbm = -60;
        return reception;
    }

    Outside outside;
    DataLog data;
    mld::Network other;
    ieee80211::Bytes heard;
};

TEST_F(OutsideTest, TakesFramesThatNobodyElseHears) {
    air.listen({ghz2(1)});
    ASSERT_EQ(start(network), 0);
    run_for(1s);
    ASSERT_FALSE(outside.taken.empty());
    EXPECT_THAT(air.heard, IsEmpty());
    EXPECT_EQ(outside.taken.front().what.channel.center, ghz2(1).center);
    EXPECT_TRUE(outside.taken.front().what.no_acknowledgement) << "a beacon";
    EXPECT_FALSE(outside.taken.front().what.wants_status);
    EXPECT_EQ(outside.taken.front().what.attempts[0].count, 1);
    EXPECT_EQ(outside.taken.front().what.attempts[1].index, -1);
}

TEST_F(OutsideTest, SaysWhatBecameOfAFrame) {
    ASSERT_EQ(start(network), 0);
    run_for(1ms);
    outside.taken.clear();
    const std::uint64_t cookie = send();
    ASSERT_THAT(outside.taken, SizeIs(1));
    const auto& sent = outside.taken.front();
    EXPECT_TRUE(sent.what.wants_status);
    EXPECT_FALSE(sent.what.no_acknowledgement);
    EXPECT_EQ(sent.what.attempts[0].count, 11);
    EXPECT_THAT(data.take(), IsEmpty()) << "not before the medium tells";

    EXPECT_EQ(error_of(driver().outside_status(told_of(sent, true))), 0);
    EXPECT_THAT(data.take(), IsEmpty()) << "drivers speak from events of their own";
    run_for(0s);
    EXPECT_THAT(data.take(), ElementsAre("frame-sent ap0 " + std::to_string(cookie) + " acked"));
    EXPECT_EQ(error_of(driver().outside_status(told_of(sent, true))), EINVAL) << "told once";
}

TEST_F(OutsideTest, AFrameThatIsNotAcknowledgedIsLost) {
    ASSERT_EQ(start(network), 0);
    run_for(1ms);
    outside.taken.clear();
    const std::uint64_t cookie = send();
    ASSERT_THAT(outside.taken, SizeIs(1));
    EXPECT_EQ(error_of(driver().outside_status(told_of(outside.taken.front(), false))), 0);
    run_for(0s);
    EXPECT_THAT(data.take(), ElementsAre("frame-sent ap0 " + std::to_string(cookie) + " lost"));
}

TEST_F(OutsideTest, AFrameThatTheMediumDoesNotTakeIsLost) {
    ASSERT_EQ(start(network), 0);
    run_for(1ms);
    outside.is_there = false;
    const std::uint64_t cookie = send();
    EXPECT_THAT(data.take(), ElementsAre("frame-sent ap0 " + std::to_string(cookie) + " lost"));
    EXPECT_GE(counters().tx_failed, 1U);
}

TEST_F(OutsideTest, AMediumThatKeepsSilentLosesTheOldestFrames) {
    ASSERT_EQ(start(network), 0);
    run_for(30s);
    EXPECT_GT(outside.taken.size(), PendingFrames::most);
    EXPECT_EQ(counters().tx_dropped, PendingFrames::most - PendingFrames::fewest + 1);
    EXPECT_EQ(error_of(driver().outside_status(told_of(outside.taken.front(), true))), EINVAL);
    EXPECT_EQ(error_of(driver().outside_status(told_of(outside.taken.back(), true))), 0);
}

TEST_F(OutsideTest, BringsFramesOfTheRadiosChannels) {
    struct Case {
        const char* why;
        std::function<void(OutsideReception&)> change;
        int error;
    };
    const Case cases[] = {
        {"as it should be", [](OutsideReception&) {}, 0},
        {"with channel contexts the channel must be said", [](OutsideReception& r) { r.center.reset(); }, EINVAL},
        {"another channel", [](OutsideReception& r) { r.center = ghz5(36).center; }, EINVAL},
        {"no channel", [](OutsideReception& r) { r.center = phy::Frequency::mhz(2411); }, EINVAL},
        {"no such rate", [](OutsideReception& r) { r.rate_index = 12; }, EINVAL},
        {"shorter than a header", [](OutsideReception& r) { r.frame = r.frame.first(23); }, EINVAL},
    };
    EXPECT_EQ(error_of(driver().outside_frame(beacon_on(ghz2(1)))), EINVAL) << "a radio that is idle";
    ASSERT_EQ(start(network), 0);
    run_for(1ms);
    for (const Case& c : cases) {
        OutsideReception reception = beacon_on(ghz2(1));
        c.change(reception);
        const auto before = counters().rx_packets;
        EXPECT_EQ(error_of(driver().outside_frame(reception)), c.error) << c.why;
        EXPECT_EQ(counters().rx_packets - before, c.error == 0 ? 1U : 0U) << c.why;
        run_for(0s);
    }
}

TEST_F(OutsideTest, ARadioWithoutChannelContextsHearsOnTheOneThatItHas) {
    mld::Wiphy& plain = *add_radio(mld::RadioOptions{.multi_link = false}).wiphy;
    mld::Wdev& other_ap = **plain.add_interface({"ap1", mld::InterfaceType::ap});
    ASSERT_TRUE(other_ap.netdev()->set_up(true));
    OutsideReception reception = beacon_on(ghz2(1));
    reception.center.reset();
    EXPECT_EQ(error_of(plain.driver().outside_frame(reception)), EINVAL) << "idle";
    mld::Network own = network;
    own.bssid = other_ap.address();
    ASSERT_EQ(error_of(plain.start_ap(other_ap, std::nullopt, ap_settings(own))), 0);
    run_for(1ms);
    EXPECT_EQ(error_of(plain.driver().outside_frame(reception)), 0);
}

TEST_F(OutsideTest, AScanFindsWhatTheMediumBrings) {
    ASSERT_EQ(start(network), 0);
    mld::Wdev& station = wdev("wlan0");
    ASSERT_TRUE(station.netdev()->set_up(true));
    mld::ScanRequest request;
    request.frequencies = {ghz5(36).center};
    ASSERT_TRUE(wiphy.trigger_scan(station, request));
    run_for(50ms);
    ASSERT_EQ(error_of(driver().outside_frame(beacon_on(ghz5(36)))), 0);
    run_for(1s);
    bool found = false;
    for (const mld::Bss* bss : wiphy.bss_table().entries())
        found |= bss->bssid == address(9);
    EXPECT_TRUE(found);
}

TEST_F(OutsideTest, IsToldOfAddresses) {
    ap.netdev()->set_up(false);
    ap.netdev()->set_up(true);
    EXPECT_THAT(outside.addresses, ElementsAre("-" + ap.address().to_string(), "+" + ap.address().to_string()));
}

TEST_F(OutsideTest, GivesTheAirBackToTheWorldsMedium) {
    world.set_outside_medium(nullptr);
    air.listen({ghz2(1)});
    ASSERT_EQ(start(network), 0);
    run_for(1s);
    EXPECT_FALSE(air.heard.empty());
    EXPECT_THAT(outside.taken, IsEmpty());
}

TEST_F(OutsideTest, ASwitchedOffRadioForgetsWhatItSent) {
    ASSERT_EQ(start(network), 0);
    run_for(1s);
    ASSERT_FALSE(outside.taken.empty());
    ap.netdev()->set_up(false);
    EXPECT_EQ(error_of(driver().outside_status(told_of(outside.taken.back(), true))), EINVAL);
    EXPECT_EQ(error_of(driver().outside_frame(beacon_on(ghz2(1)))), EINVAL);
}

// Rates

TEST(RateAttempts, KeepLegacyHtAndVhtRates) {
    const mld::BandCapabilities& band = mld::profile("generic-be").bands.front();
    ASSERT_EQ(band.band, phy::Band::ghz2_4);
    const phy::Rate rates[] = {
        *phy::Rate::legacy(10),
        *phy::Rate::legacy(55, true),
        *phy::Rate::legacy(540),
        *phy::Rate::ht(7, 20, phy::GuardInterval::us0_8),
        *phy::Rate::ht(15, 40, phy::GuardInterval::us0_4),
        *phy::Rate::vht(9, 2, 80, phy::GuardInterval::us0_4),
        *phy::Rate::vht(0, 1, 160, phy::GuardInterval::us0_8),
    };
    for (const phy::Rate& rate : rates)
        EXPECT_EQ(RateAttempt::of(rate, band).rate(band), rate) << RateAttempt::of(rate, band).index;
    EXPECT_EQ(RateAttempt::of(*phy::Rate::legacy(10), band).index, 0);
    EXPECT_EQ(RateAttempt::of(*phy::Rate::vht(9, 2, 80, phy::GuardInterval::us0_8), band).index, 0x19);
}

TEST(RateAttempts, ShowHeAndEhtAsVht) {
    const mld::BandCapabilities& band = mld::profile("generic-be").bands.front();
    const RateAttempt attempt = RateAttempt::of(*phy::Rate::eht(13, 2, 160, phy::GuardInterval::us0_8), band);
    EXPECT_EQ(attempt.index, 0x19);
    EXPECT_EQ(attempt.flags, RateAttempt::vht | RateAttempt::mhz160);
}

TEST(RateAttempts, KnowNoRateBeyondTheBands) {
    const mld::BandCapabilities& band = mld::profile("generic-be").bands.front();
    EXPECT_FALSE((RateAttempt{.index = 12, .count = 1, .flags = 0}).rate(band));
    EXPECT_FALSE((RateAttempt{.index = -1, .count = 1, .flags = 0}).rate(band));
    EXPECT_FALSE((RateAttempt{.index = 127, .count = 1, .flags = RateAttempt::ht}).rate(band));
    EXPECT_FALSE((RateAttempt{.index = 127, .count = 1, .flags = RateAttempt::vht}).rate(band));
}

}  // namespace
}  // namespace mlosim::hwsim
