#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string_view>

#include "netlink/core.h"
#include "netlink/family.h"
#include "netlink/message.h"

namespace mlosim::netlink {

class GenericNetlink;
class Nlctrl;

/// What a registered family sends with: notifications to its groups, messages to one port.
class FamilyHandle {
public:
    FamilyHandle() = default;

    [[nodiscard]] std::uint16_t id() const noexcept { return id_; }
    /// A message that answers no request: sequence number and port 0.
    [[nodiscard]] MessageBuilder message(std::uint8_t command, std::size_t limit = good_size) const;
    /// An answer to a request, made later than in its handler.
    [[nodiscard]] MessageBuilder answer(std::uint8_t command, std::uint32_t port, std::uint32_t seq,
                                        std::size_t limit = good_size) const;
    /// Sends it to every member of the family's group number `group` but `except_port`. An overflowed message is not
    /// sent (the kernel's notifications that do not fit are lost the same way).
    void notify(std::uint32_t group, const MessageBuilder& message, std::uint32_t except_port = 0) const;
    [[nodiscard]] bool has_listeners(std::uint32_t group) const;
    /// ECONNREFUSED if that port is gone, EMSGSIZE if the message overflowed.
    Result<void> unicast(std::uint32_t port, const MessageBuilder& message) const;

private:
    friend class GenericNetlink;
    FamilyHandle(Core& core, std::uint16_t id, std::uint8_t version, std::uint32_t first_group)
        : core_(&core), id_(id), version_(version), first_group_(first_group) {}

    Core* core_ = nullptr;
    std::uint16_t id_ = 0;
    std::uint8_t version_ = 0;
    std::uint32_t first_group_ = 0;
};

/// Numbers that generic netlink gives to the families registered after it. The defaults are those which the oracle's
/// kernel had left after its other families, so that its captures can be compared byte for byte; no program may rely on
/// them.
struct FirstNumbers {
    std::uint16_t family = 0x25;
    std::uint32_t group = 0x13;
};

/// Generic netlink: the families, the checks that every request passes, and nlctrl. cf. net/netlink/genetlink.c
class GenericNetlink final : public ProtocolHandler {
public:
    explicit GenericNetlink(Core& core, FirstNumbers first = {});
    GenericNetlink(const GenericNetlink&) = delete;
    GenericNetlink& operator=(const GenericNetlink&) = delete;
    ~GenericNetlink() override;

    /// Registers a family, which must outlive the sockets, and tells nlctrl's listeners. EEXIST if the name is taken.
    Result<FamilyHandle> add(Family& family);

    Result<void> handle(const nlmsghdr& message, const Sender& sender, Reply& reply) override;
    [[nodiscard]] std::uint32_t group_count() const override;
    void released(std::uint32_t port) override;

    /// A family with the numbers it got.
    struct Registered {
        Family* family = nullptr;
        std::uint16_t id = 0;
        std::uint32_t first_group = 0;
        std::array<std::int16_t, 256> by_cmd{};  ///< index in commands(), or -1

        /// The policy that a request (or a dump request) of command `index` must meet; none: its attributes are not
        /// looked at.
        [[nodiscard]] const Policy* policy(std::size_t index, bool dump) const;
    };
    [[nodiscard]] const std::map<std::uint16_t, Registered>& families() const noexcept { return families_; }
    [[nodiscard]] const Registered* find(std::uint16_t id) const;
    [[nodiscard]] const Registered* find(std::string_view name) const;

private:
    Result<Registered*> insert(Family& family, std::uint16_t id, std::uint32_t first_group);
    Result<void> run_doit(const Registered& registered, std::size_t index, const nlmsghdr& message,
                          const Sender& sender, Reply& reply);
    Result<void> run_dump(const Registered& registered, std::size_t index, const nlmsghdr& message,
                          const Sender& sender, Reply& reply);

    Core& core_;
    std::uint16_t next_id_;
    std::uint32_t next_group_;
    std::map<std::uint16_t, Registered> families_;  // ordered by id, as nlctrl dumps them
    std::unique_ptr<Nlctrl> nlctrl_;
};

}  // namespace mlosim::netlink
