#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "agent/rsn/crypto.h"

struct bignum_ctx;
struct bignum_st;
struct ec_group_st;
struct ec_point_st;

namespace mlosim::agent::rsn {

/// That many fresh random octets.
using RandomOctets = std::function<Bytes(std::size_t)>;

/// The elliptic curve of group 19 (NIST P-256): 802.11's words for it. Numbers have 32 octets, most significant first;
/// a point is its affine coordinates, 64 octets, and never the point at infinity.
class P256 {
public:
    static constexpr std::uint16_t group = 19;
    static constexpr std::size_t number_size = 32;
    static constexpr std::size_t point_size = 64;

    P256();
    ~P256();
    P256(const P256&) = delete;
    P256& operator=(const P256&) = delete;

    /// p, of the coordinates' field.
    [[nodiscard]] Bytes prime() const;
    /// Whether these are coordinates of a point on the curve.
    [[nodiscard]] bool is_point(ByteView point) const;
    /// 1 < n < r: what SAE allows as a scalar.
    [[nodiscard]] bool is_scalar(ByteView number) const;
    /// n mod r; from any number of octets.
    [[nodiscard]] Bytes reduced(ByteView number) const;
    /// n mod (r - 1) + 1: never zero.
    [[nodiscard]] Bytes nonzero(ByteView number) const;
    /// (a + b) mod r.
    [[nodiscard]] Bytes sum(ByteView a, ByteView b) const;

    /// Nothing: the result is the point at infinity.
    [[nodiscard]] std::optional<Bytes> multiply(ByteView scalar, ByteView point) const;
    [[nodiscard]] Bytes multiply_generator(ByteView scalar) const;
    [[nodiscard]] std::optional<Bytes> add(ByteView a, ByteView b) const;
    [[nodiscard]] Bytes inverse(ByteView point) const;
    /// One of the two points with this x; nothing: there is none.
    [[nodiscard]] std::optional<Bytes> point_with_x(ByteView x, bool odd_y) const;
    /// Simplified Shallue-van de Woestijne-Ulas map of a number of any size, 802.11-2020 12.4.4.2.3.
    [[nodiscard]] Bytes map(ByteView number) const;

private:
    struct Free {
        void operator()(ec_group_st* group) const noexcept;
        void operator()(ec_point_st* point) const noexcept;
        void operator()(bignum_ctx* context) const noexcept;
        void operator()(bignum_st* number) const noexcept;
    };
    using Number = std::unique_ptr<bignum_st, Free>;
    using Point = std::unique_ptr<ec_point_st, Free>;

    [[nodiscard]] Point load(ByteView point) const;
    [[nodiscard]] std::optional<Bytes> store(const Point& point) const;
    /// x^3 + a x + b
    [[nodiscard]] Number right_side(const bignum_st* x) const;

    std::unique_ptr<ec_group_st, Free> curve_;
    std::unique_ptr<bignum_ctx, Free> work_;
    Number p_;
    Number a_;
    Number b_;
    Number r_;
};

}  // namespace mlosim::agent::rsn
