#pragma once

#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "agent/access_point_orders.h"
#include "agent/association.h"
#include "agent/bss.h"
#include "agent/bss_elements.h"
#include "agent/gatekeeper.h"
#include "agent/inactivity.h"
#include "agent/link_mapping_answers.h"
#include "agent/network_settings.h"
#include "agent/pmksa_cache.h"
#include "agent/rsn/fast_transition.h"
#include "agent/sa_queries.h"
#include "agent/sae_responder.h"
#include "agent/stations.h"
#include "agent/transition_request.h"
#include "ieee80211/frame_header.h"
#include "mld/frame_listener.h"
#include "mld/wdev.h"
#include "mld/world.h"
#include "sim/event_queue.h"
#include "sim/random.h"
#include "sim/result.h"

namespace mlosim::agent {

/// Counters of what an access point did.
struct AccessPointCounters {
    std::uint64_t probe_responses = 0;
    std::uint64_t multi_link_probe_responses = 0;
    /// Answers that were not given because too many were under way.
    std::uint64_t overruns = 0;
};

/// A built-in access point or AP MLD: what hostapd is to a real radio. It lives above mld's upper face, on one
/// interface of type AP: START_AP on each link, and answers to the frames that it registered for.
class AccessPoint final : public mld::FrameListener {
public:
    /// The BSSs that stand at the same place, its own among them.
    using Colocated = std::function<std::vector<const Bss*>()>;
    /// Told of each station that got in: elsewhere in the same network it is no more.
    using Joined = std::function<void(const ieee80211::MacAddress& station)>;

    /// Another access point, by its network's name.
    using Others = std::function<const AccessPoint*(const std::string& network)>;

    AccessPoint(mld::Wdev& wdev, NetworkSettings settings, rsn::TransitionKeys& transition_keys, Colocated colocated,
                Joined joined = {}, Others others = {});
    AccessPoint(const AccessPoint&) = delete;
    AccessPoint& operator=(const AccessPoint&) = delete;

    /// What could not be, and on which link (its place in the settings), if on one.
    struct StartError {
        Error error;
        std::optional<std::size_t> link;
    };
    /// Brings the interface up, makes the links and beacons on all of them, or on none.
    [[nodiscard]] tl::expected<void, StartError> start();
    /// Beacons anew with what regulation and the neighborhood are now.
    void refresh();

    [[nodiscard]] mld::Wdev& wdev() const noexcept { return wdev_; }
    [[nodiscard]] const NetworkSettings& settings() const noexcept { return settings_; }
    /// One for each link, in the order of the settings.
    [[nodiscard]] std::span<const Bss> bsses() const noexcept { return bsses_; }
    /// Whether the MAC sends beacons for it; running(): whether it believes so. They differ when it was stopped from
    /// outside.
    [[nodiscard]] bool beacons() const;
    [[nodiscard]] bool running() const noexcept { return running_; }
    [[nodiscard]] const Stations& stations() const noexcept { return stations_; }
    [[nodiscard]] const AccessPointCounters& counters() const noexcept { return counters_; }

