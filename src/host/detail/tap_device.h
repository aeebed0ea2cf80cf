#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "mld/netdev.h"
#include "sim/result.h"

namespace mlosim::host {

/// One TAP device of the kernel. It goes when this object goes.
class TapDevice : public std::enable_shared_from_this<TapDevice> {
public:
    using OnFrame = std::function<void(std::span<const std::uint8_t>)>;

    /// As `netdev` is now: name, number, address, link type, MTU, carrier. EPERM, ENOENT, EEXIST, in words.
    [[nodiscard]] static Result<std::shared_ptr<TapDevice>> make(boost::asio::io_context& io,
                                                                 const mld::Netdev& netdev);
    TapDevice(boost::asio::io_context& io, int fd, std::uint32_t index) : fd_(io, fd), index_(index) {}

    /// Every frame that the kernel sends through it, until close(). `lost` is called if the device was deleted.
    void start(OnFrame on_frame, std::function<void()> lost);
    void close();

    [[nodiscard]] std::uint32_t index() const noexcept { return index_; }
    /// The address that the kernel made up for it, before it got its own.
    [[nodiscard]] const ieee80211::MacAddress& first_address() const noexcept { return first_address_; }
    /// A frame comes in through it. A device that is down, or full, drops it.
    void deliver(std::span<const std::uint8_t> frame);
    void set_carrier(bool on);
    [[nodiscard]] ieee80211::MacAddress address();
    void set_address(const ieee80211::MacAddress& address);
    /// Not while it is up: EBUSY.
    void set_type(mld::LinkType type);

private:
    void wait();
    void read_all();

    boost::asio::posix::stream_descriptor fd_;
    std::uint32_t index_;
    ieee80211::MacAddress first_address_;
    OnFrame on_frame_;
    std::function<void()> lost_;
};

}  // namespace mlosim::host
