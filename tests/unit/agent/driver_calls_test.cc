// What a station's driver is asked to do, and in which order: that of mac80211.

#include "hwsim/driver.h"
#include "mld/data_path.h"
#include "station_mld_fixture.h"

namespace mlosim::agent {
namespace {

using mld::KeyCommand;
using mld::LinkChange;
using mld::StaState;
using mld::VifChange;
using testing::ElementsAre;

/// The generic radio, with a note of what a chip would have to do.
class NotingDriver final : public hwsim::Driver {
public:
    NotingDriver(const mld::Radio& radio, mld::Wiphy& wiphy, mld::DriverEvents& mac, phy::Medium& medium,
                 std::vector<std::string>& notes)
        : hwsim::Driver(radio, wiphy, mac, medium), events(mac), notes_(&notes) {}

    Result<void> change_vif_links(mld::Wdev& vif, std::uint16_t from, std::uint16_t to) override {
        note("links " + std::to_string(from) + " -> " + std::to_string(to));
        return hwsim::Driver::change_vif_links(vif, from, to);
    }
    Result<void> assign_channel(mld::Link& link) override {
        note("channel " + std::to_string(link.id().value()));
        return hwsim::Driver::assign_channel(link);
    }
    void unassign_channel(mld::Link& link) override {
        note("no channel " + std::to_string(link.id().value()));
        hwsim::Driver::unassign_channel(link);
    }
    Result<void> sta_state(mld::Wdev& vif, mld::Sta& peer, std::optional<StaState> from,
                           std::optional<StaState> to) override {
        note("peer " + name(from) + " -> " + name(to));
        if (to == refuse) return fail(ENOSPC);
        return hwsim::Driver::sta_state(vif, peer, from, to);
    }
    Result<void> change_sta_links(mld::Wdev&, mld::Sta&, std::uint16_t from, std::uint16_t to) override {
        note("peer links " + std::to_string(from) + " -> " + std::to_string(to));
        return {};
    }
    Result<void> set_key(KeyCommand command, mld::Wdev&, mld::Sta* peer, const mld::KeyName& key,
                         const mld::Key&) override {
        std::string what = command == KeyCommand::set ? "key " : "no key ";
        what += peer != nullptr ? "pairwise " : "group ";
        if (key.link) what += "of link " + std::to_string(key.link->value()) + " ";
        note(what + std::to_string(key.index));
        return {};
    }
    void prepare_tx(mld::Wdev&, const mld::ManagedTransmission& about) override {
        note("prepare " + std::to_string(static_cast<int>(about.subtype)));
    }
    void complete_tx(mld::Wdev&, const mld::ManagedTransmission& about) override {
        note("complete " + std::to_string(static_cast<int>(about.subtype)) + (about.success ? " well" : ""));
    }
    void block_ack_changed(mld::Wdev&, mld::Sta&, const mld::BlockAckChange& change) override {
        static constexpr const char* steps[] = {"rx start", "rx stop", "tx start", "tx operational", "tx stop"};
        note(std::string("block ack ") + steps[static_cast<int>(change.step)] + " " + std::to_string(change.tid));
    }
    [[nodiscard]] bool watches_connection(const mld::Wdev&) const override { return watches; }
    void flush(mld::Wdev&, bool drop) override { note(drop ? "drop" : "flush"); }
    void vif_changed(mld::Wdev& vif, mld::VifChanges changes) override {
        if (changes.has(VifChange::association)) note("association");
        hwsim::Driver::vif_changed(vif, changes);
    }
    void link_changed(mld::Link& link, mld::LinkChanges changes) override {
        if (changes.has(LinkChange::bssid)) note("bssid of link " + std::to_string(link.id().value()));
        hwsim::Driver::link_changed(link, changes);
    }

    mld::DriverEvents& events;
    std::optional<StaState> refuse;
    bool watches = false;
    /// The notes end before the world does.
    void stop_noting() { notes_ = nullptr; }

private:
    static std::string name(std::optional<StaState> state) {
        static constexpr const char* names[] = {"none", "authenticated", "associated", "authorized"};
        return state ? names[static_cast<int>(*state)] : "-";
    }
    void note(std::string what) {
        if (notes_ != nullptr) notes_->push_back(std::move(what));
    }
    std::vector<std::string>* notes_;
};

class DriverCalls : public StationMld {
protected:
    DriverCalls() : noting(make_noting()) {}
    ~DriverCalls() override { driver->stop_noting(); }

