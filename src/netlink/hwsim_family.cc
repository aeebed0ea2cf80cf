#include "netlink/hwsim_family.h"

#include <algorithm>
#include <cstring>

#include "netlink/detail/hwsim_regulatory.h"
#include "netlink/hwsim_numbers.h"
#include "netlink/owner.h"

namespace mlosim::netlink {

namespace {

using namespace hwsim;

constexpr std::uint32_t config_group = 0;
/// No program may fill the machine with radios.
constexpr std::size_t most_radios = 4096;

constexpr std::uint16_t longest_frame = 2304;  // IEEE80211_MAX_DATA_LEN
constexpr std::uint16_t tx_info_size = 4 * 2;  // IEEE80211_TX_MAX_RATES times struct hwsim_tx_rate

// cf. hwsim_genl_policy
constexpr auto rules = policy_table<attr_max>({
    {attr_addr_receiver, attr::eth_addr_compat()},
    {attr_addr_transmitter, attr::eth_addr_compat()},
    {attr_frame, attr::binary(longest_frame)},
    {attr_flags, attr::u32()},
    {attr_rx_rate, attr::u32()},
    {attr_signal, attr::u32()},
    {attr_tx_info, attr::exact_len(tx_info_size)},
    {attr_cookie, attr::u64()},
    {attr_channels, attr::u32()},
    {attr_radio_id, attr::u32()},
    {attr_reg_hint_alpha2, attr::string(2)},
    {attr_reg_custom_reg, attr::u32()},
    {attr_reg_strict_reg, attr::flag()},
    {attr_support_p2p_device, attr::flag()},
    {attr_use_chanctx, attr::flag()},
    {attr_destroy_radio_on_close, attr::flag()},
    {attr_radio_name, attr::string()},
    {attr_no_vif, attr::flag()},
    {attr_freq, attr::u32()},
    {attr_tx_info_flags, attr::binary()},
    {attr_perm_addr, attr::eth_addr_compat()},
    {attr_iftype_support, attr::u32()},
    {attr_cipher_support, attr::binary()},
    {attr_mlo_support, attr::flag()},
    {attr_pmsr_support, attr::nested()},
    {attr_pmsr_result, attr::nested()},
    {attr_multi_radio, attr::flag()},
    {attr_support_nan_device, attr::flag()},
    {attr_support_background_radar, attr::flag()},
});
constexpr Policy policy{rules};

/// cf. HWSIM_IFTYPE_SUPPORT_MASK
constexpr std::uint32_t possible_types =
    mld::InterfaceTypes{mld::InterfaceType::adhoc,      mld::InterfaceType::station,    mld::InterfaceType::ap,
                        mld::InterfaceType::mesh_point, mld::InterfaceType::p2p_client, mld::InterfaceType::p2p_go,
                        mld::InterfaceType::ocb}
        .bits();

/// cf. hwsim_ciphers[]
constexpr std::uint32_t possible_ciphers[] = {0x000fac01, 0x000fac05, 0x000fac02, 0x000fac04, 0x000fac0a, 0x000fac08,
                                              0x000fac09, 0x000fac06, 0x000fac0d, 0x000fac0b, 0x000fac0c};

/// Features of NEW_RADIO that no radio here has.
Result<void> refuse_unsupported(const Request& request) {
    if (request->has(attr_pmsr_support))
        return fail(EOPNOTSUPP, "peer measurement is not simulated", request->at(attr_pmsr_support));
    if (request->has(attr_support_nan_device))
        return fail(EOPNOTSUPP, "NAN is not simulated", request->at(attr_support_nan_device));
    return {};
}

Result<std::vector<std::uint32_t>> read_ciphers(const Attribute& attribute) {
    const auto bytes = attribute.bytes();
    if (bytes.size() % sizeof(std::uint32_t) != 0) return fail(EINVAL, "bad cipher list length", attribute.offset());
    std::vector<std::uint32_t> ciphers(bytes.size() / sizeof(std::uint32_t));
    if (ciphers.size() > std::size(possible_ciphers))
        return fail(EINVAL, "too many ciphers specified", attribute.offset());
    if (!bytes.empty()) std::memcpy(ciphers.data(), bytes.data(), bytes.size());
    for (const std::uint32_t cipher : ciphers)
        if (std::find(std::begin(possible_ciphers), std::end(possible_ciphers), cipher) == std::end(possible_ciphers))
            return fail(EINVAL, "unsupported ciphers specified", attribute.offset());
    return ciphers;
}

Result<mld::RadioOptions> read_options(const Request& request, unsigned default_channels) {
    mld::RadioOptions options;
    options.channels = request->u32(attr_channels).value_or(default_channels);
    if (options.channels < 1) return fail(EINVAL, "must have at least one channel");
    options.channel_contexts = request->flag(attr_use_chanctx);
    options.multi_link = request->flag(attr_mlo_support);
    options.multi_radio = request->flag(attr_multi_radio);
    options.background_radar = request->flag(attr_support_background_radar);
    options.p2p_device = request->flag(attr_support_p2p_device);
    if (auto types = request->u32(attr_iftype_support)) {
        if ((*types & ~possible_types) != 0)
            return fail(EINVAL, "cannot support more iftypes than kernel", request->at(attr_iftype_support));
        options.interface_types = mld::InterfaceTypes::from_bits(*types);
    }
    if (auto ciphers = request->find(attr_cipher_support)) {
        auto list = read_ciphers(*ciphers);
        if (!list) return fail(std::move(list.error()));
        options.ciphers = std::move(*list);
    }
    return options;
}

Result<void> read_regulatory(const Request& request, mld::RadioSpec& spec) {
    spec.strict_regulatory = request->flag(attr_reg_strict_reg);
    if (auto hint = request->bytes(attr_reg_hint_alpha2))
        spec.regulatory_hint =
            phy::Alpha2(static_cast<char>((*hint)[0]), hint->size() > 1 ? static_cast<char>((*hint)[1]) : '\0');
    if (auto number = request->u32(attr_reg_custom_reg)) {
        spec.custom_domain = detail::hwsim_custom_domain(*number);
        if (!spec.custom_domain) return fail(EINVAL);
        spec.custom_domain_index = *number;
    }
    return {};
}

// cf. hwsim_new_radio_nl()
Result<void> new_radio(HwsimFamily& family, const Request& request, Reply& reply) {
    mld::World& world = family.world();
    auto options = read_options(request, family.defaults().channels);
    if (!options) return fail(std::move(options.error()));
    if (auto supported = refuse_unsupported(request); !supported) return supported;

    mld::RadioSpec spec;
    spec.placement = family.defaults().placement;
    spec.profile = family.defaults().profile.with(*options);
    spec.options = std::move(*options);
    if (auto regulatory = read_regulatory(request, spec); !regulatory) return regulatory;
    if (auto address = request->mac(attr_perm_addr)) {
        if (!address->is_valid_individual())
            return fail(EINVAL, "MAC is no valid source addr", request->at(attr_perm_addr));
        spec.address = *address;
    }
    if (auto name = request->string(attr_radio_name)) spec.wiphy_name = std::string(*name);
    if (request->flag(attr_no_vif)) spec.interface_name.clear();
    spec.owner = owner_of(request.port());
    spec.destroy_on_close = request->flag(attr_destroy_radio_on_close);
    if (world.radios().size() >= most_radios) return fail(ENOSPC, "there are as many radios as a world may have");

    const HwsimFamily::CausedBy cause(family, request);
    auto radio = world.add_radio(std::move(spec));
    if (!radio) return fail(std::move(radio.error()));
    reply.set_result(static_cast<int>((*radio)->index.value));
    return {};
}

// cf. hwsim_del_radio_nl()
Result<void> del_radio(HwsimFamily& family, const Request& request, Reply&) {
    mld::World& world = family.world();
    const mld::Radio* radio = nullptr;
    if (auto id = request->u32(attr_radio_id))
        radio = world.find_radio(mld::RadioIndex{*id});
    else if (auto name = request->string(attr_radio_name))
        radio = world.find_radio_by_name(*name);
    else
        return fail(EINVAL);
    if (radio == nullptr) return fail(ENODEV);
    const HwsimFamily::CausedBy cause(family, request);
    world.remove_radio(radio->index);
    return {};
}

bool uses_channel_contexts(const mld::RadioOptions& options) {
    return options.channel_contexts || options.channels > 1 || options.multi_link || options.multi_radio;
}

void put_name(MessageBuilder& message, const std::string& name) {
    message.put(attr_radio_name, std::span(reinterpret_cast<const std::uint8_t*>(name.data()), name.size()));
}

/// cf. append_radio_msg(); GET_RADIO does not know of MULTI_RADIO.
void put_radio(MessageBuilder& message, const mld::Radio& radio, bool as_event) {
    const mld::RadioOptions& options = radio.spec.options;
    message.put_u32(attr_radio_id, radio.index.value);
    message.put_u32(attr_channels, options.channels);
    if (radio.spec.regulatory_hint) {
        const phy::Alpha2& hint = *radio.spec.regulatory_hint;
        const std::uint8_t letters[] = {static_cast<std::uint8_t>(hint[0]), static_cast<std::uint8_t>(hint[1])};
        if (as_event || (letters[0] != 0 && letters[1] != 0)) message.put(attr_reg_hint_alpha2, letters);
    }
    if (radio.spec.custom_domain_index) message.put_u32(attr_reg_custom_reg, *radio.spec.custom_domain_index);
    if (radio.spec.strict_regulatory) message.put_flag(attr_reg_strict_reg);
    if (radio.wiphy->profile().interface_types.contains(mld::InterfaceType::p2p_device))
        message.put_flag(attr_support_p2p_device);
    if (uses_channel_contexts(options)) message.put_flag(attr_use_chanctx);
    if (as_event && options.multi_radio) message.put_flag(attr_multi_radio);
    put_name(message, radio.wiphy->name());
    if (options.background_radar) message.put_flag(attr_support_background_radar);
}

// cf. hwsim_get_radio_nl()
Result<void> get_radio(HwsimFamily& family, const Request& request, Reply& reply) {
    const auto id = request->u32(attr_radio_id);
    if (!id) return fail(EINVAL);
    const mld::Radio* radio = family.world().find_radio(mld::RadioIndex{*id});
    if (radio == nullptr) return fail(ENODEV);
    MessageBuilder message = reply.message(cmd_get_radio);
    put_radio(message, *radio, false);
    return reply.send(message);
}

// cf. hwsim_dump_radio_nl()
Result<std::unique_ptr<Dump>> dump_radios(HwsimFamily& family, const Request&, Reply&) {
    return make_dump([&world = family.world(), next = mld::RadioIndex{}](DumpBuffer& out) mutable -> Result<Progress> {
        out.consistency().set_generation(world.radio_generation());
        for (auto it = world.radios().lower_bound(next); it != world.radios().end(); ++it) {
            next = it->first;
            MessageBuilder& message = out.begin(cmd_get_radio);
            out.check_consistent();
            put_radio(message, it->second, false);
            if (!out.commit()) return Progress::more;
            next.value += 1;
        }
        if (out.empty() &&
            out.consistency().would_interrupt()) {  // a change must be told even if there is nothing to tell it with
            (void)out.begin(cmd_get_radio);
            out.check_consistent();
            (void)out.commit();
        }
        return Progress::more;
    });
}

Result<void> register_medium(HwsimFamily& family, const Request& request, Reply&) {
    return family.medium().take_over(request);
}
Result<void> frame(HwsimFamily& family, const Request& request, Reply&) {
    return family.medium().frame(request);
}
Result<void> tx_info_frame(HwsimFamily& family, const Request& request, Reply&) {
    return family.medium().tx_info(request);
}

/// Nobody was ever asked for a measurement. cf. hwsim_pmsr_report_nl()
Result<void> report_pmsr(HwsimFamily&, const Request&, Reply&) {
    return fail(EINVAL);
}

constexpr std::uint8_t lenient = lenient_request | unchecked_dump;
constexpr Command<HwsimFamily> commands[] = {
    {.cmd = cmd_register, .doit = register_medium, .permission = Permission::net_admin, .lenience = lenient},
    {.cmd = cmd_frame, .doit = frame, .lenience = lenient},
    {.cmd = cmd_tx_info_frame, .doit = tx_info_frame, .lenience = lenient},
    {.cmd = cmd_new_radio, .doit = new_radio, .permission = Permission::net_admin, .lenience = lenient},
    {.cmd = cmd_del_radio, .doit = del_radio, .permission = Permission::net_admin, .lenience = lenient},
    {.cmd = cmd_get_radio, .doit = get_radio, .dump = dump_radios, .lenience = lenient},
    {.cmd = cmd_report_pmsr, .doit = report_pmsr, .lenience = lenient},
};

}  // namespace

HwsimFamily::HwsimFamily(GenericNetlink& generic, mld::World& world, HwsimDefaults defaults)
    : world_(world),
      defaults_(std::move(defaults)),
      medium_(world),
      family_({.name = "MAC80211_HWSIM",
               .version = 1,
               .policy = &policy,
               .strict_from_command = cmd_report_pmsr + 1,
               .groups = {"config"}},
              commands, *this) {
    auto handle = generic.add(family_);
    MLOSIM_INVARIANT(handle.has_value(), "a family is registered once");
    handle_ = *handle;
    medium_.set_handle(handle_);
    world_.subscribe(*this);
}

HwsimFamily::~HwsimFamily() {
    world_.unsubscribe(*this);
}

void HwsimFamily::released(std::uint32_t port) {
    world_.release(owner_of(port));
    medium_.released(port);
}

// cf. genl_notify()
void HwsimFamily::notify(const MessageBuilder& message) {
    const bool echo = cause_ != nullptr && (cause_->flags() & NLM_F_ECHO) != 0;
    handle_.notify(config_group, message, echo ? cause_->port() : 0);
    if (echo) (void)handle_.unicast(cause_->port(), message);
}

void HwsimFamily::radio_added(mld::Radio& radio) {
    MessageBuilder message = handle_.message(cmd_new_radio);
    put_radio(message, radio, true);
    notify(message);
}

// cf. hwsim_mcast_del_radio()
void HwsimFamily::radio_removed(mld::Radio& radio) {
    MessageBuilder message = handle_.message(cmd_del_radio);
    message.put_u32(attr_radio_id, radio.index.value);
    put_name(message, radio.wiphy->name());
    notify(message);
}

}  // namespace mlosim::netlink
