#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "ieee80211/basic_multi_link.h"
#include "ieee80211/management_frames.h"
#include "mld/bss_table.h"
#include "mld/detail/connection_mode.h"
#include "mld/detail/protected_eht.h"
#include "mld/frame.h"
#include "mld/jiffies.h"
#include "mld/sta.h"
#include "mld/station_mlme.h"
#include "mld/wiphy.h"
#include "mld/world.h"
#include "sim/event_queue.h"
#include "sim/random.h"

namespace mlosim::ieee80211 {
class TidToLinkMapping;
}

namespace mlosim::mld {

/// The links that an advertised mapping leaves. EINVAL: it contradicts itself.
[[nodiscard]] Result<std::uint16_t> advertised_links(const ieee80211::TidToLinkMapping& mapping);

/// struct ieee80211_if_managed and the connection's part of struct wireless_dev. What it does is told in several files:
/// authentication, association and leaving, each by itself.
class StationMlme::Impl {
public:
    explicit Impl(Wdev& owner);

    // An authentication that goes on, or waits for an association (struct ieee80211_mgd_auth_data).
    struct Authentication {
        Bss bss;
        ieee80211::MacAddress ap;
        std::optional<ieee80211::LinkId> link;
        std::uint16_t algorithm = 0;
        /// What the program has SAE say.
        std::uint16_t transaction = 1;
        std::uint16_t status = 0;
        ieee80211::Bytes data;
        std::uint16_t expected_transaction = 2;
        unsigned tries = 0;
        bool done = false;
        bool waiting = false;  ///< for the program to go on
        bool peer_confirmed = false;
        sim::Time timeout;
    };

    /// One link of an association (struct ieee80211_mgd_assoc_data's link[]).
    struct AssociationLink {
        ieee80211::LinkId id;
        Bss bss;
        std::unique_ptr<BssTable::Hold> hold;
        ieee80211::MacAddress own_address;
        ieee80211::Bytes elements;  ///< what the program adds for this link alone
        detail::ConnectionSettings settings;
        std::uint16_t status = 0;
    };
    /// An association that goes on (struct ieee80211_mgd_assoc_data).
    struct Association {
        AssociateRequest request;
        ieee80211::Ssid ssid;
        ieee80211::MacAddress ap;
        std::vector<AssociationLink> links;
        std::size_t main = 0;  ///< the link that the frames take
        std::uint16_t ap_mld_capabilities = 0;
        bool wmm = false;
        unsigned tries = 0;
        bool comeback = false;
        sim::Time timeout;
        ieee80211::Bytes request_elements;  ///< as last sent

        [[nodiscard]] AssociationLink& main_link() { return links[main]; }
        [[nodiscard]] bool is_mld() const { return request.ap_mld_addr.has_value(); }
    };

    /// One link of a connection (struct ieee80211_link_data's u.mgd).
    struct ActiveLink {
        ieee80211::LinkId id;
        Bss bss;
        std::unique_ptr<BssTable::Hold> hold;
        detail::ConnectionSettings settings;
        /// The mean strength of the beacons, as an exponentially weighted average in 1/16 dB below 0 dBm.
        /// cf. DECLARE_EWMA(beacon_signal, 4, 4)
        std::optional<unsigned> beacon_average;
        unsigned beacons = 0;
        /// What was last told of it.
        std::optional<std::int32_t> last_event_dbm;
        std::int32_t last_signal_dbm = 0;

        /// The switch to another channel that the access point announced.
        struct Switch {
            phy::ChannelDefinition channel;
            bool waits_for_beacon = false;
            sim::Timer timer;
        };
        std::unique_ptr<Switch> channel_switch;
        bool ignored_same_channel = false;
    };
    /// Links that were asked for, or given back; until the access point answers (sdata->u.mgd.reconf).
    struct Reconfiguration {
        std::uint8_t token = 0;
        std::uint16_t added = 0;
        std::uint16_t removed = 0;
        std::vector<AssociationLink> links;
        sim::Timer timeout;
    };
    struct Active {
        Connection connection;
        bool use_rrm = false;
        /// What the AP MLD said of itself. cf. vif->cfg.mld_capa_op
        std::uint16_t ap_mld_capabilities = 0;
        std::uint8_t last_dialog_token = 0;
        std::optional<Reconfiguration> reconfiguration;
        /// Links that the access point is about to remove.
        std::uint16_t removed_by_ap = 0;
        sim::Timer removal;
        /// A mapping of all traffic that the access point's beacons tell of: in force, or on its way.
        bool advertised_mapping = false;
        sim::Timer mapping_switch;
        /// Until the access point answers a mapping of ours.
        sim::Timer mapping_answer;
        struct PriorityAccess {
            bool enabled = false;
            std::uint8_t token = 0;  ///< not 0: asked, not answered
        };
        PriorityAccess priority_access;
        /// EMLSR that the access point was told of, from when it has heard of it: until it answers, or the timeout.
        struct EmlChange {
            std::uint8_t token = 0;
            Emlsr next;
            sim::Timer timeout;
        };
        std::optional<EmlChange> eml_change;
        /// The kernel's own connection manager is on its way to another access point: nobody is told that this ends.
        bool given_up = false;
        std::vector<ActiveLink> links;
        /// Asked whether the access point is there: with so many frames, until then.
        unsigned probes = 0;
        bool probing = false;
        bool probe_failed = false;
        sim::Time probe_timeout;
        sim::Timer beacon_timer;
        sim::Timer idle_timer;
    };

