#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "ieee80211/management_frames.h"
#include "mld/bss_table.h"
#include "mld/detail/connection_mode.h"
#include "mld/frame.h"
#include "mld/jiffies.h"
#include "mld/sta.h"
#include "mld/station_mlme.h"
#include "mld/wiphy.h"
#include "mld/world.h"
#include "sim/event_queue.h"

namespace mlosim::mld {

/// struct ieee80211_if_managed and the connection's part of struct wireless_dev. What it does is told in several files:
/// authentication, association and leaving, each by itself.
class StationMlme::Impl {
public:
    explicit Impl(Wdev& owner) : wdev(owner) {}

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
        bool wmm = false;
        unsigned tries = 0;
        bool comeback = false;
        sim::Time timeout;
        ieee80211::Bytes request_elements;  ///< as last sent

        [[nodiscard]] AssociationLink& main_link() { return links[main]; }
    };

    /// One link of a connection (struct ieee80211_link_data's u.mgd).
    struct ActiveLink {
        ieee80211::LinkId id;
        Bss bss;
        std::unique_ptr<BssTable::Hold> hold;
        detail::ConnectionSettings settings;
    };
    struct Active {
        Connection connection;
        std::vector<ActiveLink> links;
    };

    Wdev& wdev;
    /// Of the last link that was prepared: what later steps may only lower.
    detail::ConnectionSettings settings;
    std::optional<Authentication> auth;
    std::optional<Association> assoc;
    std::optional<Active> active;
    sim::Timer timer;
    /// Which kind of frame waits for its status, by cookie.
    enum class Awaited : std::uint8_t { authentication, association };
    std::map<std::uint64_t, Awaited> awaited;
    std::uint64_t last_cookie = 0;

    [[nodiscard]] Wiphy& wiphy() const noexcept { return wdev.wiphy(); }
    [[nodiscard]] World& world() const noexcept { return wdev.wiphy().world(); }
    [[nodiscard]] sim::Time now() const noexcept { return world().now(); }
    [[nodiscard]] Link& link() const { return wdev.default_link(); }
    [[nodiscard]] bool connected_to(const ieee80211::MacAddress& ap) const {
        return active && active->connection.ap == ap;
    }
    [[nodiscard]] const Bss* find_bss(phy::Frequency frequency, const ieee80211::MacAddress& bssid,
                                      const ieee80211::Ssid& ssid) const;

    // Both (station_mlme.cc).
    /// The channel, and the access point among the stations. cf. ieee80211_prep_connection()
    Result<void> prepare(const Bss& bss, bool keep_station, bool override_settings, detail::ConnectionSettings& wanted);
    /// cf. ieee80211_mgd_setup_link_sta()
    Result<void> set_rates(LinkSta& station, const Bss& bss);
    /// Gives the channel back, forgets the access point. cf. the ends of ieee80211_destroy_auth_data()
    void let_go(const ieee80211::MacAddress& ap);
    /// Its own frames' status comes back.
    [[nodiscard]] std::uint64_t await(Awaited what);
    void transmitted(std::uint64_t cookie, bool acknowledged);
    /// cf. run_again(), ieee80211_sta_work()
    void arm();
    void work();
    void forget_bss(const Bss& bss);
    void receive(Link& heard, const ieee80211::FrameView& frame, const RxStatus& status);
    void tell(MlmeFrameKind kind, ieee80211::ByteView frame);
    void trace(const char* what, const ieee80211::MacAddress& ap);

    // station_authentication.cc
    Result<void> authenticate(const AuthenticateRequest& request);
    Result<void> send_authentication();
    void authentication_status(bool acknowledged);
    void authentication_timeout();
    void on_authentication(const ieee80211::FrameView& frame);
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
    bool take_up(const ieee80211::AssociationResponseBody& response);
    bool take_up_link(AssociationLink& with, LinkSta& station, const ieee80211::ElementList& elements,
                      std::uint16_t capabilities);
    bool follow_bandwidth(Link& on, const detail::ConnectionSettings& agreed, const ieee80211::ElementList& elements);
    void end_association(AssociationEnd how);
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
    /// What cfg80211 makes of a goodbye. cf. cfg80211_process_deauth(), cfg80211_process_disassoc()
    void report_goodbye(ieee80211::ByteView frame);
    /// For a connection with another access point. cf. ieee80211_mgd_auth(), ieee80211_mgd_assoc()
    void leave_for_another();
    /// cf. cfg80211_mlme_down()
    void leave(std::uint16_t reason);
    /// cf. ieee80211_mgd_stop()
    void stop();
    void release(OwnerId owner);

private:
    /// The access point's address that a goodbye was to or from, while it counts as connected. cf.
    /// wdev->u.client.connected_addr
    std::optional<ieee80211::MacAddress> connected_address_;
};

}  // namespace mlosim::mld
