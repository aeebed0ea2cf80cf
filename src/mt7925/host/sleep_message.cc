#include "mt7925/host/sleep_message.h"

#include <algorithm>

#include "mt7925/bss_tlvs.h"
#include "mt7925/layout.h"

namespace mlosim::mt7925::host {

namespace {

constexpr std::size_t most_addresses = 4;  // IEEE80211_BSS_ARP_ADDR_LIST_LEN

PayloadBuilder message_of(const LinkNumbers& link) {
    BssHeader header;
    header.bss_idx = link.bss_idx;
    return PayloadBuilder(header);
}

}  // namespace

Bytes arp_message(const LinkNumbers& link, std::span<const Octets<4>> addresses) {
    OffloadArp out;
    out.enable = 1;
    for (const Octets<4>& address : addresses.first(std::min(addresses.size(), most_addresses)))
        out.addresses.emplace_back().address = address;
    out.ips_num = static_cast<std::uint8_t>(out.addresses.size());
    return message_of(link).add(out).bytes();
}

Bytes neighbor_message(const LinkNumbers& link, std::span<const Octets<16>> addresses) {
    OffloadNd out;
    out.enable = 1;
    for (const Octets<16>& address : addresses.first(std::min(addresses.size(), most_addresses)))
        out.addresses.emplace_back().address = address;
    out.ips_num = static_cast<std::uint8_t>(out.addresses.size());
    out.addresses.resize(most_addresses);  // the driver always sends room for four
    return message_of(link).add(out).bytes();
}

Bytes gtk_rekey_message(const LinkNumbers& link, const GtkRekey& keys) {
    constexpr std::uint8_t update = 2;
    constexpr std::uint8_t without_enabling = 1;
    OffloadGtkRekey out;
    out.kek = keys.kek;
    out.kck = keys.kck;
    out.replay_counter = keys.replay_counter;
    out.rekey_mode = update;
    out.key_id = keys.key_id;
    out.option = without_enabling;
    out.proto = keys.proto;
    out.pairwise_cipher = keys.pairwise_cipher;
    out.group_cipher = keys.group_cipher;
    return message_of(link).add(out).bytes();
}

Bytes gtk_rekey_mode_message(const LinkNumbers& link, bool sleeps) {
    OffloadGtkRekey out;
    out.rekey_mode = sleeps ? 0 : 1;  // 0: it answers
    return message_of(link).add(out).bytes();
}

Bytes suspend_message(const LinkNumbers& link, bool sleeps) {
    SuspendMode out;
    out.enable = sleeps ? 1 : 0;
    out.mdtim = 1;
    out.wow_suspend = 1;
    return message_of(link).add(out).bytes();
}

Bytes wake_up_message(const LinkNumbers& link, bool sleeps, const WakeUp& on) {
    constexpr unsigned magic = 1U << 0U;  // UNI_WOW_DETECT_TYPE_*
    constexpr unsigned disconnect = 1U << 2U;
    constexpr unsigned beacons_lost = 1U << 4U;
    constexpr unsigned scan_hit = 1U << 5U;
    constexpr unsigned bitmap = 1U << 6U;
    constexpr std::uint8_t firmware_chooses = 0xff;
    unsigned trigger = 0;
    if (on.magic_packet) trigger |= magic;
    if (on.disconnect) trigger |= disconnect | beacons_lost;
    if (on.network_found) trigger |= scan_hit;
    if (on.pattern) trigger |= bitmap;
    WowControl control;
    control.cmd = sleeps ? 1 : 2;
    control.trigger = static_cast<std::uint8_t>(trigger);
    WowGpio gpio;
    gpio.gpio_pin = firmware_chooses;
    return message_of(link).add(control).add(gpio).bytes();
}

Result<Bytes> wake_pattern_message(const LinkNumbers& link, std::uint8_t index, bool enable, ByteView pattern,
                                   ByteView mask) {
    constexpr std::uint8_t any_bss = 0xf;
    WowPattern out;
    if (pattern.size() > out.pattern.size() || mask.size() > out.mask.size())
        return fail(EINVAL, "a pattern of " + std::to_string(pattern.size()) + " octets does not fit the message");
    out.bss_idx = any_bss;
    out.index = index;
    out.enable = enable ? 1 : 0;
    out.data_len = static_cast<std::uint8_t>(pattern.size());
    std::ranges::copy(pattern, out.pattern.begin());
    std::ranges::copy(mask, out.mask.begin());
    return message_of(link).add(out).bytes();
}

Bytes bus_suspend_message(bool sleeps) {
    HifBasic out;
    out.suspend = sleeps ? 1 : 0;
    return PayloadBuilder(HifHeader{}).add(out).bytes();
}

Bytes rssi_monitor_message(const LinkNumbers& link, bool on, std::int32_t threshold, std::uint32_t hysteresis) {
    RssiThresholds out;
    out.enable = on ? 1 : 0;
    out.high = static_cast<std::int8_t>(threshold + static_cast<std::int32_t>(hysteresis));
    out.low = static_cast<std::int8_t>(threshold - static_cast<std::int32_t>(hysteresis));
    return message_of(link).add(out).bytes();
}

}  // namespace mlosim::mt7925::host
