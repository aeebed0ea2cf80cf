#include "netlink/nlctrl.h"

#include <optional>

#include <linux/genetlink.h>

#include "netlink/policy_dump.h"

namespace mlosim::netlink {

namespace {

using Registered = GenericNetlink::Registered;

constexpr auto family_rules = policy_table<CTRL_ATTR_FAMILY_NAME>({
    {CTRL_ATTR_FAMILY_ID, attr::u16()},
    {CTRL_ATTR_FAMILY_NAME, attr::nul_string(GENL_NAMSIZ - 1)},
});
constexpr Policy family_policy{family_rules};

constexpr auto policy_rules = policy_table<CTRL_ATTR_OP>({
    {CTRL_ATTR_FAMILY_ID, attr::u16()},
    {CTRL_ATTR_FAMILY_NAME, attr::nul_string(GENL_NAMSIZ - 1)},
    {CTRL_ATTR_OP, attr::u32()},
});
constexpr Policy policy_policy{policy_rules};

std::uint32_t command_flags(const Registered& registered, std::size_t index) {
    const CommandInfo& command = registered.family->commands()[index];
    std::uint32_t flags = static_cast<std::uint8_t>(command.permission);
    if (command.can_do) flags |= GENL_CMD_CAP_DO;
    if (command.can_dump) flags |= GENL_CMD_CAP_DUMP;
    if (registered.policy(index, false) != nullptr || registered.policy(index, true) != nullptr)
        flags |= GENL_CMD_CAP_HASPOL;
    return flags;
}

void put_group(MessageBuilder& message, std::uint16_t number, std::uint32_t id, const std::string& name) {
    auto nest = message.nest_noflag(number);
    message.put_u32(CTRL_ATTR_MCAST_GRP_ID, id);
    message.put_string(CTRL_ATTR_MCAST_GRP_NAME, name);
}

// cf. ctrl_fill_info()
void put_family(MessageBuilder& message, const Registered& registered) {
    const FamilyInfo& info = registered.family->info();
    message.put_string(CTRL_ATTR_FAMILY_NAME, info.name);
    message.put_u16(CTRL_ATTR_FAMILY_ID, registered.id);
    message.put_u32(CTRL_ATTR_VERSION, info.version);
    message.put_u32(CTRL_ATTR_HDRSIZE, info.header_size);
    message.put_u32(CTRL_ATTR_MAXATTR, info.policy != nullptr ? info.policy->max_type() : 0U);

    const auto commands = registered.family->commands();
    if (!commands.empty()) {
        auto list = message.nest_noflag(CTRL_ATTR_OPS);
        for (std::size_t i = 0; i < commands.size(); ++i) {
            auto nest = message.nest_noflag(static_cast<std::uint16_t>(i + 1));
            message.put_u32(CTRL_ATTR_OP_ID, commands[i].cmd);
            message.put_u32(CTRL_ATTR_OP_FLAGS, command_flags(registered, i));
        }
    }
    if (!info.groups.empty()) {
        auto list = message.nest_noflag(CTRL_ATTR_MCAST_GROUPS);
        for (std::size_t i = 0; i < info.groups.size(); ++i)
            put_group(message, static_cast<std::uint16_t>(i + 1),
                      registered.first_group + static_cast<std::uint32_t>(i), info.groups[i]);
    }
}

/// The family that a request names; the name counts where both are given. cf. ctrl_getfamily()
Result<const Registered*> named_family(const Nlctrl& nlctrl, const Request& request) {
    const Registered* found = nullptr;
    if (!request->has(CTRL_ATTR_FAMILY_ID) && !request->has(CTRL_ATTR_FAMILY_NAME)) return fail(EINVAL);
    if (auto id = request->u16(CTRL_ATTR_FAMILY_ID)) found = nlctrl.generic().find(*id);
    if (auto name = request->string(CTRL_ATTR_FAMILY_NAME)) found = nlctrl.generic().find(*name);
    if (found == nullptr) return fail(ENOENT);
    return found;
}

Result<void> get_family(Nlctrl& nlctrl, const Request& request, Reply& reply) {
    auto registered = named_family(nlctrl, request);
    if (!registered) return fail(std::move(registered.error()));
    MessageBuilder message = reply.message(CTRL_CMD_NEWFAMILY);
    put_family(message, **registered);
    return reply.send(message);
}

// cf. ctrl_dumpfamily()
Result<std::unique_ptr<Dump>> dump_families(Nlctrl& nlctrl, const Request&, Reply&) {
    return make_dump(
        [&generic = nlctrl.generic(), next = std::uint16_t{0}](DumpBuffer& out) mutable -> Result<Progress> {
            for (auto it = generic.families().lower_bound(next); it != generic.families().end(); ++it) {
                next = it->first;
                if (!out.add(CTRL_CMD_NEWFAMILY, [&](MessageBuilder& message) { put_family(message, it->second); }))
                    return Progress::more;
            }
            return Progress::done;
        });
}

/// First which policy each command has, by number, then every rule of every policy. cf. ctrl_dumppolicy()
class PoliciesDump final : public Dump {
public:
    /// `only`: the index of the one command asked for.
    PoliciesDump(const Registered& registered, std::optional<std::size_t> only)
        : registered_(registered),
          next_(only.value_or(0)),
          end_(only ? *only + 1 : registered.family->commands().size()) {
        for (std::size_t i = next_; i < end_; ++i)
            for (const bool dump : {false, true})
                if (const Policy* policy = registered.policy(i, dump)) policies_.add(*policy);
    }
    [[nodiscard]] bool nothing_to_tell() const { return policies_.empty(); }

