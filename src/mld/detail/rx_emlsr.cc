// A station says that some of its links share one radio from now on, or no longer. cf. net/mac80211/ap.c

#include "ieee80211/eml_operating_mode.h"
#include "mld/detail/protected_eht.h"
#include "mld/detail/rx_path.h"
#include "mld/sta.h"
#include "mld/wiphy.h"
#include "mld/world.h"

namespace mlosim::mld::detail {

namespace {

using ieee80211::Bytes;
using ieee80211::EmlCapabilities;
using ieee80211::EmlOperatingMode;

void trace(Sta& sta) {
    World& world = sta.wdev().wiphy().world();
    world.trace().record(world.now(), "mld/emlsr-peer",
                         {{"wdev", sta.wdev().id().value},
                          {"station", sta.address().to_string()},
                          {"links", sta.emlsr.links},
                          {"padding_us", static_cast<std::int64_t>(sta.emlsr.padding.count())},
                          {"transition_us", static_cast<std::int64_t>(sta.emlsr.transition.count())}});
}

/// The station's mode becomes that. EINVAL: it cannot. cf. drv_set_eml_op_mode()
Result<void> apply(Wdev& wdev, Sta& sta, const EmlOperatingMode& mode) {
    Emlsr next;
    if (mode.emlsr_links) {
        auto own = EmlCapabilities::from_raw(sta.eml_capabilities.value_or(0));
        if (mode.delays) {
            own.set(EmlCapabilities::padding_delay, mode.delays->padding);
            own.set(EmlCapabilities::transition_delay, mode.delays->transition);
            sta.eml_capabilities = static_cast<std::uint16_t>(own.raw());
        }
        next.links = *mode.emlsr_links;
        next.padding = emlsr_padding(own.get(EmlCapabilities::padding_delay));
        next.transition = emlsr_transition(own.get(EmlCapabilities::transition_delay));
    }
    Wiphy& wiphy = wdev.wiphy();
    if (auto done = wiphy.driver().set_emlsr(wdev, sta, next); !done) return done;
    sta.emlsr_end.cancel();
    if (next.links != 0) {
        sta.emlsr = next;
        trace(sta);
        return {};
    }
    // Until it has heard the answer, or waited for it in vain, it still needs initial frames.
    constexpr std::chrono::milliseconds answered{5};
    const auto* profile = wiphy.profile().extended_for(wdev.type());
    const auto timeout = eml_transition_timeout(EmlCapabilities::from_raw(profile != nullptr ? profile->eml : 0));
    sta.emlsr_end = wiphy.world().queue().after(timeout + answered, [&sta] {
        sta.emlsr = {};
        trace(sta);
    });
    return {};
}

}  // namespace

// cf. ieee80211_rx_eml_op_mode_notif()
Verdict RxPath::emlsr_action(Incoming& in) {
    constexpr std::size_t category_and_action = 2;
    const auto body = in.frame.body();
    if (body.size() < category_and_action + 2) {
        in.malformed_action = true;
        return Verdict::next;
    }
    if (!in.wdev.is_mld() || in.sta == nullptr) return Verdict::taken;
    auto mode = EmlOperatingMode::parse(body.subspan(category_and_action));
    const auto* profile = wiphy_.profile().extended_for(in.wdev.type());
    if (!mode || profile == nullptr) return Verdict::taken;
    const auto own = EmlCapabilities::from_raw(profile->eml);
    if (mode->emlsr_links && !own.has(EmlCapabilities::emlsr)) return Verdict::taken;
    // A mode of several radios that share their chains: known, not done.
    if (mode->emlmr_links) return Verdict::taken;
    if ((mode->emlsr_links.value_or(0) & ~in.wdev.active_links()) != 0) return Verdict::taken;
    if (!apply(in.wdev, *in.sta, *mode)) return Verdict::taken;

    mode->delays.reset();
    mode->in_device_coexistence = false;
    Bytes answer = answer_header(in);
    ieee80211::ByteWriter w(answer);
    w.u8(category_protected_eht);
    w.u8(static_cast<std::uint8_t>(ProtectedEhtAction::eml_operating_mode));
    mode->append_to(w);
    tx_.send_management(in.wdev, &in.link, std::move(answer), {});
    return Verdict::taken;
}

}  // namespace mlosim::mld::detail
