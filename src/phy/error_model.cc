#include "phy/error_model.h"

#include <algorithm>
#include <array>

#include "phy/decibel.h"
#include "sim/invariant.h"

namespace mlosim::phy {

namespace {

/// Where a code's packet-error curve for one frame size passes 50 %, 10 % and 1 %, in dB of SNR.
struct Curve {
    double at_50;
    double at_10;
    double at_1;

    [[nodiscard]] constexpr Curve shifted(double db) const { return {at_50 + db, at_10 + db, at_1 + db}; }
};

// LDPC, 1458 bytes, read off the published AWGN curves of ns-3 (docs/phy.md). MCS 12 and 13 are not published: 4096-QAM
// 3/4 and 5/6 as far above 1024-QAM of the same code rate as the differences 64 → 256 → 1024-QAM go on (5.18, 5.14
// → 5.10 dB; 5.48, 5.39 → 5.35 dB).
constexpr Curve ldpc_10{26.36, 26.78, 27.23};
constexpr Curve ldpc_11{28.41, 28.86, 29.30};
constexpr std::array<Curve, 14> ldpc = {{{-0.96, -0.67, -0.34},
                                         {2.05, 2.34, 2.67},
                                         {4.54, 4.81, 5.09},
                                         {7.54, 7.87, 8.24},
                                         {10.58, 10.89, 11.19},
                                         {14.77, 15.08, 15.44},
                                         {16.12, 16.46, 16.82},
                                         {17.62, 17.99, 18.38},
                                         {21.28, 21.64, 22.03},
                                         {23.07, 23.47, 23.88},
                                         ldpc_10,
                                         ldpc_11,
                                         ldpc_10.shifted(5.10),
                                         ldpc_11.shifted(5.35)}};

// BCC, likewise, for 1458 and for 32 bytes.
constexpr std::array<Curve, 10> bcc = {{{0.24, 0.86, 1.53},
                                        {3.24, 3.89, 4.54},
                                        {5.73, 6.37, 7.06},
                                        {8.89, 9.63, 10.45},
                                        {12.01, 12.72, 13.53},
                                        {16.18, 17.02, 17.96},
                                        {17.52, 18.31, 19.22},
                                        {18.75, 19.58, 20.50},
                                        {22.73, 23.65, 24.70},
                                        {24.21, 25.10, 26.10}}};
constexpr std::array<Curve, 10> bcc_small = {{{-1.37, -0.41, 0.44},
                                              {1.63, 2.57, 3.44},
                                              {4.14, 5.06, 5.92},
                                              {6.92, 8.04, 9.07},
                                              {10.15, 11.21, 12.17},
                                              {14.05, 15.25, 16.39},
                                              {15.40, 16.57, 17.70},
                                              {16.82, 18.06, 19.23},
                                              {20.35, 21.68, 22.95},
                                              {22.03, 23.24, 24.42}}};

// DSSS 1 Mb/s: differential BPSK in theory, bit error rate exp(-Eb/N0)/2 with Eb/N0 = SNR + 13.01 dB. The others as far
// above it as their usual Eb/N0 for a bit error rate of 1e-5 (11.9, 8.8, 8.3 dB against 10.34 dB) and their rate make
// them.
constexpr Curve dbpsk{-3.45, -2.63, -1.78};
constexpr std::array<Curve, 4> dsss = {dbpsk, dbpsk.shifted(1.56 + 3.01), dbpsk.shifted(-1.54 + 7.40),
                                       dbpsk.shifted(-2.04 + 10.41)};

// A code's error events are spread evenly over a long frame, so PER = 1 - (1 - p)^L: ln(-ln(1 - PER)) grows with ln L,
// and is nearly straight over the SNR. The curve is made of straight pieces through its three points in that form.
constexpr double y_50 = -0.36651292058166435;  // ln(-ln(1 - 0.5))
constexpr double y_10 = -2.2503673273124454;
constexpr double y_1 = -4.600149226776579;

double level(const Curve& curve, double snr) {
    if (snr < curve.at_10) return y_10 + (y_50 - y_10) * (curve.at_10 - snr) / (curve.at_10 - curve.at_50);
    return y_10 + (y_1 - y_10) * (snr - curve.at_10) / (curve.at_1 - curve.at_10);
}

double snr_at(const Curve& curve, double y) {
    if (y > y_10) return curve.at_10 - (y - y_10) / (y_50 - y_10) * (curve.at_10 - curve.at_50);
    return curve.at_10 + (y - y_10) / (y_1 - y_10) * (curve.at_1 - curve.at_10);
}

/// The curve that a rate follows, with how it changes over the frame's size.
struct Choice {
    Curve reference;
    const Curve* small = nullptr;  // BCC: errors come in bursts, so short frames do better than the even spread says
    double shift = 0.0;            // dB that the rate needs beyond the curve
};

Choice choose(const Rate& rate) {
    switch (rate.format()) {
        case PpduFormat::dsss:
            return {dsss[rate.mcs()]};
        case PpduFormat::ofdm: {
            // 6 … 54 Mb/s are BPSK 1/2, BPSK 3/4, QPSK 1/2 … 64-QAM 3/4; BPSK 3/4 needs 3 dB less than QPSK 3/4.
            constexpr std::array<std::uint8_t, 8> mcs = {0, 2, 1, 2, 3, 4, 5, 6};
            const unsigned place = rate.mcs() - 4;
            return {bcc[mcs[place]], &bcc_small[mcs[place]], place == 1 ? -3.01 : 0.0};
        }
        case PpduFormat::ht:
        case PpduFormat::vht: {
            const unsigned mcs = rate.format() == PpduFormat::ht ? rate.mcs() % 8 : rate.mcs();
            if (mcs >= bcc.size()) return {ldpc[mcs]};
            return {bcc[mcs], &bcc_small[mcs]};
        }
        case PpduFormat::he:
        case PpduFormat::eht:
            break;
    }
    // Each doubling of BPSK adds up to 3 dB at the receiver: MCS 15 sends every bit twice, MCS 14 four times.
    if (rate.mcs() == 15) return {ldpc[0], nullptr, -3.01};
    if (rate.mcs() == 14) return {ldpc[0], nullptr, -6.02};
    return {ldpc[rate.mcs()]};
}

double log_bytes(std::size_t bytes) {
    return natural_log(static_cast<double>(std::max<std::size_t>(bytes, 1)));
}
constexpr double log_reference = 7.284820912568604;  // ln 1458
constexpr double log_small = 3.4657359027997265;     // ln 32

double level(const Choice& choice, double snr, double log_size) {
    const double long_frame = level(choice.reference, snr - choice.shift);
    if (choice.small == nullptr || log_size >= log_reference) return long_frame + (log_size - log_reference);
    const double short_frame = level(*choice.small, snr - choice.shift);
    if (log_size <= log_small) return short_frame + (log_size - log_small);
    const double part = (log_size - log_small) / (log_reference - log_small);
    return short_frame + (long_frame - short_frame) * part;
}

constexpr double negligible = 1e-5;  // ns-3 too calls less than this no error

}  // namespace

double packet_error_rate(const Rate& rate, Db snr, std::size_t bytes) {
    const double y = level(choose(rate), snr.value, log_bytes(bytes));
    if (y > 4.0) return 1.0;  // 1 - 2e-24
    const double expected_errors = exp_of(y);
    if (expected_errors < negligible) return 0.0;
    return 1.0 - exp_of(-expected_errors);
}

Db snr_for_error_rate(const Rate& rate, double per, std::size_t bytes) {
    MLOSIM_INVARIANT(per > 0.0 && per < 1.0, "a curve is crossed between 0 and 1");
    const double wanted = natural_log(-natural_log(1.0 - per));
    const Choice choice = choose(rate);
    const double log_size = log_bytes(bytes);
    if (choice.small == nullptr || log_size >= log_reference) {
        return {snr_at(choice.reference, wanted - (log_size - log_reference)) + choice.shift};
    }
    double low = -40.0;
    double high = 80.0;
    for (int i = 0; i < 60; ++i) {  // monotone: halve to well below the last bit that matters
        const double middle = (low + high) / 2.0;
        (level(choice, middle, log_size) > wanted ? low : high) = middle;
    }
    return {high};
}

// Correlators find the repeated training symbols a few dB below the noise, DSSS's Barker code below that.
Db detection_threshold(const Rate& rate) {
    return {rate.format() == PpduFormat::dsss ? -8.0 : -4.0};
}

Dbm minimum_sensitivity(unsigned mcs, unsigned mhz) {
    constexpr std::array<int, 14> at_20 = {-82, -79, -77, -74, -70, -66, -65, -64, -59, -57, -54, -52, -49, -46};
    MLOSIM_INVARIANT(mcs < at_20.size(), "the standard lists MCS 0 to 13");
    int doublings = 0;
    for (unsigned width = 20; width < mhz; width *= 2)
        ++doublings;
    return {static_cast<double>(at_20[mcs] + 3 * doublings)};
}

}  // namespace mlosim::phy
