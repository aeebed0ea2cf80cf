#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ieee80211/byte_io.h"
#include "ieee80211/mac_address.h"
#include "mld/identifiers.h"
#include "phy/flags.h"
#include "sim/event_queue.h"
#include "sim/result.h"

namespace mlosim::mld {

class Wdev;
class World;

/// The IFF_ flags of <linux/if.h>.
enum class NetdevFlag : std::uint32_t {
    up = 1U << 0,
    broadcast = 1U << 1,
    loopback = 1U << 3,
    running = 1U << 6,
    noarp = 1U << 7,
    promisc = 1U << 8,
    allmulti = 1U << 9,
    multicast = 1U << 12,
    lower_up = 1U << 16,
    dormant = 1U << 17,
};
using NetdevFlags = phy::Flags<NetdevFlag>;

/// RFC 2863's states as rtnetlink numbers them (IF_OPER_*).
enum class OperationalState : std::uint8_t {
    unknown = 0,
    not_present = 1,
    down = 2,
    lower_layer_down = 3,
    testing = 4,
    dormant = 5,
    up = 6
};

/// IF_LINK_MODE_*: whether carrier alone makes the device operational.
enum class LinkMode : std::uint8_t { standard = 0, dormant = 1, testing = 2 };

/// ARPHRD_*: what kind of frames a netdev carries.
enum class LinkType : std::uint16_t { ethernet = 1, loopback = 772, radiotap = 803 };

/// Why a netdev's observers are told of a change.
enum class NetdevCause : std::uint8_t {
    flags,  ///< up, down, promiscuous …
    state,  ///< carrier, operational state, link mode
    name,
    address,
    mtu,
    other,  ///< queue length, group, alias
};

/// NET_NAME_*: how the device came by its name.
enum class NameOrigin : std::uint8_t { unknown = 0, enumerated = 1, predictable = 2, user = 3, renamed = 4 };

struct NetdevCounters {
    std::uint64_t rx_packets = 0;
    std::uint64_t tx_packets = 0;
    std::uint64_t rx_bytes = 0;
    std::uint64_t tx_bytes = 0;
    std::uint64_t rx_errors = 0;
    std::uint64_t tx_errors = 0;
    std::uint64_t rx_dropped = 0;
    std::uint64_t tx_dropped = 0;
    std::uint64_t multicast = 0;
    friend bool operator==(const NetdevCounters&, const NetdevCounters&) = default;
};

/// What a network device is before anyone changes it.
struct NetdevSetup {
    std::string name;
    NameOrigin name_origin = NameOrigin::unknown;
    LinkType type = LinkType::ethernet;
    ieee80211::MacAddress address;
    ieee80211::MacAddress permanent_address;
    NetdevFlags flags{NetdevFlag::broadcast, NetdevFlag::multicast};
    std::uint32_t mtu = 1500;
    std::uint32_t min_mtu = 68;
    std::uint32_t max_mtu = 65535;
    std::uint32_t tx_queue_length = 1000;
    std::string parent_device;  ///< of the driver model ("hwsim0"), empty for none
    std::string kind;           ///< of rtnetlink ("bridge", "veth"), empty for none
    bool carrier = true;
};

/// Length of a device name with its terminating zero (IFNAMSIZ).
inline constexpr std::size_t max_netdev_name = 16;

/// Not empty, shorter than 16, neither "." nor "..", without '/', ':' and space. cf. dev_valid_name().
[[nodiscard]] bool valid_netdev_name(std::string_view name);

/// A network device as rtnetlink, ioctls and sysfs see it: a wireless interface, the loopback, or hwsim0.
/// Operations have the kernel's errors and tell the world's observers what changed.
class Netdev {
public:
    Netdev(World& world, IfIndex index, NetdevSetup setup, Wdev* wdev);
    Netdev(const Netdev&) = delete;
    Netdev& operator=(const Netdev&) = delete;

