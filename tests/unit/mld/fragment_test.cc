// Fragments, block acks and the action frames that the MAC answers itself.

#include "connected_fixture.h"
#include "mld/detail/reassembly.h"
#include "mld/key.h"

namespace mlosim::mld {
namespace {

using ieee80211::Bytes;
using ieee80211::ByteWriter;
using ieee80211::DataSubtype;
using ieee80211::FrameHeader;
using ieee80211::FrameView;
using ieee80211::ManagementSubtype;
using ieee80211::SequenceControl;
using testing::ElementsAre;
using testing::IsEmpty;

class FragmentTest : public ConnectedTest {
protected:
    FragmentTest() { authorize(); }

    /// One fragment of a data frame of the station; the first begins with LLC.
    Bytes fragment(unsigned number, bool more, std::string_view text, unsigned sequence = 100) {
        FrameHeader header = FrameHeader::data_to_ds(DataSubtype::data, ap.address(), sta.address(), ap.address());
        header.sequence.set(SequenceControl::number, sequence).set(SequenceControl::fragment, number);
        Bytes out;
        ByteWriter w(out);
        header.append_to(w);
        if (number == 0) w.text(std::string_view("\xaa\xaa\x03\x00\x00\x00\x08\x00", 8));
        w.text(text);
        ieee80211::FrameControl fc{out};
        fc.set(ieee80211::FrameControl::more_fragments, more ? 1 : 0);
        std::copy(fc.octets().begin(), fc.octets().end(), out.begin());
        return out;
    }
    void hear(const Bytes& frame) {
        air.send(frame, network.channel);
        run_for(5ms);
    }
    Bytes from_station(ManagementSubtype subtype, const Bytes& body) const {
        Bytes out;
        ByteWriter w(out);
        FrameHeader::management(subtype, ap.address(), sta.address(), ap.address()).append_to(w);
        w.bytes(body);
        return out;
    }
    /// Bodies of the action frames that `sender` sent since the last call.
    std::vector<Bytes> actions_of(const Wdev& sender) {
        std::vector<Bytes> out;
        for (auto& heard : std::exchange(air.heard, {})) {
            if (!heard.view().frame_control().is(ManagementSubtype::action)) continue;
            if (heard.view().addr2() != sender.address()) continue;
            out.emplace_back(heard.view().body().begin(), heard.view().body().end());
        }
        return out;
    }
};

TEST_F(FragmentTest, FragmentsInOrderMakeAFrame) {
    hear(fragment(0, true, "one "));
    hear(fragment(1, true, "two "));
    EXPECT_THAT(told.take(), IsEmpty());
    hear(fragment(2, false, "three"));
    EXPECT_THAT(told.take(), ElementsAre("netdev ap0 one two three"));
}

TEST_F(FragmentTest, OthersAreDropped) {
    const auto dropped = [&] { return at_ap().default_link().statistics.rx_dropped; };
    const auto before = dropped();
    hear(fragment(1, false, "no beginning"));
    EXPECT_EQ(dropped(), before + 1);
    hear(fragment(0, true, "a"));
    hear(fragment(2, false, "a gap"));
    EXPECT_EQ(dropped(), before + 2);
    hear(fragment(1, false, "of another", 101));
    EXPECT_EQ(dropped(), before + 3);
    EXPECT_THAT(told.take(), IsEmpty());
}

TEST_F(FragmentTest, AFrameThatTakesTooLongIsForgotten) {
    hear(fragment(0, true, "one "));
    run_for(3s);
    hear(fragment(1, false, "two"));
    EXPECT_THAT(told.take(), IsEmpty());
}

TEST_F(FragmentTest, ManyBegunFramesPushOutTheOldestOfTheirSender) {
    for (unsigned i = 0; i < detail::Reassembly::max_per_sender + 1; ++i)
        hear(fragment(0, true, "begun ", 200 + i));
    hear(fragment(1, false, "oldest", 200));
    EXPECT_THAT(told.take(), IsEmpty());
    hear(fragment(1, false, "next", 201));
    EXPECT_THAT(told.take(), ElementsAre("netdev ap0 begun next"));
}

TEST_F(FragmentTest, FragmentsOfAnEncryptedFrameNeedConsecutiveNumbersOfOneKey) {
    KeyParameters parameters;
    parameters.cipher = ieee80211::cipher::ccmp128;
    parameters.data = Bytes(16, 1);
    ASSERT_EQ(error_of(wiphy.data_path().add_key(ap, {0, true, sta.address(), {}}, parameters)), 0);
    const auto cipher = *ieee80211::FrameCipher::make(parameters.cipher, parameters.data);
    hear(cipher.protect(fragment(0, true, "one ", 1), 1, 0));
    hear(cipher.protect(fragment(1, false, "two", 1), 2, 0));
    EXPECT_THAT(told.take(), ElementsAre("netdev ap0 one two"));
    hear(cipher.protect(fragment(0, true, "one ", 2), 3, 0));
    hear(cipher.protect(fragment(1, false, "two", 2), 5, 0));
    EXPECT_THAT(told.take(), IsEmpty());
    hear(cipher.protect(fragment(0, true, "one ", 3), 6, 0));
    hear(fragment(1, false, "in the clear", 3));
    EXPECT_THAT(told.take(), IsEmpty());
}

// Block acks

TEST_F(FragmentTest, ABlockAckAgreementIsGrantedToAStationThatAggregates) {
    const Bytes request{3, 0, 9, 0x02 | 5U << 2U, 0x10, 0, 0, 0x10, 0};  // token 9, immediate, TID 5, 64 frames
    hear(from_station(ManagementSubtype::action, request));
    EXPECT_THAT(actions_of(ap), ElementsAre(Bytes{3, 1, 9, 37, 0, 0x02 | 5U << 2U, 0x10, 0, 0}));
    at_ap().default_link().capabilities.ht = Bytes(26);
    Bytes again = from_station(ManagementSubtype::action, request);
    again[22] = 0x10;  // another sequence number
    hear(again);
    EXPECT_THAT(actions_of(ap), ElementsAre(Bytes{3, 1, 9, 0, 0, 0x02 | 5U << 2U, 0x10, 0, 0}));
    EXPECT_EQ(at_ap().block_ack_tids, 1U << 5U);
}

TEST_F(FragmentTest, ABlockAckRequestWithoutAgreementIsAnsweredOnce) {
    Bytes request;
    ByteWriter w(request);
    FrameHeader::control(ieee80211::ControlSubtype::block_ack_request, ap.address(), sta.address()).append_to(w);
    w.u16le(3U << 12U);
    w.u16le(0);
    hear(request);
    hear(request);
    EXPECT_THAT(actions_of(ap), ElementsAre(Bytes{3, 2, 0, 0x30, 38, 0}));
}

// SA Query

TEST_F(FragmentTest, AStationAnswersSaQueriesWhereNoProgramDoes) {
    air.heard.clear();
    send_from_ap(ManagementSubtype::action, {8, 0, 0x12, 0x34});
    run_for(10ms);
    EXPECT_THAT(actions_of(sta), ElementsAre(Bytes{8, 1, 0x12, 0x34}));
}

}  // namespace
}  // namespace mlosim::mld
