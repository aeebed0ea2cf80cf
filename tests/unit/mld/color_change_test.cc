// An access point takes another BSS color: 802.11ax 26.17.3.5.

#include "mld/ap_link.h"
#include "stations_fixture.h"

namespace mlosim::mld {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr sim::Duration beacon_interval = 100 * sim::time_unit;
/// BSS Color Change Announcement, 802.11ax 9.4.2.254: the counter comes before the color.
constexpr std::uint16_t counter_at = 3;

class ColorLog : public Events {
public:
    void color_change_started(Wdev& w, const Link&, std::uint8_t count) override {
        lines.push_back("started " + w.name() + " " + std::to_string(count));
    }
    void color_changed(Wdev& w, const Link&) override { lines.push_back("changed " + w.name()); }
    void color_change_aborted(Wdev& w, const Link&) override { lines.push_back("aborted " + w.name()); }
    std::vector<std::string> take() { return std::exchange(lines, {}); }
    std::vector<std::string> lines;
};

class ColorChangeTest : public StationsTest {
protected:
    ColorChangeTest() : StationsTest(1) {
        air.listen({ghz2(1)});
        world.subscribe(colors);
    }
    ~ColorChangeTest() override { world.unsubscribe(colors); }

    ColorChange to(std::uint8_t color, std::uint8_t count) const {
        ColorChange out;
        out.color = color;
        out.count = count;
        out.beacon_during.tail = {255, 3, 42, count, color};
        out.beacon_during.probe_response = out.beacon_during.tail;
        out.beacon_after.tail = {221, 1, color};
        out.beacon_counter_offset = counter_at;
        out.probe_response_counter_offset = counter_at;
        return out;
    }
    int change(const ColorChange& request) { return error_of(wiphy.change_color(ap, std::nullopt, request)); }
    /// The counter of each beacon; its last octet where it has none.
    std::vector<unsigned> beacons() {
        std::vector<unsigned> out;
        for (const auto& heard : std::exchange(air.heard, {})) {
            const auto& b = heard.bytes;
            out.push_back(b[b.size() - 5] == 255 ? b[b.size() - 2] : b.back());
        }
        return out;
    }
    ColorLog colors;
};

TEST_F(ColorChangeTest, BeaconsCountDownAndThenHaveTheNewColor) {
    ASSERT_EQ(change(to(9, 4)), 0);
    EXPECT_THAT(colors.take(), ElementsAre("started ap0 4"));
    run_for(5 * beacon_interval);
    EXPECT_THAT(beacons(), ElementsAre(3, 2, 1, 9));
    EXPECT_THAT(colors.take(), ElementsAre("changed ap0"));
    EXPECT_EQ(ap.default_link().ap()->color_change(), nullptr);
}

TEST_F(ColorChangeTest, WithoutACountItHappensAtOnce) {
    ASSERT_EQ(change(to(9, 1)), 0);
    EXPECT_THAT(colors.take(), ElementsAre("started ap0 1", "changed ap0"));
}

TEST_F(ColorChangeTest, NeitherASecondOneNorABeaconIsTakenMeanwhile) {
    ASSERT_EQ(change(to(9, 5)), 0);
    EXPECT_EQ(change(to(10, 5)), EBUSY);
    EXPECT_EQ(error_of(wiphy.change_beacon(ap, std::nullopt, ap_settings(network).beacon)), EBUSY);
    ASSERT_TRUE(wiphy.stop_ap(ap, std::nullopt));
    colors.take();
    run_for(6 * beacon_interval);
    EXPECT_THAT(colors.take(), IsEmpty());
}

TEST_F(ColorChangeTest, ItsCounterIsWhereItSays) {
    ColorChange request = to(9, 4);
    request.beacon_counter_offset = 4;
    EXPECT_EQ(change(request), EINVAL);
    request.beacon_counter_offset = 5;
    EXPECT_EQ(change(request), EINVAL) << "behind the end";
    request = to(9, 4);
    request.probe_response_counter_offset = 0;
    EXPECT_EQ(change(request), EINVAL);
    ASSERT_TRUE(wiphy.stop_ap(ap, std::nullopt));
    EXPECT_EQ(change(to(9, 4)), EINVAL) << "it does not beacon";
}

TEST_F(ColorChangeTest, AChannelSwitchComesFirst) {
    ASSERT_EQ(change(to(9, 9)), 0);
    ChannelSwitch next;
    next.channel = *phy::ChannelDefinition::around(ghz2(6), phy::ChannelWidth::w20);
    next.count = 3;
    next.beacon_during.tail = {37, 3, 0, 6, 3};
    next.beacon_counter_offsets = {4};
    ASSERT_TRUE(wiphy.switch_channel(ap, std::nullopt, next));
    EXPECT_THAT(colors.take(), ElementsAre("started ap0 9", "aborted ap0"));
    EXPECT_EQ(change(to(9, 4)), EBUSY);
}

}  // namespace
}  // namespace mlosim::mld
