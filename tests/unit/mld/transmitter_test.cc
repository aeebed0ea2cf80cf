// What a radio says of the frames that it sent.

#include "mld/transmitter.h"

#include "aerial.h"
#include "phy/lossy_medium.h"
#include "world_fixture.h"

namespace mlosim::mld {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;
using testing::SizeIs;

/// A port that acknowledges every n-th frame for its address.
class Receiver final : public phy::RadioPort {
public:
    Receiver(phy::Medium& medium, const phy::Channel& channel) : port(medium.attach(*this, {})) {
        const auto on = phy::ChannelDefinition::mhz20_noht(channel);
        medium.listen(port, std::span(&on, 1));
    }
    unsigned acknowledges_every = 1;
    std::vector<ieee80211::Bytes> heard;
    phy::PortId port;

private:
    bool receive(const phy::Reception& r) override {
        heard.push_back(*r.payload);
        return acknowledges_every != 0 && heard.size() % acknowledges_every == 0;
    }
};

template <class MediumType>
class Sending : public testing::Test, private phy::RadioPort {
protected:
    template <class... Args>
    explicit Sending(std::in_place_t, Args&&... args)
        : medium(queue, std::forward<Args>(args)...),
          port(medium.attach(*this, {})),
          transmitter(
              medium, queue, [](const ieee80211::Bytes&, const phy::Rate&, const phy::Channel&) {},
              [this](const TxStatus& status) { reports.push_back(status); },
              [this](const phy::Channel&, const ieee80211::MacAddress& sender) { acknowledged.push_back(sender); }),
          receiver(medium, ghz2(1)) {}

    Outgoing frame(std::uint64_t cookie, std::size_t size = 100, const phy::Channel& channel = ghz2(1)) {
        Outgoing out;
        ieee80211::ByteWriter w(out.bytes);
        ieee80211::FrameHeader::data_to_ds(ieee80211::DataSubtype::data, address(1), address(2), address(1))
            .append_to(w);
        w.zeros(size);
        out.channel = phy::ChannelDefinition::mhz20_noht(channel);
        out.power = phy::Dbm{20.0};
        out.cookie = cookie;
        out.wants_acknowledgement = true;
        return out;
    }
    void run() { queue.run_until(queue.now() + 10s); }

    sim::EventQueue queue;
    MediumType medium;
    phy::PortId port;
    std::vector<TxStatus> reports;
    std::vector<ieee80211::MacAddress> acknowledged;
    Transmitter transmitter;
    Receiver receiver;

private:
    bool receive(const phy::Reception&) override { return false; }
    void transmitted(const phy::TransmitReport& report) override { transmitter.landed(port, report); }
};

class OnIdealMedium : public Sending<phy::IdealMedium> {
protected:
    OnIdealMedium() : Sending(std::in_place) {}
};

TEST_F(OnIdealMedium, SaysWhetherSomebodyAcknowledged) {
    transmitter.send(port, frame(7));
    run();
    ASSERT_THAT(reports, SizeIs(1));
    EXPECT_EQ(reports[0].cookie, 7U);
    EXPECT_TRUE(reports[0].acknowledged);
    EXPECT_EQ(reports[0].ack_signal_dbm, -30);
    receiver.acknowledges_every = 0;
    transmitter.send(port, frame(8));
    run();
    ASSERT_THAT(reports, SizeIs(2));
    EXPECT_FALSE(reports[1].acknowledged);
    EXPECT_EQ(reports[1].ack_signal_dbm, std::nullopt);
}

TEST_F(OnIdealMedium, FramesWithoutACookieAreNotReported) {
    transmitter.send(port, frame(0));
    run();
    EXPECT_THAT(reports, IsEmpty());
    EXPECT_THAT(receiver.heard, SizeIs(1));
}

TEST_F(OnIdealMedium, WatchedFramesAreReportedAsTheyWereOnTheAir) {
    Outgoing watched = frame(0);
    watched.is_watched = true;
    const ieee80211::Bytes bytes = watched.bytes;
    transmitter.send(port, std::move(watched));
    run();
    ASSERT_THAT(reports, SizeIs(1));
    ASSERT_TRUE(reports[0].frame);
    EXPECT_EQ(*reports[0].frame, bytes);
}

TEST_F(OnIdealMedium, EachAcknowledgementIsToldWithWhomItIsFor) {
    transmitter.send(port, frame(0));
    run();
    EXPECT_THAT(acknowledged, testing::ElementsAre(address(2)));
    receiver.acknowledges_every = 0;
    transmitter.send(port, frame(0));
    run();
    EXPECT_THAT(acknowledged, SizeIs(1));
}

TEST_F(OnIdealMedium, AShortFrameDoesNotOvertakeALongOne) {
    transmitter.send(port, frame(1, 1000));
    transmitter.send(port, frame(2, 1));
    run();
    ASSERT_THAT(reports, SizeIs(2));
    EXPECT_EQ(reports[0].cookie, 1U);
    EXPECT_GT(receiver.heard[0].size(), receiver.heard[1].size());
}

TEST_F(OnIdealMedium, ChannelsDoNotWaitForEachOther) {
    transmitter.send(port, frame(1, 1000));
    transmitter.send(port, frame(2, 1, ghz5(36)));
    run();
    ASSERT_THAT(reports, SizeIs(2));
    EXPECT_EQ(reports[0].cookie, 2U);
}

TEST_F(OnIdealMedium, AFullQueueGivesFramesUp) {
    for (std::uint64_t i = 1; i <= Transmitter::queue_length + 1; ++i)
        transmitter.send(port, frame(i, 1));
    EXPECT_THAT(reports, IsEmpty());  // not from inside the call
    queue.run_until(queue.now());
    ASSERT_THAT(reports, SizeIs(1));
    EXPECT_EQ(reports[0].cookie, Transmitter::queue_length + 1);
    EXPECT_FALSE(reports[0].acknowledged);
}

TEST_F(OnIdealMedium, SwitchedOffItSendsWhatItWasGivenAndTellsNobody) {
    transmitter.send(port, frame(1));
    transmitter.send(port, frame(2));
    transmitter.stop();
    run();
    EXPECT_THAT(reports, IsEmpty());
    EXPECT_THAT(receiver.heard, SizeIs(2));
}

TEST_F(OnIdealMedium, WhatIsNotAcknowledgedIsSentAnewAsOftenAsItMay) {
    receiver.acknowledges_every = 3;
    Outgoing out = frame(1);
    out.attempts_left = 7;
    transmitter.send(port, std::move(out));
    transmitter.send(port, frame(2));
    run();
    ASSERT_THAT(reports, SizeIs(2));
    EXPECT_EQ(reports[0].cookie, 1U);
    EXPECT_TRUE(reports[0].acknowledged);
    EXPECT_EQ(reports[0].retries, 2U);
    ASSERT_THAT(receiver.heard, SizeIs(4));
    const auto is_retry = [&](std::size_t i) {
        return ieee80211::FrameView::parse(receiver.heard[i])->frame_control().has(ieee80211::FrameControl::retry);
    };
    EXPECT_FALSE(is_retry(0));
    EXPECT_TRUE(is_retry(1));
    EXPECT_TRUE(is_retry(2));
    EXPECT_FALSE(is_retry(3));
}

TEST(LossyMediumTest, LosesFramesAsAnIdealOneDoesNot) {
    sim::EventQueue queue;
    const sim::Random random{1};
    EXPECT_FALSE(phy::IdealMedium(queue).loses_frames());
    EXPECT_TRUE(phy::LossyMedium(queue, random).loses_frames());
}

}  // namespace
}  // namespace mlosim::mld
