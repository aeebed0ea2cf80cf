#include "phy/decibel.h"

#include <array>
#include <cmath>
#include <limits>

#include "sim/invariant.h"

namespace mlosim::phy {

namespace {
constexpr double ln2_high =
    0x1.62e42fefa3800p-1;  // the first 42 bits, so that n * ln2_high is exact for every exponent n
constexpr double ln2_low = 0x1.ef35793c76730p-45;
constexpr double log2_e = 0x1.71547652b82fep+0;
constexpr double log10_e = 0x1.bcb7b1526e50ep-2;
constexpr double sqrt_half = 0x1.6a09e667f3bcdp-1;

// 1/23, 1/21 … 1/3
constexpr auto odd_reciprocals = [] {
    std::array<double, 11> out{};
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = 1.0 / (23.0 - 2.0 * static_cast<double>(i));
    return out;
}();

// 1/14!, 1/13! … 1/0!
constexpr auto factorial_reciprocals = [] {
    std::array<double, 15> out{};
    double factorial = 1.0;
    for (std::size_t n = 0; n < out.size(); ++n) {
        if (n > 0) factorial *= static_cast<double>(n);
        out[out.size() - 1 - n] = 1.0 / factorial;
    }
    return out;
}();
}  // namespace

double natural_log(double x) {
    MLOSIM_INVARIANT(x > 0.0 && std::isfinite(x), "only positive numbers have a logarithm");
    int exponent = 0;
    double m = std::frexp(x, &exponent);  // exact
    if (m < sqrt_half) {
        m *= 2.0;
        --exponent;
    }
    // ln m = 2 atanh((m-1)/(m+1)); |s| < 0.1716, so eleven terms reach the last bit
    const double s = (m - 1.0) / (m + 1.0);
    const double s2 = s * s;
    double sum = 0.0;
    for (double reciprocal : odd_reciprocals)
        sum = (sum + reciprocal) * s2;
    const double ln_m = 2.0 * s * (1.0 + sum);
    return exponent * ln2_high + (exponent * ln2_low + ln_m);
}

double log10_of(double x) {
    return natural_log(x) * log10_e;
}

double exp_of(double x) {
    if (x < -708.0) return 0.0;
    if (x > 709.0) return std::numeric_limits<double>::infinity();
    const double n = std::floor(x * log2_e + 0.5);
    const double r = (x - n * ln2_high) - n * ln2_low;  // |r| < 0.35
    double sum = 0.0;
    for (double reciprocal : factorial_reciprocals)
        sum = sum * r + reciprocal;
    return std::ldexp(sum, static_cast<int>(n));  // exact
}

}  // namespace mlosim::phy
