#include <gmock/gmock.h>

#include "medium_fixture.h"
#include "phy/faulty_medium.h"
#include "phy/ideal_medium.h"

namespace mlosim::phy {
namespace {

using namespace test;
using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class FrameFaults : public Media {
protected:
    FrameFaults()
        : medium(std::make_unique<IdealMedium>(queue), queue, sim::Random(1).stream("faults")),
          west(attach(medium, a, channel, {}, "west")) {
        attach(medium, b, channel, {}, "sta1");
        attach(medium, c, channel, {}, "sta2");
        b.acknowledges = true;
    }
    FrameRules::Id add(std::string_view text) {
        const auto rule = parse_frame_rule(text);
        EXPECT_TRUE(rule.has_value()) << text << ": " << (rule ? "" : rule.error().message);
        return medium.rules().add(*rule);
    }
    /// An authentication to 02:…:01 from 02:…:02, or another frame.
    void send(std::uint8_t control = 0xb0) {
        Transmission out = frame(channel);
        Bytes bytes(40, 0);
        bytes[0] = control;
        bytes[4] = bytes[10] = 0x02;
        bytes[9] = 1;
        bytes[15] = 2;
        out.payload = std::make_shared<const Bytes>(std::move(bytes));
        medium.transmit(west, std::move(out));
        run();
    }

    const ChannelDefinition channel = on(Band::ghz5, 36);
    FaultyMedium medium;
    PortId west;
};

TEST_F(FrameFaults, WithoutARuleAllIsAsBefore) {
    send();
    EXPECT_THAT(b.heard, SizeIs(1));
    EXPECT_THAT(c.heard, SizeIs(1));
    ASSERT_THAT(a.reports, SizeIs(1));
    EXPECT_TRUE(a.reports[0].acknowledged);
    EXPECT_FALSE(medium.loses_frames());
}

TEST_F(FrameFaults, AFrameIsLostForEverybodyAsOftenAsTheRuleSays) {
    std::vector<std::string> told;
    medium.set_acted([&](const FrameRule& rule, const FrameSubject& subject) {
        told.push_back(to_text(rule) + " " + std::string(subject.from));
    });
    add("drop_frame frame=auth skip=1 times=1");
    EXPECT_TRUE(medium.loses_frames());
    send();
    send(0x80);
    send();
    send();
    EXPECT_THAT(b.heard, SizeIs(3));
    EXPECT_THAT(c.heard, SizeIs(3));
    ASSERT_THAT(a.reports, SizeIs(4)) << "its sender is told all the same";
    EXPECT_FALSE(a.reports[2].acknowledged);
    EXPECT_TRUE(a.reports[3].acknowledged);
    EXPECT_THAT(told, ::testing::ElementsAre("drop_frame frame=auth skip=1 times=1 west"));
}

TEST_F(FrameFaults, OneReceiverLosesIt) {
    add("drop_frame to=sta1 from=west band=5 address=02:00:00:00:00:02");
    send();
    EXPECT_THAT(b.heard, SizeIs(0));
    EXPECT_THAT(c.heard, SizeIs(1));
}

TEST_F(FrameFaults, WhatDoesNotAgreeIsLeftAlone) {
    for (const char* rule : {"drop_frame frame=data", "drop_frame frame=deauth", "drop_frame from=east",
                             "drop_frame to=sta3", "drop_frame band=6", "drop_frame address=02:00:00:00:00:03"})
        add(rule);
    send();
    EXPECT_THAT(b.heard, SizeIs(1));
    EXPECT_THAT(c.heard, SizeIs(1));
}

TEST_F(FrameFaults, EveryThirdFrame) {
    add("drop_frame every=3");
    for (int i = 0; i < 9; ++i)
        send();
    EXPECT_THAT(b.heard, SizeIs(6));
}

TEST_F(FrameFaults, SomeByChance) {
    add("drop_frame percent=25");
    for (int i = 0; i < 1000; ++i)
        send();
    EXPECT_NEAR(static_cast<double>(b.heard.size()), 750, 50);
    EXPECT_EQ(b.heard.size(), c.heard.size());
}

TEST_F(FrameFaults, ALateFrame) {
    add("delay_frame=20 times=1");
    const sim::Time before = queue.now();
    send();
    ASSERT_THAT(b.heard, SizeIs(1));
    EXPECT_EQ(b.heard[0].start, before + 20ms);
    EXPECT_TRUE(a.reports.at(0).acknowledged);
}

TEST_F(FrameFaults, ALateFrameOfARadioThatIsGone) {
    add("delay_frame=20");
    Transmission out = frame(channel);
    Bytes bytes(40, 0);
    bytes[0] = 0xb0;
    out.payload = std::make_shared<const Bytes>(std::move(bytes));
    medium.transmit(west, std::move(out));
    medium.detach(west);
    run();
    EXPECT_THAT(b.heard, SizeIs(0));
}

TEST_F(FrameFaults, ABrokenOctet) {
    add("corrupt_frame=30 to=sta2");
    send();
    EXPECT_EQ(b.heard.at(0).payload[30], 0x00);
    EXPECT_EQ(c.heard.at(0).payload[30], 0xff);
}

TEST_F(FrameFaults, AFrameTwice) {
    add("duplicate_frame to=sta1");
    send();
    EXPECT_THAT(b.heard, SizeIs(2));
    EXPECT_THAT(c.heard, SizeIs(1));
    EXPECT_THAT(a.reports, SizeIs(1));
}

TEST_F(FrameFaults, ThePriorityDecidesThenTheAge) {
    add("duplicate_frame");
    add("drop_frame priority=2 times=1");
    add("corrupt_frame=30");
    send();
    EXPECT_THAT(b.heard, SizeIs(0));
    send();
    EXPECT_THAT(b.heard, SizeIs(2));
}

TEST_F(FrameFaults, ARuleIsTakenBack) {
    const auto rule = add("drop_frame");
    EXPECT_TRUE(medium.rules().remove(rule));
    EXPECT_FALSE(medium.rules().remove(rule));
    send();
    EXPECT_THAT(b.heard, SizeIs(1));
}

TEST(FrameRuleText, IsReadAndWrittenAlike) {
    for (const char* text :
         {"drop_frame", "drop_frame frame=auth from=west times=2", "delay_frame=20 frame=data band=6 percent=10",
          "corrupt_frame=24 frame=beacon to=sta every=3", "duplicate_frame address=02:00:00:00:01:00 skip=1 priority=5",
          "drop_frame band=2.4"}) {
        const auto rule = parse_frame_rule(text);
        ASSERT_TRUE(rule.has_value()) << text;
        EXPECT_EQ(to_text(*rule), text);
        EXPECT_TRUE(is_frame_rule(text));
    }
    EXPECT_FALSE(is_frame_rule("drop_ack cid=STA_REC"));
}

TEST(FrameRuleText, SaysWhatIsWrong) {
    const std::pair<const char*, const char*> bad[] = {
        {"", "\"\" is none of drop_frame"},
        {"lose_frame", "\"lose_frame\" is none of drop_frame"},
        {"drop_frame=3", "takes no value"},
        {"delay_frame", "needs a value"},
        {"delay_frame=soon", "\"soon\" is not allowed for delay_frame"},
        {"delay_frame=600001", "from 0 to 600000"},
        {"delay_frame=5 to=sta", "takes no to="},
        {"drop_frame frame=hello", "\"hello\" is no frame: mgmt, ctrl, data"},
        {"drop_frame frame", "\"frame\" is none of frame=, from="},
        {"drop_frame from=", "needs a radio's name"},
        {"drop_frame address=02:00", "is no MAC address"},
        {"drop_frame band=60", "is no band: 2.4, 5, 6"},
        {"drop_frame percent=0", "from 1 to 100"},
        {"drop_frame percent=101", "from 1 to 100"},
        {"drop_frame every=0", "not allowed for every"},
        {"drop_frame times=0", "not allowed for times"},
        {"drop_frame priority=1001", "from 0 to 1000"},
        {"drop_frame skip=-1", "not allowed for skip"},
        {"drop_frame colour=red", "\"colour=red\" is none of"},
    };
    for (const auto& [text, said] : bad) {
        const auto rule = parse_frame_rule(text);
        ASSERT_FALSE(rule.has_value()) << text;
        EXPECT_THAT(rule.error().message, HasSubstr(said)) << text;
    }
}

}  // namespace
}  // namespace mlosim::phy
