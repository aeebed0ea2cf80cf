#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "netlink/ext_ack.h"
#include "netlink/message.h"
#include "sim/result.h"

namespace mlosim::netlink {

/// Whom a dump's messages go to and how they are marked, cf. struct netlink_callback.
struct DumpTarget {
    std::uint16_t type = 0;    ///< message type of what DumpBuffer::add() writes: the family's id for generic netlink
    std::uint8_t version = 0;  ///< genlmsghdr.version
    std::uint32_t seq = 0;
    std::uint32_t port = 0;
};

/// Remembers over the whole dump whether what is dumped changed meanwhile. cf. nl_dump_check_consistent()
class Consistency {
public:
    /// The state of what is dumped, a number that changes with it (never 0). Set it at the start of each piece.
    void set_generation(std::uint32_t generation) noexcept { current_ = generation; }
    /// What the next call of interrupted() will say.
    [[nodiscard]] bool would_interrupt() const noexcept { return previous_ != 0 && current_ != previous_; }
    /// True if it changed since the last call. Each message that the kernel checks calls this once.
    bool interrupted() noexcept {
        const bool changed = would_interrupt();
        previous_ = current_;
        return changed;
    }

private:
    std::uint32_t current_ = 0;
    std::uint32_t previous_ = 0;
};

/// The datagram that a dump is filling: several messages, one skb in the kernel.
class DumpBuffer {
public:
    DumpBuffer(const DumpTarget& target, Consistency& consistency, ExtAck& ack, std::size_t limit);

    /// Starts a generic netlink message (flags and NLM_F_MULTI); finish it with commit().
    [[nodiscard]] MessageBuilder& begin(std::uint8_t command, std::uint16_t flags = 0);
    /// Starts a message of any type, for protocols without genlmsghdr.
    [[nodiscard]] MessageBuilder& begin_raw(std::uint16_t type, std::uint16_t flags = 0);
    /// Takes the begun message in. False: it does not fit; nothing of it stays, end this piece and begin there again in
    /// the next.
    [[nodiscard]] bool commit();
    /// begin(), `fill(MessageBuilder&)`, commit() in one.
    template <class Fill>
    [[nodiscard]] bool add(std::uint8_t command, Fill&& fill, std::uint16_t flags = 0) {
        std::forward<Fill>(fill)(begin(command, flags));
        return commit();
    }

    /// What the kernel does with genl_dump_check_consistent(): marks the begun message NLM_F_DUMP_INTR if the world
    /// changed.
    void check_consistent();
    [[nodiscard]] Consistency& consistency() noexcept { return consistency_; }

    [[nodiscard]] ExtAck& ack() noexcept { return ack_; }
    /// True if a message did not fit although the datagram held no other: it never will.
    [[nodiscard]] bool stuck() const noexcept { return refused_ && bytes_.empty(); }
    [[nodiscard]] bool empty() const noexcept { return bytes_.empty(); }
    [[nodiscard]] std::size_t room() const noexcept { return limit_ > bytes_.size() ? limit_ - bytes_.size() : 0; }
    [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept { return bytes_; }

private:
    const DumpTarget& target_;
    Consistency& consistency_;
    ExtAck& ack_;
    std::size_t limit_;
    std::vector<std::uint8_t> bytes_;
    MessageBuilder message_;
    bool refused_ = false;
};

/// What a dump says after filling a piece.
enum class Progress {
    more,  ///< call again with a fresh buffer. (Many kernel dumps say this until a call finds nothing left: then DONE
           ///< gets a datagram of its own.)
    done,  ///< finished: NLMSG_DONE goes into this same datagram if it fits
};

/// A dump in progress: a resumable generator. Lives until it is done, fails, or its socket closes.
class Dump {
public:
    Dump() = default;
    Dump(const Dump&) = delete;
    Dump& operator=(const Dump&) = delete;
    virtual ~Dump() = default;

    /// Fills one datagram with as many messages as fit. An Error ends the dump: its errno is NLMSG_DONE's payload.
    virtual Result<Progress> fill(DumpBuffer& out) = 0;
    /// Least size of a datagram, where the kernel sets min_dump_alloc; asked before each piece.
    [[nodiscard]] virtual std::size_t min_size() const { return 0; }
};

/// A dump made of one callable, for handlers whose state is a few variables of a lambda.
class FunctionDump final : public Dump {
public:
    using Fill = std::function<Result<Progress>(DumpBuffer&)>;
    explicit FunctionDump(Fill fill) : fill_(std::move(fill)) {}
    Result<Progress> fill(DumpBuffer& out) override { return fill_(out); }

private:
    Fill fill_;
};

[[nodiscard]] inline std::unique_ptr<Dump> make_dump(FunctionDump::Fill fill) {
    return std::make_unique<FunctionDump>(std::move(fill));
}

}  // namespace mlosim::netlink
