#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netlink/dump.h"
#include "netlink/policy.h"
#include "netlink/request.h"
#include "sim/result.h"

namespace mlosim::netlink {

/// Who may send a command, as nlctrl tells it (GENL_ADMIN_PERM, GENL_UNS_ADMIN_PERM). Doit, dump and policy bits follow
/// from the table.
enum class Permission : std::uint8_t { anyone = 0, admin = 0x01, net_admin = 0x10 };

/// Where a command predates strict validation: the kernel's enum genl_validate_flags.
enum Lenience : std::uint8_t {
    strict_checks = 0,
    lenient_request = 1,  ///< GENL_DONT_VALIDATE_STRICT
    unchecked_dump = 2,   ///< GENL_DONT_VALIDATE_DUMP
    lenient_dump = 4,     ///< GENL_DONT_VALIDATE_DUMP_STRICT
};

/// What the layer below the handlers needs to know of a command.
struct CommandInfo {
    std::uint8_t cmd = 0;
    bool can_do = false;
    bool can_dump = false;
    Permission permission = Permission::anyone;
    std::uint8_t lenience = strict_checks;
    const Policy* policy = nullptr;  ///< none: the family's
    /// The command's dump has its own policy and validation (genl_split_ops) …
    bool split = false;
    const Policy* dump_policy = nullptr;
    std::uint8_t dump_lenience = strict_checks;
    /// For the family's own use (genl_ops.internal_flags).
    std::uint32_t needs = 0;
};

/// A row of a family's command table. `doit` answers one request; `dump` checks one and returns the generator of the
/// answers. A command that the kernel has and we do not serve still stands in the table, with refuse<Context> and
/// refuse_dump<Context>: nlctrl lists it, its attributes are checked, and its answer is EOPNOTSUPP.
template <class Context>
struct Command {
    using Doit = Result<void> (*)(Context&, const Request&, Reply&);
    using StartDump = Result<std::unique_ptr<Dump>> (*)(Context&, const Request&, Reply&);

    std::uint8_t cmd = 0;
    Doit doit = nullptr;
    StartDump dump = nullptr;
    Permission permission = Permission::anyone;
    std::uint8_t lenience = strict_checks;
    const Policy* policy = nullptr;
    bool split = false;
    const Policy* dump_policy = nullptr;
    std::uint8_t dump_lenience = strict_checks;
    std::uint32_t needs = 0;

    [[nodiscard]] CommandInfo info() const {
        return {cmd,    doit != nullptr, dump != nullptr, permission,    lenience,
                policy, split,           dump_policy,     dump_lenience, needs};
    }
};

template <class Context>
Result<void> refuse(Context&, const Request&, Reply&) {
    return fail(EOPNOTSUPP);
}
template <class Context>
Result<std::unique_ptr<Dump>> refuse_dump(Context&, const Request&, Reply&) {
    return fail(EOPNOTSUPP);
}

/// What nlctrl tells of a family.
struct FamilyInfo {
    std::string name;
    std::uint8_t version = 1;
    std::uint16_t header_size = 0;          ///< bytes of the family's own header after genlmsghdr
    const Policy* policy = nullptr;         ///< of every command that brings none
    std::uint16_t strict_from_command = 0;  ///< genl_family.resv_start_op: newer commands get every check
    std::vector<std::string> groups;        ///< multicast groups, by their number within the family
};

/// A generic netlink family.
class Family {
public:
    virtual ~Family() = default;
    [[nodiscard]] virtual const FamilyInfo& info() const = 0;
    /// In the order in which nlctrl lists them.
    [[nodiscard]] virtual std::span<const CommandInfo> commands() const = 0;

    /// `index` is that in commands(); the request has passed its policy.
    virtual Result<void> doit(std::size_t index, const Request& request, Reply& reply) = 0;
    virtual Result<std::unique_ptr<Dump>> dump(std::size_t index, const Request& request, Reply& reply) = 0;
    /// A socket closed: what it owned or registered ends.
    virtual void released(std::uint32_t port) { (void)port; }
};

/// A family that is a table of commands over a context of its own. If Context has
///   `Result<void> before(const CommandInfo&, const Request&, Reply&)`, each request passes it first (genl's pre_doit);
///   `void released(std::uint32_t port)`, it hears of closed sockets.
template <class Context>
class TableFamily final : public Family {
public:
    TableFamily(FamilyInfo info, std::span<const Command<Context>> table, Context& context)
        : info_(std::move(info)), table_(table.begin(), table.end()), context_(context) {
        for (const auto& command : table_)
            infos_.push_back(command.info());
    }

    [[nodiscard]] const FamilyInfo& info() const override { return info_; }
    [[nodiscard]] std::span<const CommandInfo> commands() const override { return infos_; }

    Result<void> doit(std::size_t index, const Request& request, Reply& reply) override {
        if constexpr (requires { context_.before(infos_[index], request, reply); })
            if (auto ready = context_.before(infos_[index], request, reply); !ready) return ready;
        return table_[index].doit(context_, request, reply);
    }
    Result<std::unique_ptr<Dump>> dump(std::size_t index, const Request& request, Reply& reply) override {
        return table_[index].dump(context_, request, reply);
    }
    void released(std::uint32_t port) override {
        if constexpr (requires { context_.released(port); }) context_.released(port);
    }

private:
    FamilyInfo info_;
    std::vector<Command<Context>> table_;
    std::vector<CommandInfo> infos_;
    Context& context_;
};

}  // namespace mlosim::netlink
