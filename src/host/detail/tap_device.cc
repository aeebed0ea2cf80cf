#include "host/detail/tap_device.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <spdlog/spdlog.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace mlosim::host {

namespace {

/// The longest frame of a device with the largest MTU that a wireless one may have, with radiotap before it.
constexpr std::size_t longest_frame = 16384;
/// Frames that one device may bring before the others get their turn.
constexpr int frames_in_a_row = 64;

void copy_name(ifreq& request, const std::string& name) {
    name.copy(request.ifr_name, IFNAMSIZ - 1);
}

tl::unexpected<Error> in_words(int code, const std::string& what) {
    return fail(code, what + ": " + std::strerror(code));
}

/// Closes what is not handed on.
class Descriptor {
public:
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int get() const noexcept { return fd_; }
    [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }

private:
    int fd_;
};

/// Of a device that is not up yet.
Result<void> set_mtu(const std::string& name, std::uint32_t mtu) {
    const Descriptor any_socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ifreq request{};
    copy_name(request, name);
    request.ifr_mtu = static_cast<int>(mtu);
    if (::ioctl(any_socket.get(), SIOCSIFMTU, &request) != 0) return in_words(errno, "the MTU of " + name);
    return {};
}

}  // namespace

Result<std::shared_ptr<TapDevice>> TapDevice::make(boost::asio::io_context& io, const mld::Netdev& netdev) {
    // The kernel would hand over a TAP device that somebody else made, with a number of its own.
    if (::if_nametoindex(netdev.name().c_str()) != 0)
        return fail(EEXIST, "a network device " + netdev.name() + " is there already");
    Descriptor fd(::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC));
    if (fd.get() < 0) return in_words(errno, "/dev/net/tun");
    const unsigned index = netdev.index().value;
    if (::ioctl(fd.get(), TUNSETIFINDEX, &index) != 0) return in_words(errno, "the number of " + netdev.name());
    ifreq request{};
    copy_name(request, netdev.name());
    request.ifr_flags = IFF_TAP | IFF_NO_PI;
    if (::ioctl(fd.get(), TUNSETIFF, &request) != 0)
        return in_words(errno, "a network device " + netdev.name() + " with the number " + std::to_string(index));
    const std::uint32_t mtu = netdev.mtu();
    auto device = std::make_shared<TapDevice>(io, fd.release(), index);
    if (auto set = set_mtu(netdev.name(), mtu); !set) return fail(set.error());
    device->first_address_ = device->address();
    device->set_address(netdev.address());
    device->set_type(netdev.type());
    device->set_carrier(netdev.carrier());
    return device;
}

void TapDevice::start(OnFrame on_frame, std::function<void()> lost) {
    on_frame_ = std::move(on_frame);
    lost_ = std::move(lost);
    wait();
}

void TapDevice::close() {
    on_frame_ = nullptr;
    lost_ = nullptr;
    boost::system::error_code ignored;
    fd_.close(ignored);
}

void TapDevice::wait() {
    fd_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                   [self = shared_from_this()](const boost::system::error_code& error) {
                       if (!error && self->on_frame_) self->read_all();
                   });
}

void TapDevice::read_all() {
    std::array<std::uint8_t, longest_frame> frame;
    for (int i = 0; i < frames_in_a_row; ++i) {
        const ssize_t length = ::read(fd_.native_handle(), frame.data(), frame.size());
        if (length < 0 && errno == EBADFD) {
            if (const auto lost = std::exchange(lost_, nullptr)) lost();
            return;
        }
        if (length <= 0) break;
        // What is done to the world may end this device.
        if (on_frame_) on_frame_(std::span(frame).first(static_cast<std::size_t>(length)));
        if (!on_frame_) return;
    }
    wait();
}

void TapDevice::deliver(std::span<const std::uint8_t> frame) {
    (void)::write(fd_.native_handle(), frame.data(), frame.size());
}

void TapDevice::set_carrier(bool on) {
    int carrier = on ? 1 : 0;
    if (::ioctl(fd_.native_handle(), TUNSETCARRIER, &carrier) != 0)
        spdlog::warn("tap device {}: carrier: {}", index_, std::strerror(errno));
}

ieee80211::MacAddress TapDevice::address() {
    ifreq request{};
    std::array<std::uint8_t, ieee80211::MacAddress::size> octets{};
    if (::ioctl(fd_.native_handle(), SIOCGIFHWADDR, &request) == 0)
        std::copy_n(request.ifr_hwaddr.sa_data, octets.size(), octets.begin());
    return ieee80211::MacAddress{octets};
}

void TapDevice::set_address(const ieee80211::MacAddress& address) {
    ifreq request{};
    request.ifr_hwaddr.sa_family = static_cast<unsigned short>(mld::LinkType::ethernet);
    std::copy(address.octets().begin(), address.octets().end(), request.ifr_hwaddr.sa_data);
    // The kernel wants the family to be the device's own type.
    ifreq current{};
    if (::ioctl(fd_.native_handle(), SIOCGIFHWADDR, &current) == 0)
        request.ifr_hwaddr.sa_family = current.ifr_hwaddr.sa_family;
    if (::ioctl(fd_.native_handle(), SIOCSIFHWADDR, &request) != 0)
        spdlog::warn("tap device {}: address {}: {}", index_, address.to_string(), std::strerror(errno));
}

void TapDevice::set_type(mld::LinkType type) {
    if (::ioctl(fd_.native_handle(), TUNSETLINK, static_cast<unsigned long>(type)) != 0)
        spdlog::warn("tap device {}: link type {}: {}", index_, static_cast<unsigned>(type), std::strerror(errno));
}

}  // namespace mlosim::host
