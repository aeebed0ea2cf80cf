#include "host/tap_devices.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>

#include <net/if.h>
#include <spdlog/spdlog.h>

#include "host/detail/kernel_links.h"
#include "host/detail/tap_device.h"
#include "mld/events.h"
#include "mld/netdev.h"

namespace mlosim::host {

namespace {

constexpr std::uint32_t first_device_number = 1000;

class Devices final : public TapDevices, private mld::Events, private KernelLinks::User {
public:
    Devices(boost::asio::io_context& io, mld::World& world, std::function<void()> before_input)
        : io_(io), world_(world), before_input_(std::move(before_input)) {}
    ~Devices() override {
        if (subscribed_) world_.unsubscribe(*this);
        for (auto& [index, device] : devices_)
            device.tap->close();
    }
    Devices(const Devices&) = delete;
    Devices& operator=(const Devices&) = delete;

    Result<void> start() {
        auto links = KernelLinks::open(io_, *this);
        if (!links) return fail(links.error());
        kernel_ = std::move(*links);
        for (const auto& [index, netdev] : world_.netdevs())
            if (auto made = add(*netdev); !made) return made;
        world_.subscribe(*this);
        subscribed_ = true;
        return {};
    }

private:
    /// A device and what the kernel said of it last, or was told: what is the same needs no telling.
    struct Device {
        std::shared_ptr<TapDevice> tap;
        NamespaceId in;
        bool up = false;
        std::string name;
        ieee80211::MacAddress address;
        std::uint32_t mtu = 0;
        mld::LinkType type = mld::LinkType::ethernet;
    };

    Result<void> add(mld::Netdev& netdev) {
        if (netdev.type() == mld::LinkType::loopback) return {};
        auto tap = TapDevice::make(io_, netdev);
        if (!tap) return fail(tap.error());
        const std::uint32_t index = netdev.index().value;
        (*tap)->start([this, index](std::span<const std::uint8_t> frame) { from_kernel(index, frame); },
                      [this, index] { lost(index); });
        devices_[index] = {*tap, std::nullopt, false, netdev.name(), netdev.address(), netdev.mtu(), netdev.type()};
        if (netdev.is_up()) follow_up(devices_[index], netdev);
        return {};
    }

    [[nodiscard]] Device* find(std::uint32_t index) {
        const auto found = devices_.find(index);
        return found == devices_.end() ? nullptr : &found->second;
    }

    void from_kernel(std::uint32_t index, std::span<const std::uint8_t> frame) {
        before_input_();
        // What the simulated device does not take the kernel's has dropped, as a queue that is full.
        if (mld::Netdev* netdev = world_.find_netdev(mld::IfIndex{index})) (void)netdev->transmit(frame);
    }

    /// Somebody deleted the kernel's device, which nobody can do to a wireless one: it comes again.
    void lost(std::uint32_t index) {
        before_input_();
        if (Device* device = find(index)) device->tap->close();
        devices_.erase(index);
        mld::Netdev* netdev = world_.find_netdev(mld::IfIndex{index});
        if (netdev == nullptr) return;
        spdlog::warn("network device {} was deleted: made anew", netdev->name());
        (void)netdev->set_up(false);
        if (auto made = add(*netdev); !made) spdlog::error("{}", made.error().message);
    }

    // The kernel's device changed.

    void link_is(const KernelLink& link) override {
        Device* device = find(link.index);
        if (device == nullptr || device->in != link.in) {
            if (device == nullptr || !link.name || *link.name != device->name) return;
            device->in = link.in;  // moved to where its number is the same
        }
        before_input_();
        mld::Netdev* netdev = world_.find_netdev(mld::IfIndex{link.index});
        if (netdev == nullptr) return;
        if (link.name && *link.name != device->name) {
            device->name = *link.name;
            report(*netdev, "name", netdev->rename(*link.name));
        }
        // What was said before it had its own address is past.
        const bool own = link.address && *link.address != device->tap->first_address();
        if (own && *link.address != device->address) {
            device->address = *link.address;
            report(*netdev, "address", netdev->set_address(*link.address));
            if (netdev->address() != *link.address) follow_address(*device, *netdev);
        }
        if (link.mtu && *link.mtu != device->mtu) {
            device->mtu = *link.mtu;
            report(*netdev, "MTU", netdev->set_mtu(*link.mtu));
        }
        const bool up = (link.flags & IFF_UP) != 0;
        if (up != device->up) {
            device->up = up;
            report(*netdev, up ? "up" : "down", netdev->set_up(up));
            if (netdev->is_up() != up) follow_up(*device, *netdev);
        }
    }