    /// The interface went down, or the MAC stopped the access point: what the stations were is over.
    void stopped(const char* reason);
    /// An Ethernet frame with a packet of the port's protocol (EAPOL): its answer follows within the same moment.
    void control_port_frame(ieee80211::ByteView ethernet);
    /// A frame that only an associated station may send, from one that is none.
    void class3_frame(const ieee80211::MacAddress& sender, std::optional<ieee80211::LinkId> link);
    /// What became of the question whether a station is there.
    void station_probed(const ieee80211::MacAddress& station, bool acknowledged);
    /// A station of this network is at another access point by now: nobody is told.
    void moved_away(const ieee80211::MacAddress& station);
    Result<void> obey(const AccessPointOrder& order);
    /// New group keys now. False: there are none.
    bool rekey_group();
    /// A new 4-way handshake with a station. False: it has no keys.
    bool rekey_pairwise(const ieee80211::MacAddress& station);
    /// Deauthenticates a station, or only disassociates it. False: it is not known.
    bool send_away(const ieee80211::MacAddress& station, std::uint16_t reason, bool disassociates = false);
    void send_all_away(std::uint16_t reason, bool disassociates = false);
    /// A link of the MLD goes after so many beacons, which say so. ENOENT, EBUSY (the last one), EINVAL.
    Result<void> remove_link(ieee80211::LinkId link, std::uint16_t beacons);
    /// After some beacons that say so no TID is on a link for so long (an advertised TID-to-link mapping). ENOENT,
    /// EBUSY (it rests already, or is the last one), EINVAL.
    Result<void> rest_link(ieee80211::LinkId link, sim::Duration duration);
    /// A BSS (a link; without one the only BSS) takes another channel or color after so many beacons, which say so.
    /// ENOENT, EBUSY, EINVAL, or what the MAC says.
    Result<void> switch_channel(std::optional<ieee80211::LinkId> link, const phy::ChannelDefinition& to,
                                std::uint8_t beacons, bool quiet = false);
    Result<void> change_color(std::optional<ieee80211::LinkId> link, std::uint8_t color, std::uint8_t beacons);
    /// Takes over what the MAC has done by now: channels that were switched, colors that changed.
    void follow_changes();
    /// An MLD gives up the links whose channels are forbidden now, as long as it keeps one, and takes them up again
    /// when they are allowed. What is no MLD, or has no channel left, ends as the MAC ends it.
    void obey_regulation();
    /// A bit for each link that the MLD has.
    [[nodiscard]] std::uint16_t active_links() const;

    bool frame_received(mld::Wdev& wdev, const mld::FrameBytes& frame, const mld::RxStatus& status) override;

private:
    struct Reply {
        std::size_t link = 0;
        ieee80211::Bytes frame;
        std::function<void()> then;
        sim::Timer timer;
    };
    struct Packet {
        ieee80211::MacAddress from;
        ieee80211::Bytes octets;
    };
    /// Who sent a frame: what it is known by, and the address that it has on that link.
    struct Sender {
        ieee80211::MacAddress id;
        ieee80211::MacAddress air;
    };
    /// What a station and the access point share from its association on.
    struct Agreement {
        StatusCode status = StatusCode::success;
        const rsn::Akm* akm = nullptr;
        ieee80211::Bytes pmk;
        std::optional<ieee80211::Pmkid> pmkid;
        ieee80211::Bytes elements;  ///< of the answer
        // Of a mobility domain: the PMK-R1's name, and what the answer says of it.
        std::optional<ieee80211::Pmkid> r1_name;
        ieee80211::Bytes fast_transition;
        std::optional<rsn::PairwiseKey> key;  ///< of a fast transition
    };
    /// A fast transition that has begun: what both ends said in their authentication frames.
    struct Transition {
        rsn::NamedKey r1;
        rsn::KeyHolder holder;
        rsn::PairwiseKey key;
        rsn::Nonce anonce{};
        rsn::Nonce snonce{};
        ieee80211::Suite akm;
        ieee80211::Suite cipher;
    };
    /// A (re)association request; the elements are the frame's.
    struct Request {
        bool again = false;
        ieee80211::ElementList elements;
        std::uint16_t capability = 0;
        std::uint16_t listen_interval = 0;
    };

