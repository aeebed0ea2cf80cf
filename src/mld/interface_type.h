#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace mlosim::mld {

/// What an interface is, with the numbers of enum nl80211_iftype. A link wdev's type has no number in mainline; the
/// `rfc` dialect gives it 13, which mainline later gave to NAN_DATA.
enum class InterfaceType : std::uint8_t {
    unspecified = 0,
    adhoc = 1,
    station = 2,
    ap = 3,
    ap_vlan = 4,
    wds = 5,
    monitor = 6,
    mesh_point = 7,
    p2p_client = 8,
    p2p_go = 9,
    p2p_device = 10,
    ocb = 11,
    nan = 12,
    nan_data = 13,
    pd = 14,
    mlo_link = 31,
};

/// How many types nl80211 numbers (NUM_NL80211_IFTYPES).
inline constexpr unsigned nl80211_interface_types = 15;

/// "station", "ap_vlan", … "mlo_link".
[[nodiscard]] std::string_view to_string(InterfaceType type);
[[nodiscard]] std::optional<InterfaceType> parse_interface_type(std::string_view name);
/// The type with nl80211's number; nothing for numbers that mainline does not know.
[[nodiscard]] std::optional<InterfaceType> interface_type_from_nl80211(std::uint32_t number);

/// A set of interface types. `bits()` has bit n for type n, as the kernel's interface_modes has.
class InterfaceTypes {
public:
    constexpr InterfaceTypes() = default;
    constexpr InterfaceTypes(std::initializer_list<InterfaceType> types) {
        for (InterfaceType type : types)
            add(type);
    }
    static constexpr InterfaceTypes from_bits(std::uint32_t bits) {
        InterfaceTypes out;
        out.bits_ = bits;
        return out;
    }

    constexpr InterfaceTypes& add(InterfaceType type) {
        bits_ |= bit(type);
        return *this;
    }
    constexpr InterfaceTypes& remove(InterfaceType type) {
        bits_ &= ~bit(type);
        return *this;
    }
    [[nodiscard]] constexpr bool contains(InterfaceType type) const noexcept { return (bits_ & bit(type)) != 0; }
    [[nodiscard]] constexpr bool empty() const noexcept { return bits_ == 0; }
    [[nodiscard]] constexpr std::uint32_t bits() const noexcept { return bits_; }

    friend constexpr InterfaceTypes operator&(InterfaceTypes a, InterfaceTypes b) {
        return from_bits(a.bits_ & b.bits_);
    }
    friend constexpr bool operator==(InterfaceTypes, InterfaceTypes) = default;

private:
    static constexpr std::uint32_t bit(InterfaceType type) { return 1U << static_cast<unsigned>(type); }
    std::uint32_t bits_ = 0;
};

}  // namespace mlosim::mld
