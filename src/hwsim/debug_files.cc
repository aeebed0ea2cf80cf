#include <cerrno>
#include <charconv>
#include <string>

#include "hwsim/driver.h"
#include "ieee80211/frame_header.h"
#include "mld/station_mlme.h"

namespace mlosim::hwsim {

namespace {

using ieee80211::FrameHeader;
using ieee80211::MacAddress;

/// enum ps_mode
enum PowerSaveMode : std::uint64_t { disabled, enabled, automatic_poll, manual_poll };
constexpr int lowest_rssi = -100;
constexpr int default_rx_rssi = -50;  // DEFAULT_RX_RSSI, what the file says before anybody wrote to it

/// A number as debugfs takes it: any base that C knows, one newline behind. cf. simple_attr_write(). A minus is taken
/// as well, where the kernel wants -30 written as 18446744073709551586.
Result<std::uint64_t> parse(std::string_view text) {
    if (text.ends_with('\n')) text.remove_suffix(1);
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    int base = 10;
    if (text.starts_with("0x") || text.starts_with("0X")) {
        base = 16;
        text.remove_prefix(2);
    } else if (text.size() > 1 && text.front() == '0') {
        base = 8;
        text.remove_prefix(1);
    }
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    if (error == std::errc::result_out_of_range) return fail(ERANGE);
    if (error != std::errc{} || end != text.data() + text.size()) return fail(EINVAL);
    return negative ? 0 - number : number;
}

template <class Set>
std::function<Result<void>(std::string_view)> number_to(Set set) {
    return [set](std::string_view text) -> Result<void> {
        const auto number = parse(text);
        if (!number) return fail(number.error());
        return set(*number);
    };
}

std::string hexadecimal(std::uint64_t number) {
    char digits[16];
    const auto end = std::to_chars(digits, digits + sizeof digits, number, 16).ptr;
    return {digits, end};
}

// cf. hwsim_send_ps_poll()
FrameHeader ps_poll(const MacAddress& bssid, const MacAddress& own, std::uint16_t aid) {
    constexpr std::uint16_t aid_bits = 0xc000;  // 802.11-2020 9.2.4.2
    FrameHeader out = FrameHeader::control(ieee80211::ControlSubtype::ps_poll, bssid, own);
    out.power_management();
    out.duration = aid_bits | aid;
    return out;
}

// cf. hwsim_send_nullfunc()
FrameHeader null_data(const MacAddress& bssid, const MacAddress& own, bool power_management) {
    FrameHeader out = FrameHeader::data_to_ds(ieee80211::DataSubtype::null, bssid, own, bssid);
    out.power_management(power_management);
    return out;
}

}  // namespace

bool Driver::sleeps() const {
    return power_save_mode_ == enabled;
}

template <class Make>
void Driver::send_from_stations(Make make) {
    for (mld::Wdev* vif : vifs_) {
        const mld::Connection* connection = vif->mlme() != nullptr ? vif->mlme()->connection() : nullptr;
        if (connection == nullptr || !connection->associated) continue;
        const mld::Link& link = *vif->links().front();
        if (!link.channel()) continue;
        mld::TxFrame frame;
        ieee80211::ByteWriter out(frame.bytes);
        make(link.bssid(), link.address(), connection->aid).append_to(out);
        frame.channel = link.channel()->control;
        transmit(vif, vif->links().front().get(), std::move(frame));
    }
}

void Driver::set_group(std::uint32_t group) {
    group_ = group;
    medium_.set_group(port_, group);
}

// cf. mac80211_hwsim_new_radio(), where it makes its debugfs directory
std::vector<mld::DebugFile> Driver::debug_files() {
    using File = mld::DebugFile;
    // cf. hwsim_background_cac_write(): no background radar channel can be set up
    const auto no_background_channel = [](std::string_view text) -> Result<void> {
        return fail(text.size() >= 8 ? EINVAL : ENOENT);
    };
    // cf. hwsim_simulate_incumbent_signal_write(): no channel context can have incumbents
    const auto no_incumbents = [](std::string_view) -> Result<void> { return fail(EINVAL); };
    // cf. hwsim_fops_ps_write()
    const auto set_power_save = [this](std::uint64_t mode) -> Result<void> {
        if (mode > manual_poll || (mode == manual_poll && power_save_mode_ != enabled)) return fail(EINVAL);
        if (mode == manual_poll) {
            send_from_stations(ps_poll);
            return {};
        }
        const std::uint64_t before = std::exchange(power_save_mode_, mode);
        if ((before == disabled) != (mode == disabled))
            send_from_stations([=](const auto& bssid, const auto& own, std::uint16_t) {
                return null_data(bssid, own, mode != disabled);
            });
        return {};
    };
    const auto set_rssi = [this](std::uint64_t number) -> Result<void> {
        const auto dbm = static_cast<std::int32_t>(number);
        if (dbm >= 0 || dbm < lowest_rssi) return fail(EINVAL);
        set_rx_rssi(dbm);
        return {};
    };
    return {
        File{"hwsim", "dfs_background_cac", 0200, {}, no_background_channel},
        File{"hwsim", "group", 0666, [this]() -> Result<std::string> { return hexadecimal(group_) + "\n"; },
             number_to([this](std::uint64_t group) -> Result<void> {
                 set_group(static_cast<std::uint32_t>(group));
                 return {};
             })},
        File{"hwsim", "ps", 0666, [this]() -> Result<std::string> { return std::to_string(power_save_mode_) + "\n"; },
             number_to(set_power_save)},
        File{"hwsim", "rx_rssi", 0666,
             [this]() -> Result<std::string> { return std::to_string(rx_rssi_.value_or(default_rx_rssi)) + "\n"; },
             number_to(set_rssi)},
        File{"hwsim", "simulate_incumbent_signal_interference", 0200, {}, no_incumbents},
    };
}

}  // namespace mlosim::hwsim
