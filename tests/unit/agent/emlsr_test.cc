// Links of a station MLD that share one radio: 802.11be 35.3.17.

#include "hwsim/initial_frame.h"
#include "ieee80211/eml_operating_mode.h"
#include "station_links_fixture.h"

namespace mlosim::agent {
namespace {

using mld::error_of;

constexpr std::uint8_t padding_128 = 3;
constexpr std::uint8_t transition_64 = 3;

/// What the air carries, with its times: initial frames and data between the two.
class Watcher final : public phy::RadioPort {
public:
    struct Heard {
        phy::Band band;
        bool initial;
        bool from_ap;
        sim::Time start;
        sim::Time end;
    };
    Watcher(phy::Medium& medium, const mld::Wdev& ap, const mld::Wdev& station)
        : medium_(medium), ap_(ap), station_(station), port_(medium.attach(*this, {})) {
        std::vector<phy::ChannelDefinition> channels;
        for (const auto& link : ap.links())
            channels.push_back(*link->channel());
        medium.listen(port_, channels);
    }
    ~Watcher() { medium_.detach(port_); }

    bool receive(const phy::Reception& r) override {
        const auto frame = FrameView::parse(*r.payload);
        if (!frame || !frame->addr2()) return false;
        const bool initial = hwsim::is_initial_frame(*frame);
        const auto is_of = [&](const mld::Wdev& mld, const MacAddress& address) {
            return std::any_of(mld.links().begin(), mld.links().end(),
                               [&](const auto& link) { return link->address() == address; });
        };
        if (!is_of(ap_, frame->addr1()) && !is_of(station_, frame->addr1())) return false;
        if (frame->frame_control().type() == ieee80211::FrameType::data || initial)
            heard.push_back({r.channel.band(), initial, is_of(ap_, *frame->addr2()), r.start, r.end});
        return false;
    }
    std::vector<Heard> heard;

private:
    phy::Medium& medium_;
    const mld::Wdev& ap_;
    const mld::Wdev& station_;
    phy::PortId port_;
};

class EmlsrStation : public StationLinks {
protected:
    EmlsrStation()
        : StationLinks([](const mld::RadioProfile& p) { return p.with_emlsr(padding_128, transition_64); }),
          air(medium, ap.wdev(), sta) {}

    [[nodiscard]] int share(std::uint16_t links) {
        const int error = error_of(mlme().set_emlsr({.links = links, .padding = {}, .transition = {}}));
        run_for(20ms);
        return error;
    }
    [[nodiscard]] std::vector<Watcher::Heard> heard() { return std::exchange(air.heard, {}); }