    /// Thresholds that a program set; they outlive connections (struct cfg80211_cqm_config).
    struct Quality {
        std::vector<std::int32_t> thresholds;
        std::uint32_t hysteresis = 0;
        std::int32_t last_dbm = 0;
        std::int32_t low = 0;
        std::int32_t high = 0;
    };

    /// The kernel's own connection manager (struct cfg80211_conn).
    struct Sme {
        enum class State : std::uint8_t {
            scanning,
            scan_again,
            authenticate_next,
            authenticating,
            authentication_timed_out,
            associate_next,
            associating,
            association_failed,
            association_timed_out,
            deauthenticate,
            abandon,
            connected,
        };
        ConnectRequest request;
        State state = State::scanning;
        bool automatic = false;
        std::optional<ieee80211::MacAddress> previous_bssid;
        sim::Timer work;
    };

    /// A frame that came in and was not looked at yet.
    struct Arrival {
        FrameBytes frame;
        ieee80211::LinkId link;
        RxStatus status;
    };

    Wdev& wdev;
    std::deque<Arrival> arrivals;
    sim::Timer arriving;
    /// Of the last link that was prepared: what later steps may only lower.
    detail::ConnectionSettings settings;
    /// Membership selectors that the program knows of. cf. userspace_selectors
    std::optional<ieee80211::Bytes> selectors;
    std::optional<Authentication> auth;
    std::optional<Association> assoc;
    std::optional<Active> active;
    std::optional<Quality> quality;
    std::optional<Sme> sme;
    sim::Timer timer;
    /// Links are to become active. cf. sdata->activate_links_work
    sim::Timer activation;
    /// The radio wants the connection ended. cf. ifmgd->beacon_connection_loss_work
    sim::Timer ending;
    /// Which kind of frame waits for its status, by cookie.
    enum class Awaited : std::uint8_t { authentication, association, probe, emlsr };
    std::map<std::uint64_t, Awaited> awaited;
    std::uint64_t last_cookie = 0;
    sim::RandomStream random;

    [[nodiscard]] Wiphy& wiphy() const noexcept { return wdev.wiphy(); }
    [[nodiscard]] World& world() const noexcept { return wdev.wiphy().world(); }
    [[nodiscard]] sim::Time now() const noexcept { return world().now(); }
    /// The link that frames of the connection take: the one that is authenticated or associated with, else the first.
    [[nodiscard]] Link& link() const;
    [[nodiscard]] Sta* access_point(const ieee80211::MacAddress& ap) const;
    /// A locally administered address for a link to come. cf. eth_random_addr()
    [[nodiscard]] ieee80211::MacAddress random_address();
    [[nodiscard]] bool connected_to(const ieee80211::MacAddress& ap) const {
        return active && active->connection.ap == ap;
    }
    [[nodiscard]] const Bss* find_bss(phy::Frequency frequency, const ieee80211::MacAddress& bssid,
                                      const ieee80211::Ssid& ssid, std::uint32_t use_for) const;

    // Both (station_mlme.cc).
    /// With which access point or AP MLD, on which link of it.
    struct Peer {
        const Bss& bss;
        ieee80211::MacAddress ap;
        std::optional<ieee80211::LinkId> link;
    };
    /// The link, its channel, and the access point among the stations. cf. ieee80211_prep_connection()
    Result<void> prepare(const Peer& peer, bool keep_station, bool override_settings,
                         detail::ConnectionSettings& wanted);
    /// The channel that both can use, as wide as there is room for. cf. ieee80211_prep_channel()
    Result<void> tune(Link& on, const Bss& bss, detail::ConnectionSettings& wanted);
    /// Those that both know; the link's basic ones are set. cf. ieee80211_mgd_setup_link_sta()
    Result<ieee80211::Bytes> common_rates(Link& on, const Bss& bss);
    /// Gives the channel back, forgets the access point. cf. the ends of ieee80211_destroy_auth_data()
    void let_go(const ieee80211::MacAddress& ap);
    /// Its own frames' status comes back.
    [[nodiscard]] std::uint64_t await(Awaited what);
    void transmitted(std::uint64_t cookie, bool acknowledged);
    /// cf. run_again(), ieee80211_sta_work()
    void arm();
    void work();
    void forget_bss(const Bss& bss);
    void queue(Link& heard, const FrameBytes& frame, const RxStatus& status);
    void receive(Link& heard, const ieee80211::FrameView& frame, const RxStatus& status);
    void tell(MlmeFrameKind kind, ieee80211::ByteView frame, bool reconnect = false);
    void trace(const char* what, const ieee80211::MacAddress& ap);

