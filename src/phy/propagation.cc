#include "phy/propagation.h"

#include <algorithm>

#include "phy/decibel.h"

namespace mlosim::phy {

namespace {
constexpr double farthest_metres = 1e8;  // beyond the Moon's half way nothing is heard anyway
// 20 log10(4 pi / c) with c in metres per second and the frequency in Hz
constexpr double free_space_constant_db = -147.55221677811664;
// k T at 290 K in dBm per Hz: 10 log10(1.380649e-23 * 290 * 1000)
constexpr double thermal_dbm_per_hz = -173.97543227141434;
}  // namespace

double PathLoss::exponent(Band band) const {
    switch (band) {
        case Band::s1g:
        case Band::ghz2_4:
            return exponent_2_4ghz;
        case Band::ghz5:
            return exponent_5ghz;
        case Band::ghz6:
            return exponent_6ghz;
    }
    return exponent_2_4ghz;
}

Db PathLoss::first_metre(Frequency center) {
    return {20.0 * log10_of(static_cast<double>(center.in_khz()) * 1000.0) + free_space_constant_db};
}

Db PathLoss::beyond(double metres, Band band) const {
    return {10.0 * exponent(band) * log10_of(std::clamp(metres, 1.0, farthest_metres))};
}

Dbm noise_floor(double mhz, Db noise_figure) {
    return {thermal_dbm_per_hz + 60.0 + 10.0 * log10_of(mhz) + noise_figure.value};
}

}  // namespace mlosim::phy
