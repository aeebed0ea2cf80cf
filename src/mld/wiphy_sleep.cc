// The host goes to sleep and comes back. cf. wiphy_suspend(), wiphy_resume(), __ieee80211_suspend(),
// ieee80211_reconfig()

#include "mld/driver.h"
#include "mld/off_channel.h"
#include "mld/scanner.h"
#include "mld/stations.h"
#include "mld/wiphy.h"
#include "mld/world.h"

namespace mlosim::mld {

namespace {

bool is_in_driver(const Wdev& wdev) {
    return wdev.running() && wdev.type() != InterfaceType::monitor;
}

}  // namespace

Result<void> Wiphy::suspend() {
    if (suspended_) return fail(EALREADY);
    const auto leave_all = [this] {
        for (const auto& [id, wdev] : wdevs_)
            if (wdev->running()) leave(*wdev);
    };
    if (!wake_on_) leave_all();
    if (scanner_->current() != nullptr) (void)scanner_->abort();
    for (const auto& [id, wdev] : wdevs_)
        off_channel_->purge(*wdev);
    remove_virtual_monitor();
    keeps_connections_ = false;
    if (mac_open_count_ > 0) {
        if (wake_on_) {
            for (const auto& [id, wdev] : wdevs_)
                for (Sta* peer : stations_->of(*wdev))
                    if (!wake_on_->any) stations_->end_block_acks(*peer);
            keeps_connections_ = driver_->suspend(*wake_on_).has_value();
            if (!keeps_connections_) leave_all();
        }
        if (!keeps_connections_) {
            for (const auto& [id, wdev] : wdevs_)
                if (is_in_driver(*wdev)) driver_->remove_interface(*wdev);
            driver_->stop();
        }
    }
    driver_->power_down();
    suspended_ = true;
    world_.trace().record(world_.now(), "mld/suspended", {{"wiphy", name_}, {"keeps-connections", keeps_connections_}});
    return {};
}

Result<void> Wiphy::resume() {
    if (!suspended_) return fail(EALREADY);
    waking_.cancel();
    driver_->power_up();
    suspended_ = false;
    if (mac_open_count_ > 0) {
        if (std::exchange(keeps_connections_, false)) {
            driver_->resume();
        } else if (auto started = driver_->start(); started) {
            for (const auto& [id, wdev] : wdevs_)
                if (is_in_driver(*wdev) && driver_->add_interface(*wdev) &&
                    (wdev->type() == InterfaceType::station || wdev->type() == InterfaceType::p2p_client))
                    driver_->link_changed(wdev->default_link(),
                                          {LinkChange::protection, LinkChange::slot_time, LinkChange::queues});
            if (virtual_monitors_ == mac_open_count_) (void)add_virtual_monitor();
            configure_radio();
        } else {
            return started;
        }
    }
    world_.trace().record(world_.now(), "mld/resumed", {{"wiphy", name_}});
    return {};
}

void Wiphy::wake_up() {
    if (suspended_) waking_ = world_.queue().after({}, [this] { (void)resume(); });
}

}  // namespace mlosim::mld
