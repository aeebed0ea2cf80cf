#include "netlink/generic.h"

#include <algorithm>

#include <linux/genetlink.h>

#include "netlink/nlctrl.h"
#include "sim/invariant.h"

namespace mlosim::netlink {

namespace {

/// What a command without any policy gets once its family is strict: no attribute at all. cf. genl_policy_reject_all
constexpr AttributePolicy reject_all_rules[] = {attr::reject()};
constexpr Policy reject_all{reject_all_rules};

bool is_dump(const nlmsghdr& message) {
    return (message.nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
}

// cf. genl_header_check()
Result<void> check_header(const nlmsghdr& message, const genlmsghdr& header) {
    if (header.reserved != 0) return fail(EINVAL, "genlmsghdr.reserved field is not 0");
    std::uint16_t flags = message.nlmsg_flags;
    if (is_dump(message)) flags = static_cast<std::uint16_t>(flags & ~NLM_F_DUMP);
    if ((flags & ~(NLM_F_REQUEST | NLM_F_ACK | NLM_F_ECHO)) != 0)
        return fail(EINVAL, "ambiguous or reserved bits set in nlmsg_flags");
    return {};
}

/// The attributes of a generic netlink message. cf. genl_family_rcv_msg_attrs_parse()
Result<Attributes> parse(const nlmsghdr& message, std::size_t header_size, const Policy* policy, bool lenient,
                         ExtAck& ack) {
    if (policy == nullptr) return Attributes();
    const std::size_t start = NLMSG_HDRLEN + NLMSG_ALIGN(header_size);
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&message);
    const std::size_t length = message.nlmsg_len > start ? message.nlmsg_len - start : 0;
    return Attributes::parse({bytes + std::min<std::size_t>(start, message.nlmsg_len), length},
                             static_cast<std::uint32_t>(start), *policy,
                             lenient ? Strictness::liberal : Strictness::strict, ack);
}

/// A family's dump together with the request that it reads from.
class OwningDump final : public Dump {
public:
    explicit OwningDump(const nlmsghdr& message) : copy_((message.nlmsg_len + 3U) / 4U) {
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(&message);
        std::copy(bytes, bytes + message.nlmsg_len, reinterpret_cast<std::uint8_t*>(copy_.data()));
    }
    [[nodiscard]] const nlmsghdr& message() const { return *reinterpret_cast<const nlmsghdr*>(copy_.data()); }
    Request& keep(Request request) { return request_.emplace(std::move(request)); }
    void set_inner(std::unique_ptr<Dump> inner) { inner_ = std::move(inner); }

