#include <algorithm>
#include <array>

#include "phy/rates.h"

namespace mlosim::phy {

namespace {

using std::chrono::microseconds;
using std::chrono::nanoseconds;

constexpr std::uint64_t divide_up(std::uint64_t a, std::uint64_t b) {
    return (a + b - 1) / b;
}

constexpr std::uint64_t service_bits = 16;
constexpr std::uint64_t tail_bits = 6;
constexpr auto legacy_preamble = microseconds(20);  // L-STF 8, L-LTF 8, L-SIG 4; 802.11 17.3.2.1
constexpr auto signal_extension = microseconds(6);  // 802.11 18.4.1: OFDM formats in 2.4 GHz
constexpr auto repeated_signal = microseconds(4);   // RL-SIG of HE and EHT

// Training symbols for a number of streams: 1, 2, 4, 4, 6, 6, 8, 8. 802.11 Table 21-13.
unsigned training_symbols(unsigned streams) {
    return streams <= 1 ? 1 : (streams + 1) / 2 * 2;
}

// 802.11 15.3.4 and 16.3.4: 192 us of preamble and header, 96 us in short form.
sim::Duration dsss(const Rate& rate, std::uint64_t bits) {
    return microseconds(rate.short_preamble() ? 96 : 192) +
           microseconds(divide_up(bits * 10, rate.data_bits_per_symbol()));
}

// 802.11 17.4.3
sim::Duration ofdm(const Rate& rate, std::uint64_t bits) {
    return legacy_preamble + microseconds(4) * divide_up(service_bits + bits + tail_bits, rate.data_bits_per_symbol());
}

// 802.11 19.4.3 and 21.4.3: with the short guard interval the data ends on a multiple of 4 us.
sim::Duration short_or_long_symbols(const Rate& rate, std::uint64_t symbols) {
    if (rate.gi() == GuardInterval::us0_8) return microseconds(4) * symbols;
    return microseconds(4) * divide_up(symbols * 36, 40);
}

sim::Duration ht(const Rate& rate, std::uint64_t bits) {
    // one BCC encoder up to 300 Mb/s. 802.11 19.3.11.4
    const unsigned encoders =
        rate.data_bits_per_symbol() * 1000U > 300U * (rate.gi() == GuardInterval::us0_4 ? 3600U : 4000U) ? 2 : 1;
    const auto symbols = divide_up(service_bits + bits + tail_bits * encoders, rate.data_bits_per_symbol());
    const auto preamble =
        legacy_preamble + microseconds(8) + microseconds(4) + microseconds(4) * training_symbols(rate.streams());
    return preamble + short_or_long_symbols(rate, symbols);
}

sim::Duration vht(const Rate& rate, std::uint64_t bits) {
    // One BCC encoder for every 600 Mb/s: 802.11 21.5 lists more for a few rates, which move the end by at most one
    // symbol.
    const auto encoders = std::max<std::uint64_t>(
        1, divide_up(rate.data_bits_per_symbol() * 1000U, 600U * (rate.gi() == GuardInterval::us0_4 ? 3600U : 4000U)));
    const auto symbols = divide_up(service_bits + bits + tail_bits * encoders, rate.data_bits_per_symbol());
    const auto preamble = legacy_preamble + microseconds(8) + microseconds(4) +
                          microseconds(4) * training_symbols(rate.streams()) + microseconds(4);
    return preamble + short_or_long_symbols(rate, symbols);
}

nanoseconds symbol(const Rate& rate) {
    constexpr std::array<int, 4> gi_ns = {400, 800, 1600, 3200};
    return nanoseconds(12800 + gi_ns[static_cast<std::size_t>(rate.gi())]);
}

constexpr auto training = microseconds(8);  // one HE-LTF or EHT-LTF of 6.4 us with 1.6 us guard interval

// 802.11ax 27.4.3 (HE SU PPDU), no packet extension.
sim::Duration he(const Rate& rate, std::uint64_t bits) {
    const auto symbols = divide_up(service_bits + bits + tail_bits, rate.data_bits_per_symbol());
    const auto preamble = legacy_preamble + repeated_signal + microseconds(8) + microseconds(4) +
                          training * training_symbols(rate.streams());
    return preamble + symbol(rate) * symbols;
}

// EHT-SIG of an EHT MU PPDU to one user, with RU allocation signalled: common field, one RU allocation for each 40 MHz
// of the content channel, one user field; sent with the data's MCS, at most MCS 5.
microseconds eht_signal(const Rate& rate) {
    constexpr std::array<std::uint64_t, 6> bits_per_symbol = {26, 52, 78, 104, 156, 208};  // 52 tones
    constexpr std::uint64_t crc_and_tail = 4 + 6;
    constexpr std::uint64_t user_field = 22;
    const std::uint64_t allocations = rate.mhz() <= 40 ? 8 : 8U * (rate.mhz() / 40U) + 1;
    const std::uint64_t bits = crc_and_tail + allocations + user_field + crc_and_tail;
    const unsigned mcs = rate.mcs() >= 14 ? 0 : std::min(rate.mcs(), 5U);
    return microseconds(4) * divide_up(bits, bits_per_symbol[mcs]);
}

// 802.11be 36.4.3 (EHT MU PPDU), no packet extension.
sim::Duration eht(const Rate& rate, std::uint64_t bits) {
    const auto symbols = divide_up(service_bits + bits + tail_bits, rate.data_bits_per_symbol());
    const auto preamble = legacy_preamble + repeated_signal + microseconds(8) + eht_signal(rate) + microseconds(4) +
                          training * training_symbols(rate.streams());
    return preamble + symbol(rate) * symbols;
}

}  // namespace

sim::Duration airtime(const Rate& rate, std::size_t psdu_bytes, Band band) {
    const std::uint64_t bits = std::uint64_t{psdu_bytes} * 8;
    const auto extension = band == Band::ghz2_4 ? sim::Duration(signal_extension) : sim::Duration::zero();
    switch (rate.format()) {
        case PpduFormat::dsss:
            return dsss(rate, bits);
        case PpduFormat::ofdm:
            return ofdm(rate, bits) + extension;
        case PpduFormat::ht:
            return ht(rate, bits) + extension;
        case PpduFormat::vht:
            return vht(rate, bits) + extension;
        case PpduFormat::he:
            return he(rate, bits) + extension;
        case PpduFormat::eht:
            return eht(rate, bits) + extension;
    }
    return sim::Duration::zero();
}

}  // namespace mlosim::phy
