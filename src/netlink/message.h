#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include <linux/netlink.h>

#include "ieee80211/mac_address.h"
#include "sim/result.h"

struct nl_msg;

namespace mlosim::netlink {

/// What the kernel's skb for an ordinary answer holds (NLMSG_GOODSIZE with 4 KiB pages, less the skb's own end).
inline constexpr std::size_t good_size = 3776;
/// NLMSG_DEFAULT_SIZE: the payload of a message that fills such an skb.
inline constexpr std::size_t default_payload = good_size - NLMSG_HDRLEN;
/// No datagram of ours is larger, whatever buffer a program offers (netlink_recvmsg() caps at this).
inline constexpr std::size_t largest_datagram = 32768 - 320;

/// The fields of a netlink message header that its sender chooses.
struct MessageHead {
    std::uint16_t type = 0;
    std::uint16_t flags = 0;
    std::uint32_t seq = 0;
    std::uint32_t port = 0;  ///< of the receiver in answers, 0 in notifications
};

class MessageBuilder;

/// An attribute that holds others, open until the end of the scope.
class [[nodiscard]] Nest {
public:
    Nest(Nest&& other) noexcept : message_(std::exchange(other.message_, nullptr)), start_(other.start_) {}
    Nest(const Nest&) = delete;
    Nest& operator=(Nest&&) = delete;
    ~Nest() { end(); }

    /// Closes it now. cf. nla_nest_end()
    void end() noexcept;
    /// Takes it back, with all that it holds. cf. nla_nest_cancel()
    void cancel() noexcept;

private:
    friend class MessageBuilder;
    Nest(MessageBuilder* message, std::size_t start) : message_(message), start_(start) {}
    MessageBuilder* message_;
    std::size_t start_;
};

/// Writes one netlink message, on libnl's nl_msg. Never fails at a single put: what does not fit `limit` sets
/// overflowed(), and the message is then not sent (the kernel's nla_put_failure).
class MessageBuilder {
public:
    explicit MessageBuilder(const MessageHead& head, std::size_t limit = good_size);

    /// Starts over, in the same memory.
    void reset(const MessageHead& head, std::size_t limit);

    /// A family's header (genlmsghdr, ifinfomsg …); before the first attribute.
    void put_header(std::span<const std::uint8_t> header);
    template <class Header>
    void put_header(const Header& header) {
        put_header(std::span(reinterpret_cast<const std::uint8_t*>(&header), sizeof(header)));
    }

    void put(std::uint16_t type, std::span<const std::uint8_t> payload);
    void put_u8(std::uint16_t type, std::uint8_t v) { put_value(type, v); }
    void put_u16(std::uint16_t type, std::uint16_t v) { put_value(type, v); }
    void put_u32(std::uint16_t type, std::uint32_t v) { put_value(type, v); }
    /// No padding attribute: x86-64 needs none (nla_need_padding_for_64bit()).
    void put_u64(std::uint16_t type, std::uint64_t v) { put_value(type, v); }
    void put_s8(std::uint16_t type, std::int8_t v) { put_value(type, v); }
    void put_s16(std::uint16_t type, std::int16_t v) { put_value(type, v); }
    void put_s32(std::uint16_t type, std::int32_t v) { put_value(type, v); }
    void put_s64(std::uint16_t type, std::int64_t v) { put_value(type, v); }
    /// The text and a terminating NUL.
    void put_string(std::uint16_t type, std::string_view text);
    void put_flag(std::uint16_t type) { put(type, {}); }
    void put_mac(std::uint16_t type, const ieee80211::MacAddress& address) { put(type, address.octets()); }
    /// A plain struct (ifla_map, link statistics …).
    template <class Struct>
    void put_struct(std::uint16_t type, const Struct& value) {
        put_value(type, value);
    }
    /// Room of `size` zero bytes in a new attribute, to be filled by the caller; empty if it does not fit.
    [[nodiscard]] std::span<std::uint8_t> reserve(std::uint16_t type, std::size_t size);

    /// Opens a nest with NLA_F_NESTED. cf. nla_nest_start()
    Nest nest(std::uint16_t type) { return open(static_cast<std::uint16_t>(type | NLA_F_NESTED)); }
    /// Opens a nest without that flag, as older families do. cf. nla_nest_start_noflag()
    Nest nest_noflag(std::uint16_t type) { return open(type); }

    void add_flags(std::uint16_t flags);
    /// True once something did not fit.
    [[nodiscard]] bool overflowed() const noexcept { return overflowed_; }
    [[nodiscard]] std::size_t size() const noexcept;
    /// The whole message, its length filled in; valid until the next change.
    [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept;

private:
    friend class Nest;
    struct Free {
        void operator()(nl_msg* message) const noexcept;
    };

    template <class T>
    void put_value(std::uint16_t type, const T& v) {
        put(type, std::span(reinterpret_cast<const std::uint8_t*>(&v), sizeof(v)));
    }
    Nest open(std::uint16_t type);
    void close(std::size_t start) noexcept;
    void truncate(std::size_t start) noexcept;
    [[nodiscard]] bool make_room(std::size_t more);
    [[nodiscard]] std::uint8_t* start() const noexcept;

    std::unique_ptr<nl_msg, Free> message_;
    std::size_t limit_;
    bool overflowed_ = false;
};

}  // namespace mlosim::netlink