    Result<Progress> fill(DumpBuffer& out) override { return inner_->fill(out); }
    [[nodiscard]] std::size_t min_size() const override { return inner_->min_size(); }

private:
    std::vector<std::uint32_t> copy_;  // aligned as headers need it
    std::optional<Request> request_;
    std::unique_ptr<Dump> inner_;  // last: it may refer to the request
};

}  // namespace

MessageBuilder FamilyHandle::message(std::uint8_t command, std::size_t limit) const {
    return answer(command, 0, 0, limit);
}

MessageBuilder FamilyHandle::answer(std::uint8_t command, std::uint32_t port, std::uint32_t seq,
                                    std::size_t limit) const {
    MessageBuilder message({.type = id_, .seq = seq, .port = port}, limit);
    message.put_header(genlmsghdr{.cmd = command, .version = version_, .reserved = 0});
    return message;
}

void FamilyHandle::notify(std::uint32_t group, const MessageBuilder& message, std::uint32_t except_port) const {
    if (!message.overflowed()) core_->multicast(Protocol::generic, first_group_ + group, message.bytes(), except_port);
}

bool FamilyHandle::has_listeners(std::uint32_t group) const {
    return core_ != nullptr && core_->has_listeners(Protocol::generic, first_group_ + group);
}

Result<void> FamilyHandle::unicast(std::uint32_t port, const MessageBuilder& message) const {
    if (message.overflowed()) return fail(EMSGSIZE);
    return core_->unicast(Protocol::generic, port, message.bytes());
}

GenericNetlink::GenericNetlink(Core& core, FirstNumbers first)
    : core_(core), next_id_(first.family), next_group_(first.group), nlctrl_(std::make_unique<Nlctrl>(*this)) {
    core_.attach(Protocol::generic, *this);
    auto registered = insert(nlctrl_->family(), GENL_ID_CTRL, GENL_ID_CTRL);
    MLOSIM_INVARIANT(registered.has_value(), "nlctrl is the first family");
    nlctrl_->set_handle(FamilyHandle(core_, GENL_ID_CTRL, nlctrl_->family().info().version, GENL_ID_CTRL));
}

GenericNetlink::~GenericNetlink() = default;

Result<GenericNetlink::Registered*> GenericNetlink::insert(Family& family, std::uint16_t id,
                                                           std::uint32_t first_group) {
    if (find(family.info().name) != nullptr) return fail(EEXIST);
    Registered registered{.family = &family, .id = id, .first_group = first_group};
    registered.by_cmd.fill(-1);
    const auto commands = family.commands();
    for (std::size_t i = 0; i < commands.size(); ++i) {
        MLOSIM_INVARIANT(commands[i].can_do || commands[i].can_dump,
                         "a command does something, cf. genl_validate_ops()");
        MLOSIM_INVARIANT(registered.by_cmd[commands[i].cmd] < 0, "a command stands once in its family's table");
        registered.by_cmd[commands[i].cmd] = static_cast<std::int16_t>(i);
    }
    return &families_.emplace(id, registered).first->second;
}

Result<FamilyHandle> GenericNetlink::add(Family& family) {
    auto registered = insert(family, next_id_, next_group_);
    if (!registered) return fail(std::move(registered.error()));
    const FamilyHandle handle(core_, next_id_, family.info().version, next_group_);
    ++next_id_;
    next_group_ += static_cast<std::uint32_t>(family.info().groups.size());
    nlctrl_->announce(**registered);
    return handle;
}

const GenericNetlink::Registered* GenericNetlink::find(std::uint16_t id) const {
    const auto found = families_.find(id);
    return found == families_.end() ? nullptr : &found->second;
}

const GenericNetlink::Registered* GenericNetlink::find(std::string_view name) const {
    for (const auto& [id, registered] : families_)
        if (registered.family->info().name == name) return &registered;
    return nullptr;
}

// cf. genl_op_from_full(), genl_cmd_full_to_split(), genl_op_fill_in_reject_policy()
const Policy* GenericNetlink::Registered::policy(std::size_t index, bool dump) const {
    const CommandInfo& command = family->commands()[index];
    if (dump ? !command.can_dump : !command.can_do) return nullptr;
    if (command.split) {
        const Policy* own = dump ? command.dump_policy : command.policy;
        return own != nullptr ? own : &reject_all;
    }
    if (dump && (command.lenience & unchecked_dump) != 0) return nullptr;
    if (command.policy != nullptr) return command.policy;
    if (family->info().policy != nullptr) return family->info().policy;
    return command.cmd >= family->info().strict_from_command ? &reject_all : nullptr;
}

// cf. genl_family_rcv_msg()
Result<void> GenericNetlink::handle(const nlmsghdr& message, const Sender& sender, Reply& reply) {
    const Registered* registered = find(message.nlmsg_type);
    if (registered == nullptr) return fail(ENOENT);
    const FamilyInfo& info = registered->family->info();
    const std::size_t header_size = GENL_HDRLEN + std::size_t{info.header_size};
    if (message.nlmsg_len < NLMSG_HDRLEN + header_size) return fail(EINVAL);

    const auto& header =
        *reinterpret_cast<const genlmsghdr*>(reinterpret_cast<const std::uint8_t*>(&message) + NLMSG_HDRLEN);
    if (header.cmd >= info.strict_from_command)
        if (auto checked = check_header(message, header); !checked) return checked;

    const int index = registered->by_cmd[header.cmd];
    if (index < 0) return fail(EOPNOTSUPP);
    const CommandInfo& command = registered->family->commands()[static_cast<std::size_t>(index)];
    if (is_dump(message) ? !command.can_dump : !command.can_do) return fail(EOPNOTSUPP);
    if (command.permission != Permission::anyone && !sender.privileged) return fail(EPERM);

    reply.set_version(info.version);
    return is_dump(message) ? run_dump(*registered, static_cast<std::size_t>(index), message, sender, reply)
                            : run_doit(*registered, static_cast<std::size_t>(index), message, sender, reply);
}

Result<void> GenericNetlink::run_doit(const Registered& registered, std::size_t index, const nlmsghdr& message,
                                      const Sender& sender, Reply& reply) {
    Family& family = *registered.family;
    const bool lenient = (family.commands()[index].lenience & lenient_request) != 0;
    auto attributes = parse(message, GENL_HDRLEN + std::size_t{family.info().header_size},
                            registered.policy(index, false), lenient, reply.ack());
    if (!attributes) return fail(std::move(attributes.error()));
    return family.doit(index, Request(message, sender, std::move(*attributes)), reply);
}

// cf. genl_family_rcv_msg_dumpit(), genl_start()
Result<void> GenericNetlink::run_dump(const Registered& registered, std::size_t index, const nlmsghdr& message,
                                      const Sender& sender, Reply& reply) {
    if (reply.dump_running()) return fail(EBUSY);
    Family& family = *registered.family;
    const CommandInfo& command = family.commands()[index];
    const bool lenient = ((command.split ? command.dump_lenience : command.lenience) & lenient_dump) != 0;

    auto dump = std::make_unique<OwningDump>(message);
    auto attributes = parse(dump->message(), GENL_HDRLEN + std::size_t{family.info().header_size},
                            registered.policy(index, true), lenient, reply.ack());
    if (!attributes) return fail(std::move(attributes.error()));
    const Request& request = dump->keep(Request(dump->message(), sender, std::move(*attributes)));
    auto inner = family.dump(index, request, reply);
    if (!inner) return fail(std::move(inner.error()));
    dump->set_inner(std::move(*inner));
    reply.start_dump(
        {.type = registered.id, .version = family.info().version, .seq = message.nlmsg_seq, .port = sender.port},
        std::move(dump));
    return {};
}

// cf. genl_allocate_reserve_groups(): the kernel's bitmap grows by whole longs
std::uint32_t GenericNetlink::group_count() const {
    return (next_group_ + 63) / 64 * 64;
}

void GenericNetlink::released(std::uint32_t port) {
    for (const auto& [id, registered] : families_)
        registered.family->released(port);
}

}  // namespace mlosim::netlink
