// What happens when the chip is lost: it is brought up again, once, and its interfaces with it.

#include <utility>

#include "mld/station_mlme.h"
#include "mld/wdev.h"
#include "mld/wiphy.h"
#include "mt7925/host/driver.h"

namespace mlosim::mt7925::host {

// cf. mt792x_reset(): not before the first boot, not twice at a time
void Driver::reset() {
    if (!capabilities_ || resetting_ || reset_queued_) return;
    reset_queued_ = true;
    wiphy_.world().trace().record(queue_.now(), "mt7925/reset", {{"wiphy", wiphy_.name()}});
    works_.start("reset_work", reset_work());
}

// cf. mt7925_mac_reset_work()
Task<void> Driver::reset_work() {
    co_await Pause(queue_, {});
    reset_queued_ = false;
    resetting_ = true;
    mlo_power_save_.cancel();
    {
        // Who has the mutex finishes first: each of its commands in vain.
        Mutex::Guard chip = co_await chip_.mutex().lock("reset_work");
        chip_.set_resetting(true);
        const auto taken = co_await chip_.take();
        (void)taken;
        frames_.reset();
        const auto line = co_await chip_.reset_subsystem();
        (void)line;
        Result<Capabilities> told = co_await bring_up(chip_, images_);
        chip_.set_resetting(false);
        if (!told) {
            log_.print(KernelLog::Level::error, "chip reset failed");
        } else {
            capabilities_ = std::move(*told);
            Domain nowhere = domain();
            nowhere.alpha2 = {'\0', '\0'};
            Conversation what;
            what.push_back({Cid::set_domain_info, domain_message(nowhere)});
            what.push_back({Cid::band_config, rts_message(default_rts_octets)});
            append(what, interfaces_again());
            const auto said = co_await say(chip_, std::move(what), OnFailure::go_on);
            (void)said;
        }
    }
    resetting_ = false;
    if (scanning_ != nullptr) scan_done(true);
    for (const auto& vif : interfaces_.all()) {
        const mld::Connection* connection = vif->wdev.mlme() != nullptr ? vif->wdev.mlme()->connection() : nullptr;
        if (connection == nullptr) continue;
        log_.print(KernelLog::Level::info,
                   vif->wdev.name() + ": Driver requested disconnection from AP " + connection->ap.to_string());
        mac_.disconnect(vif->wdev, true);
    }
    Mutex::Guard chip = co_await power_.acquire("regd_change");
    const auto regulated = co_await set_domain(chip_, domain());
    (void)regulated;
}

/// What the firmware must know of interfaces that were there before. cf. mt7925_vif_connect_iter()
Conversation Driver::interfaces_again() {
    Conversation out;
    for (const auto& vif : interfaces_.all()) {
        for (VifLink* link : vif->added_links()) {
            append(out, activation(*vif, *link));
            const mld::Link* of_mac = link->id ? vif->wdev.link(*link->id) : vif->wdev.links().front().get();
            if (of_mac == nullptr) continue;  // it is going
            append(out, queues_again(*of_mac, *link));
        }
        if (vif->type == ConnectionType::access_point) append(out, beaconing_again(*vif));
    }
    return out;
}

}  // namespace mlosim::mt7925::host