    Result<void> carry_out(const RekeyOrder& order);
    Result<void> carry_out(const SendAwayOrder& order);
    Result<void> carry_out(const RemoveLinkOrder& order);
    Result<void> carry_out(const RestLinkOrder& order);
    Result<void> carry_out(const SwitchChannelOrder& order);
    Result<void> carry_out(const ChangeColorOrder& order);
    Result<void> carry_out(const TransitionOrder& order);
    [[nodiscard]] std::vector<TransitionCandidate> candidates(const std::vector<ieee80211::MacAddress>& targets) const;
    void transition_answered(const ieee80211::MacAddress& station, ieee80211::ByteView body);
    [[nodiscard]] Result<void> register_frames();
    void describe();
    void count_updates();
    [[nodiscard]] std::optional<OwePartner> owe_partner(const Bss& bss) const;
    [[nodiscard]] std::optional<std::size_t> place_of(std::optional<ieee80211::LinkId> link) const;
    [[nodiscard]] const Bss* bss_at(std::size_t place) const;
    [[nodiscard]] mld::BeaconData beacon_at(std::size_t place);
    void tell_of_change(const char* event, const Bss& bss);
    void describe_probe_responses();
    [[nodiscard]] Result<void> begin(const Bss& bss);
    void greet_old_stations();
    [[nodiscard]] Result<void> check_other_links(ieee80211::LinkId link) const;
    void announce();
    void count_down();
    [[nodiscard]] ieee80211::Bytes announcements() const;
    [[nodiscard]] std::uint16_t resting_links(sim::Time at) const;
    [[nodiscard]] std::optional<sim::Time> next_rest_change(sim::Time after) const;
    void append_mapping(ieee80211::ByteWriter& out, sim::Time from) const;
    [[nodiscard]] bool rests(ieee80211::LinkId link) const;
    void drop_link(ieee80211::LinkId link);
    [[nodiscard]] bool is_allowed(const phy::ChannelDefinition& channel) const;
    void restore_link(const LinkSettings& link);
    [[nodiscard]] Surroundings surroundings(const Bss& bss) const;
    [[nodiscard]] mld::BeaconData beacon(const Bss& bss) const;
    [[nodiscard]] const mld::ApLink* ap_link(const Bss& bss) const;
    [[nodiscard]] std::uint8_t dtim_count(const Bss& bss) const;
    [[nodiscard]] std::optional<ieee80211::LinkId> link_id(const Bss& bss) const;
    [[nodiscard]] mld::World& world() const;
    void probed(std::size_t link, const ieee80211::FrameView& request);
    [[nodiscard]] ieee80211::Bytes probe_response(std::size_t link, const ieee80211::FrameView& request);
    [[nodiscard]] bool is_for(const Bss& bss, const ieee80211::FrameView& frame, const mld::RxStatus& status) const;
    [[nodiscard]] Sender sender(const Bss& bss, const ieee80211::MacAddress& address) const;
    void authenticating(std::size_t link, const Sender& from, const ieee80211::FrameView& frame);
    [[nodiscard]] ieee80211::MacAddress plain_address(const Sender& from) const;
    [[nodiscard]] SaeResponder::Outcome authenticate_with_sae(const Bss& bss, const Sender& from, bool multi_link,
                                                              const ieee80211::AuthenticationBody& request);
    [[nodiscard]] static std::optional<Request> association_request(const ieee80211::FrameView& frame);
    void associating(std::size_t link, const Sender& from, const ieee80211::FrameView& frame);
    void respond(std::size_t link, const Sender& to, const Request& request, const AssociationAnswer& answer,
                 std::optional<ieee80211::Aid> aid, const ieee80211::Bytes& security);
    void leaving(const Sender& from, const ieee80211::FrameView& frame);
    void action(const Sender& from, const ieee80211::FrameView& frame);
    [[nodiscard]] bool turned_away(std::size_t link, const Sender& from);
    /// `then` follows when it has been sent.
    void reply(std::size_t link, ieee80211::Bytes frame, std::function<void()> then = {});

