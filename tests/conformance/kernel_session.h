#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "flow.h"
#include "hwsim/driver.h"
#include "mld/radio_profiles.h"
#include "mld/world.h"
#include "netlink/core.h"
#include "netlink/hwsim_family.h"
#include "netlink/nl80211/nl80211.h"
#include "netlink/route.h"
#include "phy/ideal_medium.h"

namespace mlosim::conformance {

/// A world with mac80211_hwsim's radios behind the kernel's netlink, without a daemon: what recordings are played to.
/// Times are virtual.
class KernelSession {
public:
    KernelSession();
    ~KernelSession();
    KernelSession(const KernelSession&) = delete;
    KernelSession& operator=(const KernelSession&) = delete;

    /// modprobe mac80211_hwsim radios=N …; modprobe -r.
    void load(unsigned radios, const mld::RadioOptions& options);
    void unload();

    /// Lets the world go on to `time`, which counts from the last begin().
    void advance_to(std::uint64_t time_us);
    void begin() { began_ = queue_.now(); }

    /// Sends a request from the program whose socket has `port` (opened where it is not) and gives what came back at
    /// once.
    std::vector<Recorded> request(const Recorded& message, std::uint32_t port);
    /// What was announced to all groups since the last call.
    std::vector<Recorded> announcements();

    /// All that was told without being asked, to groups or to one program, in its order.
    [[nodiscard]] const std::vector<Recorded>& heard() const { return heard_; }
    /// Lets the world go on, at most for `limit`, until that many were heard.
    void wait_for(std::size_t heard, std::chrono::milliseconds limit);

    /// Management frames that were sent on the air, in their order.
    [[nodiscard]] const std::vector<ieee80211::Bytes>& air() const { return air_; }

    [[nodiscard]] mld::World& world() { return *world_; }

private:
    class Mailbox;
    class Ear;

    Mailbox& socket(netlink::Protocol protocol, std::uint32_t port);

    std::vector<Recorded> heard_;
    sim::EventQueue queue_;
    sim::Random random_;
    sim::Trace trace_;
    mld::RadioProfiles profiles_;
    std::unique_ptr<phy::IdealMedium> medium_;
    std::vector<ieee80211::Bytes> air_;
    std::unique_ptr<Ear> ear_;
    std::unique_ptr<mld::World> world_;
    netlink::Core core_;
    netlink::GenericNetlink generic_;
    std::unique_ptr<netlink::RouteNetlink> route_;
    std::unique_ptr<netlink::Nl80211> nl80211_;
    std::unique_ptr<netlink::HwsimFamily> hwsim_;
    std::map<std::pair<netlink::Protocol, std::uint32_t>, std::unique_ptr<Mailbox>> sockets_;
    sim::Time began_;
    bool monitor_made_ = false;
};

}  // namespace mlosim::conformance
