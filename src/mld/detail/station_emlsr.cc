// Several links of a station share one radio: how the access point is told, and when that begins and ends.
// 802.11be 35.3.17. Nothing of mac80211 does this for a station.

#include <bit>

#include "ieee80211/eml_operating_mode.h"
#include "mld/data_path.h"
#include "mld/detail/protected_eht.h"
#include "mld/detail/station_impl.h"
#include "mld/driver.h"

namespace mlosim::mld {

namespace {

using detail::ProtectedEhtAction;
using ieee80211::EmlCapabilities;
using ieee80211::EmlOperatingMode;

bool allows_emlsr(EmlCapabilities capabilities) {
    return capabilities.has(EmlCapabilities::emlsr);
}

}  // namespace

Result<void> StationMlme::Impl::set_emlsr(const EmlsrRequest& request) {
    Sta* ap = wdev.is_mld() && active ? access_point(active->connection.ap) : nullptr;
    if (ap == nullptr || !ap->authorized()) return fail(EINVAL, "no connection with an AP MLD");
    const auto* profile = wiphy().profile().extended_for(wdev.type());
    const auto own = EmlCapabilities::from_raw(profile != nullptr ? profile->eml : 0);
    if (!allows_emlsr(own)) return fail(EINVAL, "the radio does not do EMLSR");
    if (!allows_emlsr(EmlCapabilities::from_raw(ap->eml_capabilities.value_or(0))))
        return fail(EINVAL, "the access point does not do EMLSR");
    if ((request.links & ~wdev.active_links()) != 0 || std::popcount(request.links) == 1)
        return fail(EINVAL, "EMLSR is for two active links or more");
    if (request.links == 0 && ap->emlsr.links == 0) return fail(EINVAL, "no links share a radio");
    if (active->eml_change) return fail(EBUSY);

    EmlOperatingMode mode;
    Active::EmlChange change;
    if (request.links != 0) {
        const auto padding = request.padding ? encoded_emlsr_padding(*request.padding)
                                             : std::optional(static_cast<std::uint8_t>(own.get(own.padding_delay)));
        const auto transition = request.transition
                                    ? encoded_emlsr_transition(*request.transition)
                                    : std::optional(static_cast<std::uint8_t>(own.get(own.transition_delay)));
        if (!padding || !transition) return fail(EINVAL, "there is no such delay");
        mode.emlsr_links = request.links;
        if (request.padding || request.transition) mode.delays = EmlOperatingMode::Delays{*padding, *transition};
        change.next = {request.links, emlsr_padding(*padding), emlsr_transition(*transition)};
    }
    if (auto possible = wiphy().driver().set_emlsr(wdev, *ap, change.next); !possible) return possible;
    change.token = mode.token = ++active->last_dialog_token;
    ieee80211::Bytes frame = action_frame(ProtectedEhtAction::eml_operating_mode);
    ieee80211::ByteWriter out(frame);
    mode.append_to(out);
    active->eml_change = std::move(change);
    trace("mld/emlsr-asked", active->connection.ap);
    TxOptions options;
    options.report = TxOptions::Report::mlme;
    options.cookie = await(Awaited::emlsr);
    wiphy().data_path().send_management(wdev, &link(), std::move(frame), options);
    return {};
}

void StationMlme::Impl::emlsr_status(bool acknowledged) {
    if (!active || !active->eml_change) return;
    if (!acknowledged) {
        active->eml_change.reset();
        return trace("mld/emlsr-failed", active->connection.ap);
    }
    const Sta* ap = access_point(active->connection.ap);
    if (ap == nullptr) return;
    const auto timeout = eml_transition_timeout(EmlCapabilities::from_raw(ap->eml_capabilities.value_or(0)));
    active->eml_change->timeout = world().queue().after(timeout, [this] { use_emlsr(); });
}

void StationMlme::Impl::on_emlsr_answer(const ieee80211::FrameView& frame) {
    constexpr std::size_t category_and_action = 2;
    const auto answer = EmlOperatingMode::parse(frame.body().subspan(category_and_action));
    if (!answer || !active->eml_change || answer->token != active->eml_change->token) return;
    if (answer->emlsr_links.value_or(0) == active->eml_change->next.links) use_emlsr();
}

void StationMlme::Impl::use_emlsr() {
    Sta* ap = access_point(active->connection.ap);
    if (ap == nullptr) return;
    const Emlsr next = active->eml_change->next;
    active->eml_change.reset();
    ap->emlsr = next;
    world().trace().record(now(), "mld/emlsr",
                           {{"wdev", wdev.id().value},
                            {"links", next.links},
                            {"padding_us", static_cast<std::int64_t>(next.padding.count())},
                            {"transition_us", static_cast<std::int64_t>(next.transition.count())}});
    for (const auto& link : wdev.links())
        if (link->wdev_ != nullptr) wiphy().link_event("mld/link-switched", *link->wdev_);
}

}  // namespace mlosim::mld