    [[nodiscard]] IfIndex index() const noexcept { return index_; }
    [[nodiscard]] const std::string& name() const noexcept { return setup_.name; }
    [[nodiscard]] NameOrigin name_origin() const noexcept { return setup_.name_origin; }
    [[nodiscard]] LinkType type() const noexcept { return setup_.type; }
    [[nodiscard]] const ieee80211::MacAddress& address() const noexcept { return setup_.address; }
    [[nodiscard]] const ieee80211::MacAddress& permanent_address() const noexcept { return setup_.permanent_address; }
    [[nodiscard]] ieee80211::MacAddress broadcast_address() const;
    /// All flags, with those that follow from the state (RUNNING, LOWER_UP, DORMANT). cf. dev_get_flags().
    [[nodiscard]] NetdevFlags flags() const;
    [[nodiscard]] bool is_up() const noexcept { return setup_.flags.has(NetdevFlag::up); }
    [[nodiscard]] bool carrier() const noexcept { return carrier_; }
    /// Down while the device is down, whatever it was before.
    [[nodiscard]] OperationalState operational_state() const noexcept;
    [[nodiscard]] LinkMode link_mode() const noexcept { return link_mode_; }
    [[nodiscard]] std::uint32_t mtu() const noexcept { return setup_.mtu; }
    [[nodiscard]] std::uint32_t min_mtu() const noexcept { return setup_.min_mtu; }
    [[nodiscard]] std::uint32_t max_mtu() const noexcept { return setup_.max_mtu; }
    [[nodiscard]] std::uint32_t tx_queue_length() const noexcept { return setup_.tx_queue_length; }
    [[nodiscard]] std::uint32_t group() const noexcept { return group_; }
    [[nodiscard]] const std::string& parent_device() const noexcept { return setup_.parent_device; }
    [[nodiscard]] const std::string& kind() const noexcept { return setup_.kind; }
    [[nodiscard]] const std::string& alias() const noexcept { return alias_; }
    /// How many want all frames of it; a bridge is one of them. cf. dev_set_promiscuity(), dev_set_allmulti()
    [[nodiscard]] std::uint32_t promiscuity() const;
    [[nodiscard]] std::uint32_t all_multicast() const;
    [[nodiscard]] std::uint32_t carrier_up_count() const noexcept { return carrier_up_count_; }
    [[nodiscard]] std::uint32_t carrier_down_count() const noexcept { return carrier_down_count_; }
    [[nodiscard]] const NetdevCounters& counters() const noexcept { return counters_; }
    NetdevCounters& counters() noexcept { return counters_; }
    /// The wireless interface behind it; nullptr for lo and hwsim0.
    [[nodiscard]] Wdev* wdev() const noexcept { return wdev_; }
    [[nodiscard]] World& world() const noexcept { return world_; }

    /// Up: EADDRNOTAVAIL, EOPNOTSUPP, EBUSY, ENOTUNIQ … as the interface's checks say; twice is once. Down never fails.
    /// cf. dev_open(), dev_close().
    Result<void> set_up(bool up);
    /// A name, or a pattern with one %d. EINVAL, EEXIST, ENFILE (no number free). Allowed while up. cf.
    /// dev_change_name().
    Result<void> rename(std::string_view name);
    /// EADDRNOTAVAIL for a group or zero address; EBUSY while the interface is in use. cf. dev_set_mac_address(),
    /// ieee80211_change_mac().
    Result<void> set_address(const ieee80211::MacAddress& address);
    /// EINVAL outside of min_mtu()..max_mtu(). cf. dev_set_mtu().
    Result<void> set_mtu(std::uint32_t mtu);
    void set_tx_queue_length(std::uint32_t length);
    void set_group(std::uint32_t group);
    /// EINVAL from 256 characters on.
    Result<void> set_alias(std::string_view alias);
    /// IFF_PROMISC, IFF_ALLMULTI and the others that a program may set; `up` among them. cf. __dev_change_flags().
    Result<void> set_flags(NetdevFlags flags);
    /// What a supplicant reports: up, dormant or testing; anything else is ignored. cf. set_operstate() of rtnetlink.
    void set_operational_state(OperationalState transition);
    void set_link_mode(LinkMode mode);

    /// A program sends a frame, link header first. What a device does not pass on it drops, and the sender is not told:
    /// only ENETDOWN while the device is down, EMSGSIZE beyond the MTU, EINVAL without a whole header. cf.
    /// packet_snd().
    Result<void> transmit(ieee80211::ByteView frame);
    /// A frame arrived: counted, then shown to whoever looks.
    void received(ieee80211::ByteView frame);

    /// The interface gained or lost its link. The operational state follows within the same moment. cf.
    /// netif_carrier_on(), linkwatch.
    void set_carrier(bool on);
    void set_type(LinkType type) { setup_.type = type; }
    /// The device became a port of a bridge, or is none any more.
    void master_changed(NetdevFlags changed);
    /// An address that the device itself chooses; zero is one, too. cf. eth_hw_addr_set(), NETDEV_CHANGEADDR
    void take_address(const ieee80211::MacAddress& address);

private:
    friend class World;
    Result<void> open();
    void close();
    void carrier_event();
    void transmit_by_kind(ieee80211::ByteView frame);
    [[nodiscard]] OperationalState state_by_rfc2863() const;
    void became(OperationalState state);
    void after_up_or_down();
    void changed(NetdevCause cause, NetdevFlags flags);
    void changed_while_up(NetdevCause cause);

    World& world_;
    IfIndex index_;
    NetdevSetup setup_;
    Wdev* wdev_;
    bool carrier_ = true;
    bool dormant_ = false;
    OperationalState operational_state_;
    LinkMode link_mode_ = LinkMode::standard;
    std::uint32_t group_ = 0;
    std::string alias_;
    std::uint32_t carrier_up_count_ = 0;
    std::uint32_t carrier_down_count_ = 0;
    NetdevCounters counters_;
    sim::Timer link_watch_;
};

}  // namespace mlosim::mld