    void link_gone(std::uint32_t, NamespaceId) override {}  // its descriptor says so, unless it only moved

    static void report(const mld::Netdev& netdev, const char* what, const Result<void>& done) {
        if (!done) spdlog::warn("{}: {}: {}", netdev.name(), what, std::strerror(done.error().code));
    }

    // The simulated one did.

    void follow_up(Device& device, const mld::Netdev& netdev) {
        if (device.up == netdev.is_up()) return;
        device.up = netdev.is_up();
        kernel_->set_up(netdev.index().value, device.in, netdev.is_up());
    }
    static void follow_address(Device& device, const mld::Netdev& netdev) {
        if (device.address == netdev.address()) return;
        device.address = netdev.address();
        device.tap->set_address(netdev.address());
    }

    /// The interface became a monitor, or ceased to be one. The kernel changes only devices that are down.
    void follow_type(Device& device, const mld::Netdev& netdev) {
        if (device.type == netdev.type()) return;
        device.type = netdev.type();
        if (device.up) kernel_->set_up(netdev.index().value, device.in, false);
        device.up = false;
        device.tap->set_type(netdev.type());
    }

    void netdev_added(mld::Netdev& netdev) override {
        if (auto made = add(netdev); !made) spdlog::error("{}", made.error().message);
    }
    void netdev_removed(mld::Netdev& netdev) override {
        if (Device* device = find(netdev.index().value)) device->tap->close();
        devices_.erase(netdev.index().value);
    }
    void netdev_changed(mld::Netdev& netdev, mld::NetdevCause cause, mld::NetdevFlags) override {
        Device* device = find(netdev.index().value);
        if (device == nullptr) return;
        switch (cause) {
            case mld::NetdevCause::flags:
                follow_type(*device, netdev);
                follow_up(*device, netdev);
                device->tap->set_carrier(netdev.carrier());
                break;
            case mld::NetdevCause::state:
                device->tap->set_carrier(netdev.carrier());
                break;
            case mld::NetdevCause::name:
                if (device->name == netdev.name()) break;
                device->name = netdev.name();
                kernel_->rename(netdev.index().value, device->in, netdev.name());
                break;
            case mld::NetdevCause::address:
                follow_address(*device, netdev);
                break;
            case mld::NetdevCause::mtu:
                if (device->mtu == netdev.mtu()) break;
                device->mtu = netdev.mtu();
                kernel_->set_mtu(netdev.index().value, device->in, netdev.mtu());
                break;
            case mld::NetdevCause::other:
                break;
        }
    }

    void frame_passed(mld::Netdev& netdev, mld::FrameDirection direction, ieee80211::ByteView frame) override {
        if (direction != mld::FrameDirection::incoming) return;
        if (Device* device = find(netdev.index().value)) device->tap->deliver(frame);
    }

    boost::asio::io_context& io_;
    mld::World& world_;
    std::function<void()> before_input_;
    std::unique_ptr<KernelLinks> kernel_;
    std::map<std::uint32_t, Device> devices_;
    bool subscribed_ = false;
};

}  // namespace

Result<std::unique_ptr<TapDevices>> TapDevices::open(boost::asio::io_context& io, mld::World& world,
                                                     std::function<void()> before_input) {
    auto devices = std::make_unique<Devices>(io, world, std::move(before_input));
    if (auto started = devices->start(); !started) return fail(started.error());
    return devices;
}

mld::IfIndex free_device_numbers() {
    std::uint32_t first = first_device_number;
    struct if_nameindex* all = ::if_nameindex();
    for (const struct if_nameindex* one = all; one != nullptr && one->if_index != 0; ++one)
        first = std::max(first, one->if_index + 1);
    ::if_freenameindex(all);
    return mld::IfIndex{first};
}

}  // namespace mlosim::host