    mld::Wdev& make_noting() {
        world.set_driver_factory("hwsim", [&](const mld::Radio& radio, mld::Wiphy& wiphy, mld::DriverEvents& mac) {
            auto made = std::make_unique<NotingDriver>(radio, wiphy, mac, medium, notes);
            driver = made.get();
            return made;
        });
        mld::RadioSpec spec;
        mld::RadioOptions options;
        options.channels = 3;
        spec.profile = mld::profile("generic-be").with(options);
        spec.interface_name = "sta1";
        add_radio(std::move(spec));
        mld::Wdev& out = wdev("sta1");
        EXPECT_TRUE(out.netdev()->set_up(true).has_value());
        return out;
    }
    void find_access_point() {
        mld::ScanRequest request;
        for (const Bss& bss : ap.bsses())
            request.frequencies.push_back(bss.channel.control.center);
        EXPECT_TRUE(noting.wiphy().trigger_scan(noting, std::move(request)).has_value());
        run_for(2s);
        notes.clear();
    }
    void connect_noting() {
        find_access_point();
        ASSERT_EQ(mld::error_of(noting.mlme()->authenticate(authentication(ap, 1))), 0);
        run_for(50ms);
        ASSERT_EQ(mld::error_of(noting.mlme()->associate(association(ap, 1, {0, 1}))), 0);
        run_for(100ms);
        ASSERT_NE(noting.mlme()->connection(), nullptr);
    }
    std::vector<std::string> taken() { return std::exchange(notes, {}); }
    Result<void> add_key(std::optional<unsigned> link) {
        mld::KeyParameters key;
        key.cipher = ieee80211::cipher::ccmp128;
        key.data.assign(16, static_cast<std::uint8_t>(link.value_or(9)));
        mld::KeyName name{1, !link.has_value(), std::nullopt, std::nullopt};
        if (link)
            name.link = id(*link);
        else
            name = {0, true, ap.wdev().address(), std::nullopt};
        return noting.wiphy().data_path().add_key(noting, name, key);
    }