    // station_authentication.cc
    Result<void> authenticate(const AuthenticateRequest& request);
    Result<void> send_authentication();
    void authentication_status(bool acknowledged);
    void authentication_timeout();
    void on_authentication(const ieee80211::FrameView& frame);
    /// Whether the exchange is over, one way or the other.
    bool answered(const ieee80211::FrameView& frame, const ieee80211::AuthenticationBody& body);
    void authenticated();
    /// `keep`: an association goes on with what it set up.
    void end_authentication(bool keep);

    // station_association.cc
    enum class AssociationEnd : std::uint8_t { success, rejected, timeout, abandoned };
    Result<void> associate(const AssociateRequest& request);
    Result<void> send_association();
    void association_status(bool acknowledged);
    void association_timeout();
    void on_association_response(const ieee80211::FrameView& frame);
    void answered(const ieee80211::FrameView& frame, const ieee80211::AssociationResponseBody& response);
    bool take_up(const ieee80211::AssociationResponseBody& response);
    bool take_up_link(Link& on, AssociationLink& with, LinkSta& station, const ieee80211::ElementList& elements,
                      std::uint16_t capabilities);
    [[nodiscard]] static Result<void> check_capabilities(const Bss& bss, const detail::ConnectionSettings& wanted);
    Result<std::vector<AssociationLink>> requested_link(const Bss& bss, const AssociateRequest& request, bool wmm,
                                                        bool matches);
    /// The links that the association asked for besides its own (station_multi_link.cc).
    Result<std::vector<AssociationLink>> requested_links(const AssociateRequest& request, bool matches);
    bool take_up_other_links(Sta& station, const ieee80211::AssociationResponseBody& response);
    void activate_links(std::uint16_t links);
    void say_dozing(std::uint16_t links);
    void say_awake(std::uint16_t links, bool all);
    void say_power_management(std::uint16_t links, bool dozing, bool again);
    /// What a profile of a Basic Multi-Link element says of one link: it is taken up, or refused (link.status).
    bool take_up_profile(Sta& station, AssociationLink& link, const ieee80211::BasicMultiLinkView& mld,
                         const ieee80211::ElementList& outer);

    // station_link_changes.cc
    Result<void> drop_links(std::uint16_t links);
    void consider_removal(const ieee80211::ElementList& elements);
    void removal_is_due();
    Result<std::vector<AssociationLink>> links_to_add(const LinkReconfiguration& request);
    Result<void> reconfigure_links(const LinkReconfiguration& request);
    void give_back_links(std::uint16_t links);
    ieee80211::Bytes reconfiguration_request(const LinkReconfiguration& request, const Reconfiguration& next);
    void on_reconfiguration_response(const ieee80211::FrameView& frame);
    bool take_reconfiguration(ieee80211::ByteReader& in);
    bool take_added_links(const ieee80211::ElementList& elements);
    /// A Protected EHT action frame to the access point, up to its action.
    [[nodiscard]] ieee80211::Bytes action_frame(detail::ProtectedEhtAction action) const;

    // station_link_mapping.cc
    void set_dormant(std::uint16_t links);
    bool carry_traffic_on(std::uint16_t links, std::uint16_t dormant, std::uint16_t suspended);
    void consider_advertised_mapping(const ieee80211::ElementList& elements, std::uint64_t timestamp_us);
    void mapping_is_due(std::uint16_t links);
    bool agree_on(const LinkMapping& mapping);
    void consider_waiting_traffic(const ieee80211::ElementList& elements);
    Result<void> set_link_mapping(const LinkMapping& mapping);
    void on_mapping_request(const ieee80211::FrameView& frame);
    void on_mapping_response(const ieee80211::FrameView& frame);
    void on_mapping_teardown();

    // station_priority_access.cc
    [[nodiscard]] bool supports_epcs() const;
    Result<void> set_epcs(bool enable);
    void end_priority_access();
    void on_epcs_response(const ieee80211::FrameView& frame);

    // station_emlsr.cc
    Result<void> set_emlsr(const EmlsrRequest& request);
    void emlsr_status(bool acknowledged);
    void on_emlsr_answer(const ieee80211::FrameView& frame);
    void use_emlsr();

