// The host sleeps: what the firmware does for it meanwhile, and what it wakes it for.

#include <algorithm>
#include <utility>

#include "mld/wake_on.h"
#include "mt7925/host/chip_messages.h"
#include "mt7925/host/driver.h"
#include "mt7925/host/sleep_message.h"

namespace mlosim::mt7925::host {

namespace {

using namespace std::chrono_literals;

constexpr sim::Duration bus_patience = 3s;

template <std::size_t N>
void copy_up_to(const ieee80211::Bytes& from, Octets<N>& to) {
    std::copy_n(from.begin(), std::min(from.size(), N), to.begin());
}

/// Of the keys that the chip has. cf. mt76_connac_mcu_key_iter()
void tell_ciphers(GtkRekey& keys, const Vif& vif) {
    constexpr std::uint32_t wpa = 1;
    constexpr std::uint32_t rsn = 2;
    constexpr std::uint32_t tkip = 1U << 3U;
    constexpr std::uint32_t ccmp = 1U << 4U;
    const VifLink& link = vif.default_link;
    if (link.cipher != KeyCipher::tkip && link.cipher != KeyCipher::ccmp) return;
    const bool is_tkip = link.cipher == KeyCipher::tkip;
    const std::uint32_t cipher = is_tkip ? tkip : ccmp;
    if (!vif.peers.empty() && !vif.peers.front().links.empty() && vif.peers.front().links.front().keys.index) {
        keys.proto = is_tkip ? wpa : rsn;
        keys.pairwise_cipher = cipher;
        keys.key_id = *vif.peers.front().links.front().keys.index;
    }
    if (link.keys.index) keys.group_cipher = cipher;
}

}  // namespace

// cf. mt76_connac_mcu_update_gtk_rekey()
Result<void> Driver::set_rekey_data(mld::Wdev& wdev, const mld::RekeyData& data) {
    const Vif* vif = interfaces_.find(wdev);
    if (vif == nullptr) return fail(ENETDOWN);
    const VifLink& link = vif->default_link;
    GtkRekey keys;
    copy_up_to(data.kek, keys.kek);
    copy_up_to(data.kck, keys.kck);
    keys.replay_counter = data.replay_counter;
    tell_ciphers(keys, *vif);
    Conversation what;
    what.push_back({Cid::offload, gtk_rekey_message(link.numbers, keys)});
    enqueue("set_rekey_data", std::move(what));
    return {};
}

// cf. mt7925_suspend()
Result<void> Driver::suspend(const mld::WakeOn& wake_on) {
    mlo_power_save_.cancel();
    wake_on_ = wake_on;
    enqueue("suspend", sleep_of_interfaces(true), OnFailure::go_on);
    return {};
}

// cf. mt7925_resume()
void Driver::resume() {
    enqueue("resume", sleep_of_interfaces(false), OnFailure::go_on);
}

// cf. mt7925_mcu_set_suspend_iter()
Conversation Driver::sleep_of_interfaces(bool sleeps) {
    Conversation out;
    WakeUp on;
    on.magic_packet = wake_on_.magic_packet;
    on.disconnect = wake_on_.disconnect;
    on.pattern = !wake_on_.patterns.empty();
    for (const auto& vif : interfaces_.all()) {
        if (!vif->wdev.running()) continue;
        const LinkNumbers& numbers = vif->default_link.numbers;
        out.push_back({Cid::offload, gtk_rekey_mode_message(numbers, sleeps)});
        out.push_back({Cid::suspend, suspend_message(numbers, sleeps)});
        for (std::size_t i = 0; i < wake_on_.patterns.size(); ++i) {
            const mld::WakePattern& pattern = wake_on_.patterns[i];
            if (auto message =
                    wake_pattern_message(numbers, static_cast<std::uint8_t>(i), sleeps, pattern.pattern, pattern.mask))
                out.push_back({Cid::suspend, std::move(*message)});
        }
        out.push_back({Cid::suspend, wake_up_message(numbers, sleeps, on)});
    }
    return out;
}

void Driver::power_down() {
    operations_.enqueue("pci_suspend", bus(true));
}

void Driver::power_up() {
    operations_.enqueue("pci_resume", bus(false));
}

/// The bus sleeps, or wakes, and the firmware says when it does. cf. mt7925_pci_suspend(), mt7925_pci_resume()
Task<void> Driver::bus(bool sleeps) {
    {
        Mutex::Guard chip = co_await power_.acquire(sleeps ? "pci_suspend" : "pci_resume");
        if (sleeps && roc_.end()) co_await abort_everywhere();
        if (sleeps) chip_.post(Cid::chip_config, option::set_silent, deep_sleep_message(true));
        chip_.post(Cid::hif_ctrl, option::set_silent, bus_suspend_message(sleeps));
        const bool answered = co_await bus_answer_.wait(bus_patience);
        if (answered && !sleeps) {
            const auto regulated = co_await set_domain(chip_, domain());
            (void)regulated;
        }
        if (answered) co_return;
    }
    reset();
}

}  // namespace mlosim::mt7925::host