    Watcher air;
};

TEST_F(EmlsrStation, ToldTheAccessPointOfItsDelays) {
    const auto known = ieee80211::EmlCapabilities::from_raw(*at_ap().eml_capabilities);
    EXPECT_TRUE(known.has(known.emlsr));
    EXPECT_EQ(known.get(known.padding_delay), padding_128);
    EXPECT_EQ(known.get(known.transition_delay), transition_64);
    EXPECT_EQ(at_ap().emlsr.links, 0);
}

TEST_F(EmlsrStation, SharesARadioOnceItHasSaidSo) {
    ASSERT_EQ(share(3), 0);
    EXPECT_EQ(at_sta().emlsr, (mld::Emlsr{3, 128us, 64us}));
    EXPECT_EQ(at_ap().emlsr, (mld::Emlsr{3, 128us, 64us}));
}

TEST_F(EmlsrStation, IsCalledWithAnInitialFrameBeforeEachExchange) {
    ASSERT_EQ(share(3), 0);
    (void)heard();
    send(ap.wdev(), sta, 1);
    const auto seen = heard();
    ASSERT_THAT(seen, testing::SizeIs(testing::Ge(2U)));
    EXPECT_TRUE(seen[0].initial);
    EXPECT_FALSE(seen[1].initial);
    EXPECT_EQ(seen[0].end, seen[1].start);
    EXPECT_EQ(seen[0].band, seen[1].band);
    EXPECT_GE(data_on(at_sta(), 0) + data_on(at_sta(), 1), 1U);
}

TEST_F(EmlsrStation, HasItsPaddingDelayOnTheAir) {
    const auto unpadded = hwsim::initial_frame(sta.address(), ap.wdev().address(), *ieee80211::Aid::from(1), 0us);
    const auto padded = hwsim::initial_frame(sta.address(), ap.wdev().address(), *ieee80211::Aid::from(1), 128us);
    constexpr std::size_t fcs = 4;
    const auto on_air = [](std::size_t size) {
        return phy::airtime(hwsim::initial_frame_rate(), size + fcs, phy::Band::ghz5);
    };
    EXPECT_EQ(on_air(padded.size()) - on_air(unpadded.size()), 128us);
}

TEST_F(EmlsrStation, GetsEverythingThoughOnOneLinkAtATime) {
    ASSERT_EQ(share(7), 0);
    (void)heard();
    send(ap.wdev(), sta, 40);
    run_for(200ms);
    std::uint64_t all = 0;
    for (const unsigned link : {0U, 1U, 2U})
        all += data_on(at_sta(), link);
    EXPECT_EQ(all, 40U);
    const auto seen = heard();
    for (std::size_t i = 0; i < seen.size(); ++i)
        for (std::size_t k = 0; k < i; ++k) {
            if (seen[i].band == seen[k].band) continue;
            // Another link only after the transition delay.
            EXPECT_TRUE(seen[i].start >= seen[k].end + 64us || seen[k].start >= seen[i].end + 64us);
        }
}

TEST_F(EmlsrStation, SendsOnOneLinkAtATimeToo) {
    ASSERT_EQ(share(7), 0);
    send(ap.wdev(), sta, 4);
    (void)heard();
    send(sta, ap.wdev(), 20);
    send(ap.wdev(), sta, 20);
    run_for(200ms);
    EXPECT_EQ(log.arrived.size(), 20U);
    std::uint64_t all = 0;
    for (const unsigned link : {0U, 1U, 2U})
        all += data_on(at_sta(), link);
    EXPECT_EQ(all, 24U);
}

TEST_F(EmlsrStation, HearsNothingThatItWasNotCalledFor) {
    ASSERT_EQ(share(3), 0);
    const auto before = data_on(at_sta(), 0);
    at_ap().emlsr = {};  // an access point that has forgotten it
    send(ap.wdev(), sta, 1);
    EXPECT_EQ(data_on(at_sta(), 0), before);
    EXPECT_EQ(data_on(at_sta(), 1), 0U);
}

TEST_F(EmlsrStation, EndsItAgain) {
    ASSERT_EQ(share(3), 0);
    ASSERT_EQ(share(0), 0);
    EXPECT_EQ(at_sta().emlsr, mld::Emlsr{});
    EXPECT_EQ(at_ap().emlsr, mld::Emlsr{});
    (void)heard();
    send(ap.wdev(), sta, 1);
    for (const auto& frame : heard())
        EXPECT_FALSE(frame.initial);
    EXPECT_EQ(share(0), EINVAL);
}

TEST_F(EmlsrStation, CanHaveOtherDelaysThanItSaidAtFirst) {
    ASSERT_EQ(error_of(mlme().set_emlsr({.links = 3, .padding = 256us, .transition = 16us})), 0);
    run_for(20ms);
    EXPECT_EQ(at_sta().emlsr, (mld::Emlsr{3, 256us, 16us}));
    EXPECT_EQ(at_ap().emlsr, (mld::Emlsr{3, 256us, 16us}));
}

TEST_F(EmlsrStation, RefusesWhatCannotBe) {
    EXPECT_EQ(share(1), EINVAL);
    EXPECT_EQ(share(0x18), EINVAL);
    EXPECT_EQ(share(0), EINVAL);
    EXPECT_EQ(error_of(mlme().set_emlsr({.links = 3, .padding = 33us, .transition = {}})), EINVAL);
    ASSERT_EQ(error_of(mlme().set_emlsr({.links = 3, .padding = {}, .transition = {}})), 0);
    EXPECT_EQ(error_of(mlme().set_emlsr({.links = 6, .padding = {}, .transition = {}})), EBUSY);
}

TEST_F(EmlsrStation, LosesItWithTheLinksThatShare) {
    ASSERT_EQ(share(3), 0);
    ASSERT_EQ(error_of(ap.remove_link(id(0), 2)), 0);
    run_for(1s);
    EXPECT_EQ(sta.valid_links(), 6);
    EXPECT_EQ(at_sta().emlsr, mld::Emlsr{});
    EXPECT_EQ(at_ap().emlsr, mld::Emlsr{});
}

TEST_F(StationLinks, HaveRadiosOfTheirOwnWhereTheRadioSaysNothingElse) {
    EXPECT_EQ(error_of(mlme().set_emlsr({.links = 3, .padding = {}, .transition = {}})), EINVAL);
}

}  // namespace
}  // namespace mlosim::agent
