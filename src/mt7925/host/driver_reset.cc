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
    std::vector<Before> before = links_before();
    Conversation again;
    {
        // Who has the mutex finishes first: each of its commands in vain.
        Mutex::Guard chip = co_await chip_.mutex().lock("reset_work");
        chip_.set_resetting(true);
        const auto taken = co_await chip_.take();
        (void)taken;
        frames_.reset();
        const auto line = co_await chip_.reset_subsystem();
        (void)line;
        if (has(Defect::semaphore_stuck)) {
            // The boot before this one took it and did not come to its end.
            constexpr std::uint8_t get[] = {1, 0, 0, 0};
            const McuResult left = co_await chip_.command(RomCid::patch_sem_control, Bytes(get, get + sizeof get));
            (void)left;
        }
        Result<Capabilities> told = co_await bring_up(chip_, images_, !has(Defect::semaphore_stuck));
        chip_.set_resetting(false);
        associated_since_boot_ = false;
        if (!told) {
            log_.print(KernelLog::Level::error, "chip reset failed");
        } else {
            capabilities_ = std::move(*told);
            Domain nowhere = domain();
            nowhere.alpha2 = {'\0', '\0'};
            Conversation what;
            what.push_back({Cid::set_domain_info, domain_message(nowhere)});
            what.push_back({Cid::band_config, rts_message(default_rts_octets)});
            auto interfaces = interfaces_again(before);
            if (!interfaces) {
                oops("mt76_connac_mcu_uni_add_dev");
                co_await Forever{};
            }
            again = std::move(*interfaces);
            if (!has(Defect::missing_mutex)) append(what, std::exchange(again, {}));
            const auto said = co_await say(chip_, std::move(what), OnFailure::go_on);
            (void)said;
        }
    }
    // The real driver has given the mutex back by now.
    const auto said = co_await say(chip_, std::move(again), OnFailure::go_on);
    (void)said;
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

std::vector<Driver::Before> Driver::links_before() const {
    std::vector<Before> out;
    for (const auto& vif : interfaces_.all()) {
        Before& of = out.emplace_back();
        of.incarnation = vif->incarnation;
        for (const VifLink* link : vif->added_links())
            of.links.push_back(link->id);
    }
    return out;
}

/// What the firmware must know of interfaces that were there before. cf. mt7925_vif_connect_iter()
std::optional<Conversation> Driver::interfaces_again(const std::vector<Before>& before) {
    if (has(Defect::link_gone))
        for (const Before& of : before) {
            Vif* vif = interfaces_.find(of.incarnation);
            if (vif == nullptr) continue;
            for (const auto& id : of.links)
                if (id && vif->wdev.link(*id) == nullptr) return std::nullopt;
        }
    Conversation out;
    for (const auto& vif : interfaces_.all()) {
        for (VifLink* link : vif->added_links()) {
            append(out, activation(*vif, *link));
            const mld::Link* of_mac = link->id ? vif->wdev.link(*link->id) : vif->wdev.links().front().get();
            if (of_mac != nullptr) append(out, queues_again(*of_mac, *link));
        }
        if (vif->type == ConnectionType::access_point) append(out, beaconing_again(*vif));
    }
    return out;
}

}  // namespace mlosim::mt7925::host