    std::vector<std::string> notes;
    NotingDriver* driver = nullptr;
    mld::Wdev& noting;
};

// cf. ieee80211_prep_connection(), ieee80211_rx_mgmt_assoc_resp(), ieee80211_set_active_links()
TEST_F(DriverCalls, FollowAConnectionOfTwoLinks) {
    find_access_point();
    ASSERT_EQ(mld::error_of(noting.mlme()->authenticate(authentication(ap, 1))), 0);
    run_for(50ms);
    EXPECT_THAT(taken(), ElementsAre("links 0 -> 2", "channel 1", "bssid of link 1", "peer - -> none", "prepare 11",
                                     "peer none -> authenticated", "complete 11 well"));
    ASSERT_EQ(mld::error_of(noting.mlme()->associate(association(ap, 1, {0, 1}))), 0);
    run_for(100ms);
    EXPECT_THAT(taken(), ElementsAre("prepare 0", "peer authenticated -> associated", "peer associated -> authorized",
                                     "bssid of link 1", "bssid of link 0", "association", "complete 0 well",
                                     // In an event of its own, all usable links become active.
                                     "links 2 -> 3", "channel 0", "peer links 2 -> 3", "bssid of link 0"));
}

// cf. ieee80211_set_disassoc(), __sta_info_destroy_part2(), ieee80211_free_sta_keys()
TEST_F(DriverCalls, FollowItsEnd) {
    connect_noting();
    ASSERT_TRUE(add_key(std::nullopt).has_value());
    ASSERT_TRUE(add_key(0).has_value());
    ASSERT_TRUE(add_key(1).has_value());
    taken();
    ASSERT_TRUE(noting.mlme()->deauthenticate({.bssid = ap.wdev().address(), .reason = 3}).has_value());
    EXPECT_THAT(taken(),
                ElementsAre("drop", "prepare 12", "flush", "complete 12", "peer authorized -> associated",
                            "no key pairwise 0", "peer associated -> authenticated", "peer authenticated -> none",
                            "peer none -> -", "association", "no key group of link 0 1", "no key group of link 1 1",
                            "no channel 0", "no channel 1", "links 3 -> 0"));
}

// cf. __ieee80211_start_rx_ba_session(), ieee80211_sta_tear_down_BA_sessions()
TEST_F(DriverCalls, TellOfBlockAcksUntilThePeerIsGone) {
    connect_noting();
    taken();
    for (mld::Wdev* from : {&noting, &ap.wdev()}) {
        const auto& to = from == &noting ? ap.wdev().address() : noting.address();
        ieee80211::Bytes frame(to.octets().begin(), to.octets().end());
        frame.insert(frame.end(), from->address().octets().begin(), from->address().octets().end());
        frame.insert(frame.end(), {0x88, 0xb5, 1});
        from->netdev()->transmit(frame);
        run_for(50ms);
    }
    EXPECT_THAT(taken(), ElementsAre("block ack tx start 0", "block ack tx operational 0", "block ack rx start 0"));
    ASSERT_TRUE(noting.mlme()->deauthenticate({.bssid = ap.wdev().address(), .reason = 3}).has_value());
    const auto end = taken();
    const auto rx = std::find(end.begin(), end.end(), "block ack rx stop 0");
    const auto tx = std::find(end.begin(), end.end(), "block ack tx stop 0");
    ASSERT_NE(tx, end.end());
    EXPECT_LT(rx, tx);
    EXPECT_LT(tx, std::find(end.begin(), end.end(), "peer authorized -> associated"));
}

// cf. ieee80211_key_switch_links()
TEST_F(DriverCalls, KeysOfALinkFollowItsUse) {
    connect_noting();
    taken();
    ASSERT_TRUE(add_key(0).has_value());
    ASSERT_TRUE(noting.wiphy().set_active_links(noting, 0b10).has_value());
    EXPECT_THAT(taken(), ElementsAre("key group of link 0 1", "no channel 0", "no key group of link 0 1",
                                     "peer links 3 -> 2", "links 3 -> 2"));
    ASSERT_TRUE(noting.wiphy().set_active_links(noting, 0b11).has_value());
    EXPECT_THAT(taken(), ElementsAre("links 2 -> 3", "channel 0", "peer links 2 -> 3", "key group of link 0 1",
                                     "bssid of link 0"));
}

// cf. ieee80211_beacon_connection_loss_work()
TEST_F(DriverCalls, ARadioThatWatchesConnectionsEndsThem) {
    driver->watches = true;
    connect_noting();
    medium.listen(driver->port(), {});  // deaf from now on
    run_for(60s);
    ASSERT_NE(noting.mlme()->connection(), nullptr) << "the MAC does not look itself";
    const std::size_t known = noting.wiphy().bss_table().size();
    driver->events.connection_loss(noting);
    EXPECT_NE(noting.mlme()->connection(), nullptr) << "not before all else is done";
    run_for(1ms);
    EXPECT_EQ(noting.mlme()->connection(), nullptr);
    EXPECT_EQ(noting.wiphy().bss_table().size(), 0U) << "of " << known << ", which cannot be reached";
}

// cf. ieee80211_disconnect()
TEST_F(DriverCalls, ADriverAsksForAnEnd) {
    connect_noting();
    taken();
    driver->events.disconnect(noting, true);
    run_for(1ms);
    EXPECT_EQ(noting.mlme()->connection(), nullptr);
    EXPECT_THAT(taken(), testing::Contains("prepare 12")) << "it says goodbye";
    run_for(10ms);
    EXPECT_GT(noting.wiphy().bss_table().size(), 0U) << "nobody says that the access point is gone";
    driver->events.disconnect(noting, false);  // nothing is connected: nothing happens
    run_for(1ms);
}

TEST_F(DriverCalls, APeerThatTheRadioHasNoRoomForIsNotThere) {
    find_access_point();
    driver->refuse = StaState::none;
    EXPECT_EQ(mld::error_of(noting.mlme()->authenticate(authentication(ap, 1))), ENOSPC);
    EXPECT_TRUE(noting.wiphy().stations().of(noting).empty());
    EXPECT_THAT(taken(), ElementsAre("links 0 -> 2", "channel 1", "bssid of link 1", "peer - -> none", "no channel 1",
                                     "links 2 -> 0"));
}

TEST_F(DriverCalls, AnAssociationThatTheRadioRefusesFails) {
    find_access_point();
    ASSERT_EQ(mld::error_of(noting.mlme()->authenticate(authentication(ap, 1))), 0);
    run_for(50ms);
    driver->refuse = StaState::associated;
    ASSERT_EQ(mld::error_of(noting.mlme()->associate(association(ap, 1, {0, 1}))), 0);
    run_for(100ms);
    EXPECT_EQ(noting.mlme()->connection(), nullptr);
    EXPECT_TRUE(noting.wiphy().stations().of(noting).empty());
}

}  // namespace
}  // namespace mlosim::agent
