#include "netlink/nl80211/nl80211.h"

#include "netlink/nl80211/attribute_policy.h"
#include "netlink/nl80211/command_table.h"
#include "netlink/nl80211/context.h"
#include "netlink/nl80211/notifier.h"
#include "sim/invariant.h"

namespace mlosim::netlink {

namespace {

// cf. nl80211_fam
FamilyInfo family_info() {
    return {.name = NL80211_GENL_NAME,
            .version = 1,
            .header_size = 0,
            .policy = &nl80211::attribute_policy,
            .strict_from_command = NL80211_CMD_REMOVE_LINK_STA + 1,
            .groups = {NL80211_MULTICAST_GROUP_CONFIG, NL80211_MULTICAST_GROUP_SCAN, NL80211_MULTICAST_GROUP_REG,
                       NL80211_MULTICAST_GROUP_MLME, NL80211_MULTICAST_GROUP_VENDOR, NL80211_MULTICAST_GROUP_NAN}};
}

}  // namespace

class Nl80211::Impl {
public:
    Impl(GenericNetlink& generic, mld::World& world, Dialect dialect)
        : context_(world, dialect, handle_), family_(family_info(), commands_, context_), notifier_(context_, handle_) {
        auto handle = generic.add(family_);
        MLOSIM_INVARIANT(handle.has_value(), "a generic netlink has one family nl80211");
        handle_ = *handle;
        for (const auto& [index, wiphy] : world.wiphys())
            context_.set_channels_since(*wiphy, world.now());
        world.subscribe(notifier_);
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    ~Impl() { context_.world().unsubscribe(notifier_); }

    [[nodiscard]] const FamilyHandle& handle() const noexcept { return handle_; }

private:
    FamilyHandle handle_;
    nl80211::Context context_;
    std::vector<Command<nl80211::Context>> commands_ = nl80211::command_table();
    TableFamily<nl80211::Context> family_;
    nl80211::Notifier notifier_;
};

Nl80211::Nl80211(GenericNetlink& generic, mld::World& world, Dialect dialect)
    : impl_(std::make_unique<Impl>(generic, world, dialect)) {}
Nl80211::~Nl80211() = default;

const FamilyHandle& Nl80211::handle() const noexcept {
    return impl_->handle();
}

}  // namespace mlosim::netlink
