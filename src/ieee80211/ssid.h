#pragma once

#include <string>
#include <string_view>

#include "ieee80211/element.h"
#include "ieee80211/inline_bytes.h"

namespace mlosim::ieee80211 {

/// SSID element, 802.11-2020 9.4.2.2: 0..32 octets of any value. The empty one is the wildcard (and what a hidden
/// network shows).
class Ssid {
public:
    static constexpr ElementType type = element::ssid;
    static constexpr std::size_t max_size = 32;

    Ssid() = default;
    [[nodiscard]] static Result<Ssid> from(ByteView octets);
    [[nodiscard]] static Result<Ssid> from(std::string_view text);
    [[nodiscard]] static Result<Ssid> parse(ByteView body) { return from(body); }

    [[nodiscard]] ByteView octets() const noexcept { return octets_.view(); }
    /// The octets as they are; they need be neither UTF-8 nor printable.
    [[nodiscard]] std::string text() const;
    [[nodiscard]] bool is_wildcard() const noexcept { return octets_.empty(); }
    /// What neighbor reports carry in the SSID's place (802.11-2020 9.4.2.170.3): the frame check sequence's CRC-32
    /// over it.
    [[nodiscard]] std::uint32_t short_ssid() const;

    void append_to(ByteWriter& out) const { write_element(out, type, octets()); }

    friend bool operator==(const Ssid&, const Ssid&) = default;

private:
    InlineBytes<max_size> octets_;
};

}  // namespace mlosim::ieee80211