    Result<Progress> fill(DumpBuffer& out) override {
        for (; next_ < end_; ++next_)
            if (!put_command(out)) return Progress::more;
        while (!policies_.finished()) {
            const auto before = policies_.position();
            MessageBuilder& message = out.begin(CTRL_CMD_GETPOLICY);
            message.put_u16(CTRL_ATTR_FAMILY_ID, registered_.id);
            auto nest = message.nest(CTRL_ATTR_POLICY);
            const bool written = policies_.write(message);
            nest.end();
            if (!written) break;
            if (!out.commit()) {
                policies_.go_back(before);
                break;
            }
        }
        return Progress::more;
    }

private:
    // cf. ctrl_dumppolicy_put_op()
    bool put_command(DumpBuffer& out) {
        const Policy* of_do = registered_.policy(next_, false);
        const Policy* of_dump = registered_.policy(next_, true);
        if (of_do == nullptr && of_dump == nullptr) return true;
        return out.add(CTRL_CMD_GETPOLICY, [&](MessageBuilder& message) {
            message.put_u16(CTRL_ATTR_FAMILY_ID, registered_.id);
            auto list = message.nest(CTRL_ATTR_OP_POLICY);
            auto nest = message.nest(registered_.family->commands()[next_].cmd);
            if (of_do != nullptr) message.put_u32(CTRL_ATTR_POLICY_DO, policies_.index(*of_do));
            if (of_dump != nullptr) message.put_u32(CTRL_ATTR_POLICY_DUMP, policies_.index(*of_dump));
        });
    }

    const Registered& registered_;
    std::size_t next_;
    std::size_t end_;
    PolicyDump policies_;
};

// cf. ctrl_dumppolicy_start()
Result<std::unique_ptr<Dump>> dump_policies(Nlctrl& nlctrl, const Request& request, Reply&) {
    const GenericNetlink& generic = nlctrl.generic();
    const Registered* registered = nullptr;
    if (auto id = request->u16(CTRL_ATTR_FAMILY_ID))
        registered = generic.find(*id);
    else if (auto name = request->string(CTRL_ATTR_FAMILY_NAME))
        registered = generic.find(*name);
    else
        return fail(EINVAL);
    if (registered == nullptr) return fail(ENOENT);

    std::optional<std::size_t> only;
    if (auto command = request->u32(CTRL_ATTR_OP)) {
        if (*command > 255 || registered->by_cmd[*command] < 0) return fail(ENOENT, {}, request->at(CTRL_ATTR_OP));
        only = static_cast<std::size_t>(registered->by_cmd[*command]);
    }
    auto dump = std::make_unique<PoliciesDump>(*registered, only);
    if (dump->nothing_to_tell()) return fail(ENODATA);
    return dump;
}

constexpr Command<Nlctrl> commands[] = {
    {.cmd = CTRL_CMD_GETFAMILY,
     .doit = get_family,
     .dump = dump_families,
     .lenience = lenient_request,
     .policy = &family_policy,
     .split = true,
     .dump_policy = &family_policy,
     .dump_lenience = unchecked_dump},
    {.cmd = CTRL_CMD_GETPOLICY, .dump = dump_policies, .split = true, .dump_policy = &policy_policy},
};

}  // namespace

Nlctrl::Nlctrl(const GenericNetlink& generic)
    : generic_(generic),
      family_({.name = "nlctrl", .version = 2, .strict_from_command = CTRL_CMD_GETPOLICY + 1, .groups = {"notify"}},
              commands, *this) {}

// cf. genl_ctrl_event()
void Nlctrl::announce(const Registered& registered) const {
    const FamilyInfo& info = registered.family->info();
    MessageBuilder family = handle_.message(CTRL_CMD_NEWFAMILY);
    put_family(family, registered);
    handle_.notify(0, family);
    for (std::size_t i = 0; i < info.groups.size(); ++i) {
        MessageBuilder group = handle_.message(CTRL_CMD_NEWMCAST_GRP);
        group.put_string(CTRL_ATTR_FAMILY_NAME, info.name);
        group.put_u16(CTRL_ATTR_FAMILY_ID, registered.id);
        {
            auto list = group.nest_noflag(CTRL_ATTR_MCAST_GROUPS);
            put_group(group, 1, registered.first_group + static_cast<std::uint32_t>(i), info.groups[i]);
        }
        handle_.notify(0, group);
    }
}

}  // namespace mlosim::netlink
