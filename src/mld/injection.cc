#include "mld/injection.h"

#include <algorithm>
#include <array>

#include "mld/radiotap.h"

namespace mlosim::mld {

namespace {

using ieee80211::ByteReader;
using ieee80211::ByteView;

constexpr std::size_t fcs_size = 4;
constexpr std::size_t first_presence_word = 4;
constexpr unsigned bits_per_word = 32;

/// Numbers of the fields that matter here.
enum class Field : unsigned { flags = 1, rate = 2, tx_flags = 15, data_retries = 17, mcs = 19, vht = 21 };
enum Namespace : unsigned { radiotap_namespace = 29, vendor_namespace = 30, extension = 31 };

struct Shape {
    std::uint8_t align;  // 0: nobody knows this field
    std::uint8_t size;
};
// cf. rtap_namespace_sizes[]
constexpr std::array<Shape, 22> shapes{{{8, 8}, {1, 1}, {1, 1}, {2, 4}, {2, 2}, {1, 1}, {1, 1}, {2, 2},
                                        {2, 2}, {2, 2}, {1, 1}, {1, 1}, {1, 1}, {1, 1}, {2, 2}, {2, 2},
                                        {1, 1}, {1, 1}, {0, 0}, {1, 3}, {4, 8}, {2, 12}}};

/// Calls `use(field, octets)` for each field of the header. False: one is not whole. A field of unknown shape ends the
/// walk in peace, as where it ends cannot be known; so do a vendor's. cf. ieee80211_radiotap_iterator_next()
template <class Use>
bool each_field(ByteView header, Use use) {
    std::size_t at = first_presence_word;
    std::size_t words = 0;
    std::uint32_t word = 0;
    do {
        if (at + 4 > header.size()) return false;
        word = ByteReader{header.subspan(at)}.u32le();
        at += 4;
        ++words;
    } while ((word >> extension & 1U) != 0);

    unsigned first_field = 0;
    for (std::size_t w = 0; w < words; ++w) {
        word = ByteReader{header.subspan(first_presence_word + 4 * w)}.u32le();
        for (unsigned bit = 0; bit < radiotap_namespace; ++bit) {
            if ((word >> bit & 1U) == 0) continue;
            const unsigned field = first_field + bit;
            if (field >= shapes.size() || shapes[field].align == 0) return true;
            const Shape shape = shapes[field];
            at += (shape.align - at % shape.align) % shape.align;
            if (at + shape.size > header.size()) return false;
            use(field, header.subspan(at, shape.size));
            at += shape.size;
        }
        if ((word >> vendor_namespace & 1U) != 0) return true;
        // The next word begins anew, or goes on with fields above 31.
        first_field = (word >> radiotap_namespace & 1U) != 0 ? 0 : first_field + bits_per_word;
    }
    return true;
}

constexpr std::uint8_t mcs_width_40 = 1;
constexpr unsigned vht_greatest_mcs = 11;

std::optional<phy::Rate> ht_rate(ByteView field) {
    constexpr std::uint8_t have_width = 0x01;
    constexpr std::uint8_t have_mcs = 0x02;
    constexpr std::uint8_t have_gi = 0x04;
    constexpr std::uint8_t width = 0x03;
    constexpr std::uint8_t short_gi = 0x04;
    const std::uint8_t known = field[0];
    const std::uint8_t bits = field[1];
    if ((known & have_mcs) == 0) return std::nullopt;
    const bool wide = (known & have_width) != 0 && (bits & width) == mcs_width_40;
    const bool is_short = (known & have_gi) != 0 && (bits & short_gi) != 0;
    return phy::Rate::ht(field[2], wide ? 40 : 20, is_short ? phy::GuardInterval::us0_4 : phy::GuardInterval::us0_8);
}

std::optional<phy::Rate> vht_rate(ByteView field) {
    constexpr std::uint16_t have_gi = 0x0004;
    constexpr std::uint16_t have_width = 0x0040;
    constexpr std::uint8_t short_gi = 0x04;
    const std::uint16_t known = ByteReader{field}.u16le();
    unsigned mhz = 20;
    if ((known & have_width) != 0) mhz = field[3] == 1 ? 40 : field[3] == 4 ? 80 : field[3] == 11 ? 160 : 20;
    const bool is_short = (known & have_gi) != 0 && (field[2] & short_gi) != 0;
    unsigned mcs_index = field[4] >> 4U;
    if (mcs_index > vht_greatest_mcs) mcs_index = 0;
    unsigned streams = field[4] & 0xfU;
    if (streams == 0 || streams > 8) streams = 1;
    return phy::Rate::vht(mcs_index, streams, mhz, is_short ? phy::GuardInterval::us0_4 : phy::GuardInterval::us0_8);
}

/// cf. ieee80211_rate_bw_usable()
bool fits(const phy::Rate& wanted, const phy::ChannelDefinition& channel) {
    return wanted.is_legacy() || wanted.mhz() <= phy::width_mhz(channel.width);
}

}  // namespace

std::optional<unsigned> Injection::attempts() const {
    constexpr unsigned most = 11;  // ieee80211_hw.max_rate_tries of mac80211_hwsim
    return rate ? std::optional(std::min(retries + 1, most)) : std::nullopt;
}

Result<Injection> Injection::parse(ByteView bytes, const phy::ChannelDefinition& channel) {
    constexpr std::uint8_t wep = 0x04;
    constexpr std::uint8_t fragment = 0x08;
    constexpr std::uint8_t has_fcs = 0x10;
    constexpr std::uint16_t no_ack = 0x0008;
    constexpr std::uint16_t no_sequence = 0x0010;

    const auto length = radiotap_length(bytes);
    if (!length) return fail(EINVAL, "no radiotap header");
    Injection out;
    std::size_t trailer = 0;
    const bool whole = each_field(bytes.first(*length), [&](unsigned field, ByteView octets) {
        switch (Field{field}) {
            case Field::flags:
                if ((octets[0] & has_fcs) != 0) trailer = fcs_size;
                out.encrypt = (octets[0] & wep) != 0;
                out.may_fragment = (octets[0] & fragment) != 0;
                break;
            case Field::rate:
                out.rate = phy::Rate::legacy(octets[0] * 5U);
                break;
            case Field::tx_flags: {
                const std::uint16_t bits = ByteReader{octets}.u16le();
                out.no_acknowledgement = (bits & no_ack) != 0;
                out.no_sequence_number = (bits & no_sequence) != 0;
                break;
            }
            case Field::data_retries:
                out.retries = octets[0];
                break;
            case Field::mcs:
                if (const auto asked = ht_rate(octets)) out.rate = asked;
                break;
            case Field::vht:
                out.rate = vht_rate(octets);
                break;
            default:
                break;
        }
    });
    if (!whole) return fail(EINVAL, "radiotap: a field is not whole");
    if (bytes.size() < *length + trailer) return fail(EINVAL, "radiotap: no whole FCS");
    if (out.rate && !fits(*out.rate, channel)) return fail(EINVAL, "radiotap: a rate wider than the channel");
    out.frame = bytes.subspan(*length, bytes.size() - *length - trailer);
    return out;
}

}  // namespace mlosim::mld
