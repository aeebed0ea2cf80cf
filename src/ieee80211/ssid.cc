#include "ieee80211/ssid.h"

namespace mlosim::ieee80211 {

Result<Ssid> Ssid::from(ByteView octets) {
    if (octets.size() > max_size) return fail(EINVAL, "SSID: longer than 32 octets");
    Ssid ssid;
    ssid.octets_ = InlineBytes<max_size>(octets);
    return ssid;
}

Result<Ssid> Ssid::from(std::string_view text) {
    return from(ByteView(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

std::string Ssid::text() const {
    return {octets().begin(), octets().end()};
}

std::uint32_t Ssid::short_ssid() const {
    std::uint32_t crc = 0xffffffffU;
    for (const std::uint8_t octet : octets()) {
        crc ^= octet;
        for (int bit = 0; bit < 8; ++bit)
            crc = crc >> 1U ^ ((crc & 1U) != 0 ? 0xedb88320U : 0U);
    }
    return ~crc;
}

}  // namespace mlosim::ieee80211