    /// The links that there are, and one more.
    [[nodiscard]] std::vector<Wiphy::StationLink> links_with(const AssociationLink& next) const;
    bool follow_bandwidth(Link& on, const detail::ConnectionSettings& agreed, const ieee80211::ElementList& elements);
    void end_association(AssociationEnd how);
    /// The EDCA parameters that the access point wants, or the defaults.
    static void set_queues(BssConfig& config, const ieee80211::ElementList& elements);
    static void set_protection(BssConfig& config, const ieee80211::ElementList& elements, phy::Band band,
                               std::uint16_t capabilities);
    void tell_association(const ieee80211::FrameView& frame, const ieee80211::AssociationResponseBody& response);

    // station_leaving.cc
    Result<void> deauthenticate(const LeaveRequest& request);
    Result<void> disassociate(const LeaveRequest& request);
    void on_deauthentication(const ieee80211::FrameView& frame);
    void on_disassociation(const ieee80211::FrameView& frame);
    /// A frame that says goodbye, sent if `send`; as programs are shown it. cf. ieee80211_send_deauth_disassoc()
    ieee80211::Bytes say_goodbye(ieee80211::ManagementSubtype how, const ieee80211::MacAddress& ap,
                                 std::uint16_t reason, bool send);
    /// cf. ieee80211_set_disassoc()
    ieee80211::Bytes set_disassociated(ieee80211::ManagementSubtype how, std::uint16_t reason, bool send);
    /// What the default link's network said is over.
    void forget_protection();
    /// What cfg80211 makes of a goodbye. cf. cfg80211_process_deauth(), cfg80211_process_disassoc()
    void report_goodbye(ieee80211::ByteView frame, bool reconnect = false);
    /// For a connection with another access point. cf. ieee80211_mgd_auth(), ieee80211_mgd_assoc()
    void leave_for_another();
    /// cf. cfg80211_mlme_down()
    void leave(std::uint16_t reason);
    /// cf. ieee80211_mgd_stop()
    void stop();
    void release(OwnerId owner);

    // station_monitor.cc
    /// From the association on. cf. ieee80211_sta_reset_beacon_monitor(), ieee80211_sta_reset_conn_monitor()
    void watch_connection();
    void expect_beacon();
    void on_beacon(Link& heard, const ieee80211::FrameView& frame, const RxStatus& status);
    void measure(ActiveLink& on, const RxStatus& status);
    enum class Side : std::uint8_t { below, above };
    [[nodiscard]] std::optional<Side> crosses_threshold(const ActiveLink& on, std::int32_t average) const;
    [[nodiscard]] std::optional<Side> leaves_range(const ActiveLink& on, std::int32_t average) const;
    void beacons_lost();
    void check_idle();
    /// cf. ieee80211_mgd_probe_ap(), ieee80211_mgd_probe_ap_send()
    void probe(bool after_beacon_loss);
    void send_probe();
    void probe_status(bool acknowledged);
    void probe_work();
    void stop_probing();
    /// cf. ieee80211_sta_connection_lost()
    void connection_lost(std::uint16_t reason, bool send);
    /// By the radio's own word: the access point is lost, or just an end. cf. __ieee80211_disconnect()
    void end_for_driver(bool lost, bool reconnect);
    Result<void> set_quality(std::vector<std::int32_t> thresholds, std::uint32_t hysteresis);
    void update_quality();
    void tell_quality(ActiveLink& on, bool low, std::int32_t dbm);
    void off_channel(bool away);

    // station_switch.cc
    /// cf. ieee80211_sta_process_chanswitch()
    enum class SwitchSource : std::uint8_t { beacon, protected_action, public_action, other_link };
    void consider_switch(Link& on, ActiveLink& link, const ieee80211::ElementList& elements, SwitchSource source);
    /// What a link's beacon says of switches of the others.
    void consider_other_links(const Link& heard, const ieee80211::ElementList& elements);
    void on_action(Link& heard, const ieee80211::FrameView& frame);
    void on_protected_eht(const ieee80211::FrameView& frame);
    void switch_now(Link& on);
    void switch_done(Link& on, ActiveLink& link);

    // station_sme.cc
    Result<void> connect(const ConnectRequest& request);
    Result<void> update_connection(const ConnectRequest& request, std::uint32_t changed);
    Result<void> disconnect(std::uint16_t reason);
    void sme_next(Sme::State state);
    void sme_work();
    Result<void> sme_scan();
    Result<void> sme_step(TimeoutReason& reason);
    bool sme_choose();
    void sme_failed(std::optional<std::uint16_t> status, TimeoutReason reason);
    void sme_authenticated(std::uint16_t status, const ieee80211::MacAddress& bssid);
    /// True: nobody is told of this answer.
    bool sme_associated(std::uint16_t status);
    void scan_done();

private:
    /// The access point's address that a goodbye was to or from, while it counts as connected. cf.
    /// wdev->u.client.connected_addr
    std::optional<ieee80211::MacAddress> connected_address_;
};

}  // namespace mlosim::mld
