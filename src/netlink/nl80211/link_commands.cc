#include "netlink/nl80211/dumps.h"
#include "netlink/nl80211/handlers.h"

namespace mlosim::netlink::nl80211 {

namespace {

using mld::InterfaceType;

// cf. nl80211_send_survey()
void put_survey(MessageBuilder& out, const mld::Netdev& netdev, const mld::Survey& survey) {
    out.put_u32(NL80211_ATTR_IFINDEX, netdev.index().value);
    auto nest = out.nest_noflag(NL80211_ATTR_SURVEY_INFO);
    out.put_u32(NL80211_SURVEY_INFO_FREQUENCY, survey.channel.center.in_mhz());
    const std::uint32_t offset_khz = survey.channel.center.in_khz() % 1000;
    if (offset_khz != 0) out.put_u32(NL80211_SURVEY_INFO_FREQUENCY_OFFSET, offset_khz);
    if (survey.noise_dbm) out.put_u8(NL80211_SURVEY_INFO_NOISE, static_cast<std::uint8_t>(*survey.noise_dbm));
    if (survey.in_use) out.put_flag(NL80211_SURVEY_INFO_IN_USE);
    const struct {
        std::uint16_t attribute;
        std::optional<std::chrono::milliseconds> time;
    } times[] = {
        {NL80211_SURVEY_INFO_TIME, survey.active},
        {NL80211_SURVEY_INFO_TIME_BUSY, survey.busy},
        {NL80211_SURVEY_INFO_TIME_RX, survey.rx},
        {NL80211_SURVEY_INFO_TIME_TX, survey.tx},
    };
    for (const auto& t : times)
        if (t.time) out.put_u64(t.attribute, static_cast<std::uint64_t>(t.time->count()));
}

// cf. nl80211_dump_survey()
class SurveyDump final : public Dump {
public:
    SurveyDump(const Context& context, mld::WdevId wdev) : context_(context), wdev_(wdev) {}

    Result<Progress> fill(DumpBuffer& out) override {
        auto found = dumped_wdev(context_, wdev_);
        if (!found) return fail(std::move(found.error()));
        mld::Wdev& wdev = **found;
        if (wdev.netdev() == nullptr) return fail(EINVAL);
        for (;; ++next_) {
            auto survey = wdev.wiphy().survey(wdev, next_);
            if (!survey && survey.error().code == ENOENT) return out.empty() ? Progress::done : Progress::more;
            if (!survey) return fail(std::move(survey.error()));
            const phy::RadioChannel* channel = wdev.wiphy().channel(survey->channel);
            if (channel != nullptr && channel->now.flags.has(phy::ChannelFlag::disabled)) continue;
            if (!out.add(NL80211_CMD_NEW_SURVEY_RESULTS,
                         [&](MessageBuilder& message) { put_survey(message, *wdev.netdev(), *survey); }))
                return Progress::more;
        }
    }

private:
    const Context& context_;
    mld::WdevId wdev_;
    std::size_t next_ = 0;
};

/// The interface that a dump request names and nothing more. cf. nl80211_prepare_wdev_dump()
Result<mld::WdevId> named_wdev(const Context& context, const Request& request, Reply& reply) {
    auto attributes = dump_attributes(request, reply.ack());
    if (!attributes) return fail(std::move(attributes.error()));
    return wdev_to_dump(context, *attributes);
}

}  // namespace

Result<std::unique_ptr<Dump>> dump_survey(Context& context, const Request& request, Reply& reply) {
    auto wdev = named_wdev(context, request, reply);
    if (!wdev) return failing_dump(std::move(wdev.error()));
    return std::make_unique<SurveyDump>(context, *wdev);
}

// cf. nl80211_get_power_save()
Result<void> get_power_save(Context& context, const Request&, Reply& reply) {
    MessageBuilder message = reply.message(NL80211_CMD_GET_POWER_SAVE);
    message.put_u32(NL80211_ATTR_PS_STATE, context.wdev().power_save() ? NL80211_PS_ENABLED : NL80211_PS_DISABLED);
    return reply.send(message);
}

// cf. nl80211_set_power_save()
Result<void> set_power_save(Context& context, const Request& request, Reply&) {
    const auto state = request->u32(NL80211_ATTR_PS_STATE);
    if (!state) return fail(EINVAL);
    return context.wiphy().set_power_save(context.wdev(), *state == NL80211_PS_ENABLED);
}

// Meshes are not simulated: no interface has paths. cf. nl80211_dump_mpath()
Result<std::unique_ptr<Dump>> dump_mesh_paths(Context& context, const Request& request, Reply& reply) {
    auto wdev = named_wdev(context, request, reply);
    return failing_dump(wdev ? Error{EOPNOTSUPP, {}, {}} : std::move(wdev.error()));
}

}  // namespace mlosim::netlink::nl80211