    void secure();
    /// Whether the station and this access point share what its association needs.
    [[nodiscard]] Agreement agree(const Bss& bss, const ieee80211::MacAddress& station,
                                  const ieee80211::ElementList& request);
    [[nodiscard]] std::optional<Pmksa> known_key(const Bss& bss, const ieee80211::MacAddress& station,
                                                 const rsn::Akm& akm,
                                                 const std::vector<ieee80211::Pmkid>& offered) const;
    [[nodiscard]] StatusCode agree_on_owe(const ieee80211::MacAddress& station, const ieee80211::ElementList& request,
                                          Agreement& out);
    /// The first association in a mobility domain: the key hierarchy begins with what they share.
    [[nodiscard]] StatusCode enter_domain(const Bss& bss, const ieee80211::MacAddress& station,
                                          const ieee80211::ElementList& request, Agreement& out);
    [[nodiscard]] SaeResponder::Outcome begin_transition(const Bss& bss, const Sender& from, bool multi_link,
                                                         const ieee80211::AuthenticationBody& request);
    /// The reassociation of a station that authenticated so.
    [[nodiscard]] StatusCode finish_transition(const Bss& bss, const ieee80211::MacAddress& station,
                                               const ieee80211::ElementList& request, Agreement& out);
    [[nodiscard]] rsn::KeyHolder own_holder_id() const;
    [[nodiscard]] rsn::Nonce nonce();
    void prepare_handshake(const Bss& bss, const Sender& from, const AssociationAnswer& answer, const Request& request,
                           const Agreement& agreement);
    /// A station that has been granted an association becomes the MAC's, with all its links; those that the MAC does
    /// not take are refused in `answer`. False: it takes none.
    [[nodiscard]] bool admit(std::size_t link, const Sender& from, ieee80211::Aid aid, AssociationAnswer& answer,
                             const Request& request);
    /// The MAC and the handshake know the station no more; it may be authenticated still.
    void forget(const ieee80211::MacAddress& station);
    void expel(const ieee80211::MacAddress& station);
    [[nodiscard]] bool is_protected(const ieee80211::MacAddress& station) const;
    [[nodiscard]] Inactivity::Outlets presence();
    [[nodiscard]] std::function<void()> give_up_on(const ieee80211::MacAddress& station);
    void ask_whether_it_is_there(const ieee80211::MacAddress& station, std::uint16_t transaction);
    void send_to(const ieee80211::MacAddress& station, ieee80211::ManagementSubtype subtype,
                 const ieee80211::Bytes& body);
    void read_packets();
    [[nodiscard]] ieee80211::Bytes random_octets(std::size_t size);
    [[nodiscard]] const ieee80211::Bytes& psk();
    [[nodiscard]] ieee80211::MacAddress own_address(const Bss& bss, bool to_mld) const;

    mld::Wdev& wdev_;
    rsn::TransitionKeys& transition_keys_;
    const NetworkSettings settings_;
    const Colocated colocated_;
    unsigned tbtt_base_;
    /// One for each link of the settings: where it is by now, and what it is about to change.
    struct Place {
        phy::ChannelDefinition channel;
        std::uint8_t color = 1;
        std::optional<PendingSwitch> switching;
        std::optional<PendingColor> recoloring;
    };
    std::vector<Place> places_;
    /// What was critical to the stations of each link when it was last told, and how often that has changed.
    struct Update {
        ieee80211::Bytes parameters;
        std::uint8_t count = 0;
    };
    std::map<ieee80211::LinkId, Update> updates_;
    /// Beacons have the Critical Update Flag until then.
    sim::Time critical_until_;
    sim::Timer flag_;
    bool registered_ = false;
    bool running_ = false;
    bool started_before_ = false;
    std::vector<Bss> bsses_;
    /// Links that go, with the beacons that are left to them; that rest, until when; that have gone.
    std::map<ieee80211::LinkId, std::uint16_t> removals_;
    struct Rest {
        sim::Time from;
        sim::Time until;
    };
    std::map<ieee80211::LinkId, Rest> rests_;
    std::uint16_t removed_ = 0;
    std::uint16_t forbidden_ = 0;  ///< of those, the ones that regulation took
    sim::Timer announcement_;
    /// The elements of each link's probe response, made with its beacon.
    std::vector<ieee80211::Bytes> probe_elements_;
    Stations stations_;
    LinkMappingAnswers mappings_{wdev_};
    std::list<Reply> replies_;
    const Joined joined_;
    const Others others_;
    sim::RandomStream random_;
    SaQueries sa_queries_;
    Inactivity inactivity_;
    PmksaCache pmksas_;
    /// nullptr: an open network, or one that lets nobody in.
    std::unique_ptr<Gatekeeper> gatekeeper_;
    std::map<ieee80211::MacAddress, Transition> fast_transitions_;
    /// nullptr: no SAE here.
    std::unique_ptr<SaeResponder> sae_;
    ieee80211::Bytes psk_;  ///< of the password, once it was needed
    std::deque<Packet> packets_;
    sim::Timer reading_;
    std::uint8_t transition_token_ = 0;
    /// Who has to be gone by then.
    std::map<ieee80211::MacAddress, sim::Timer> transitions_;
    AccessPointCounters counters_;
};

}  // namespace mlosim::agent
