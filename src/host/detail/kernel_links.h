#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "ieee80211/mac_address.h"
#include "sim/result.h"

struct nl_sock;
struct nlmsghdr;

namespace mlosim::host {

/// A network namespace as seen from the daemon's; nothing: its own.
using NamespaceId = std::optional<std::int32_t>;

/// What the kernel says of one of its network devices.
struct KernelLink {
    std::uint32_t index = 0;
    std::uint32_t flags = 0;  ///< IFF_*
    NamespaceId in;
    std::optional<std::string> name;
    std::optional<ieee80211::MacAddress> address;
    std::optional<std::uint32_t> mtu;
};

/// The kernel's rtnetlink: its network devices, in this network namespace and in those that it knows.
class KernelLinks {
public:
    class User {
    public:
        /// A device is there, or changed.
        virtual void link_is(const KernelLink& link) = 0;
        /// A device went: for good, or to another namespace, where its number may be another.
        virtual void link_gone(std::uint32_t index, NamespaceId in) = 0;

    protected:
        ~User() = default;
    };

    [[nodiscard]] static Result<std::unique_ptr<KernelLinks>> open(boost::asio::io_context& io, User& user);
    KernelLinks(boost::asio::io_context& io, User& user);
    ~KernelLinks();
    KernelLinks(const KernelLinks&) = delete;
    KernelLinks& operator=(const KernelLinks&) = delete;

    /// Errors come too late for anybody; they are in the log.
    void set_up(std::uint32_t index, NamespaceId in, bool up);
    void rename(std::uint32_t index, NamespaceId in, const std::string& name);
    void set_mtu(std::uint32_t index, NamespaceId in, std::uint32_t mtu);

private:
    struct Free {
        void operator()(nl_sock* socket) const;
    };
    template <class Fill>
    void change(std::uint32_t index, NamespaceId in, std::uint32_t flags, std::uint32_t mask, Fill&& fill);
    void wait();
    bool read_one();
    void handle(const nlmsghdr& message, NamespaceId in);

    User& user_;
    std::unique_ptr<nl_sock, Free> events_;
    std::unique_ptr<nl_sock, Free> requests_;
    std::unique_ptr<boost::asio::posix::stream_descriptor> watched_;
};

}  // namespace mlosim::host
