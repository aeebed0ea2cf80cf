#include "agent/rsn/p256.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>

#include "sim/invariant.h"

namespace mlosim::agent::rsn {

namespace {

void must(int openssl_result) {
    MLOSIM_INVARIANT(openssl_result > 0, "arithmetic on numbers and points of the curve does not fail");
}

Bytes octets_of(const BIGNUM* number) {
    Bytes out(P256::number_size);
    must(BN_bn2binpad(number, out.data(), static_cast<int>(out.size())));
    return out;
}

BIGNUM* number_of(ByteView octets) {
    return BN_bin2bn(octets.data(), static_cast<int>(octets.size()), nullptr);
}

}  // namespace

void P256::Free::operator()(ec_group_st* group) const noexcept {
    EC_GROUP_free(group);
}
void P256::Free::operator()(ec_point_st* point) const noexcept {
    EC_POINT_free(point);
}
void P256::Free::operator()(bignum_ctx* context) const noexcept {
    BN_CTX_free(context);
}
void P256::Free::operator()(bignum_st* number) const noexcept {
    BN_free(number);
}

P256::P256()
    : curve_(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1)),
      work_(BN_CTX_new()),
      p_(BN_new()),
      a_(BN_new()),
      b_(BN_new()),
      r_(BN_dup(EC_GROUP_get0_order(curve_.get()))) {
    must(EC_GROUP_get_curve(curve_.get(), p_.get(), a_.get(), b_.get(), work_.get()));
}

P256::~P256() = default;

P256::Point P256::load(ByteView point) const {
    Point out(EC_POINT_new(curve_.get()));
    const Number x(number_of(point.first(number_size)));
    const Number y(number_of(point.subspan(number_size)));
    if (EC_POINT_set_affine_coordinates(curve_.get(), out.get(), x.get(), y.get(), work_.get()) != 1) return nullptr;
    return out;
}

std::optional<Bytes> P256::store(const Point& point) const {
    if (EC_POINT_is_at_infinity(curve_.get(), point.get()) == 1) return std::nullopt;
    const Number x(BN_new());
    const Number y(BN_new());
    must(EC_POINT_get_affine_coordinates(curve_.get(), point.get(), x.get(), y.get(), work_.get()));
    Bytes out = octets_of(x.get());
    const Bytes second = octets_of(y.get());
    out.insert(out.end(), second.begin(), second.end());
    return out;
}

Bytes P256::prime() const {
    return octets_of(p_.get());
}

bool P256::is_point(ByteView point) const {
    return point.size() == point_size && load(point) != nullptr;
}

bool P256::is_scalar(ByteView number) const {
    if (number.size() != number_size) return false;
    const Number n(number_of(number));
    return BN_cmp(n.get(), BN_value_one()) > 0 && BN_cmp(n.get(), r_.get()) < 0;
}

Bytes P256::reduced(ByteView number) const {
    const Number n(number_of(number));
    must(BN_mod(n.get(), n.get(), r_.get(), work_.get()));
    return octets_of(n.get());
}

Bytes P256::nonzero(ByteView number) const {
    const Number n(number_of(number));
    const Number most(BN_dup(r_.get()));
    must(BN_sub_word(most.get(), 1));
    must(BN_mod(n.get(), n.get(), most.get(), work_.get()));
    must(BN_add_word(n.get(), 1));
    return octets_of(n.get());
}

Bytes P256::sum(ByteView a, ByteView b) const {
    const Number first(number_of(a));
    const Number second(number_of(b));
    must(BN_mod_add(first.get(), first.get(), second.get(), r_.get(), work_.get()));
    return octets_of(first.get());
}

std::optional<Bytes> P256::multiply(ByteView scalar, ByteView point) const {
    const Number n(number_of(scalar));
    const Point from = load(point);
    MLOSIM_INVARIANT(from != nullptr, "what is multiplied is on the curve");
    const Point out(EC_POINT_new(curve_.get()));
    must(EC_POINT_mul(curve_.get(), out.get(), nullptr, from.get(), n.get(), work_.get()));
    return store(out);
}

Bytes P256::multiply_generator(ByteView scalar) const {
    const Number n(number_of(scalar));
    const Point out(EC_POINT_new(curve_.get()));
    must(EC_POINT_mul(curve_.get(), out.get(), n.get(), nullptr, nullptr, work_.get()));
    auto stored = store(out);
    MLOSIM_INVARIANT(stored.has_value(), "a private key is not a multiple of the curve's order");
    return std::move(*stored);
}

std::optional<Bytes> P256::add(ByteView a, ByteView b) const {
    const Point first = load(a);
    const Point second = load(b);
    MLOSIM_INVARIANT(first != nullptr && second != nullptr, "what is added is on the curve");
    const Point out(EC_POINT_new(curve_.get()));
    must(EC_POINT_add(curve_.get(), out.get(), first.get(), second.get(), work_.get()));
    return store(out);
}

Bytes P256::inverse(ByteView point) const {
    const Point out = load(point);
    MLOSIM_INVARIANT(out != nullptr, "what is inverted is on the curve");
    must(EC_POINT_invert(curve_.get(), out.get(), work_.get()));
    return *store(out);
}

std::optional<Bytes> P256::point_with_x(ByteView x, bool odd_y) const {
    const Number number(number_of(x));
    if (BN_cmp(number.get(), p_.get()) >= 0) return std::nullopt;
    const Number square(right_side(number.get()));
    if (BN_kronecker(square.get(), p_.get(), work_.get()) < 0) return std::nullopt;
    const Point out(EC_POINT_new(curve_.get()));
    if (EC_POINT_set_compressed_coordinates(curve_.get(), out.get(), number.get(), odd_y ? 1 : 0, work_.get()) != 1)
        return std::nullopt;
    return store(out);
}

P256::Number P256::right_side(const bignum_st* x) const {
    Number out(BN_new());
    must(BN_mod_sqr(out.get(), x, p_.get(), work_.get()));
    must(BN_mod_add(out.get(), out.get(), a_.get(), p_.get(), work_.get()));
    must(BN_mod_mul(out.get(), out.get(), x, p_.get(), work_.get()));
    must(BN_mod_add(out.get(), out.get(), b_.get(), p_.get(), work_.get()));
    return out;
}

Bytes P256::map(ByteView number) const {
    constexpr BN_ULONG z_of_group_19 = 10;  // z = -10, 802.11-2020 Table 12-1
    BN_CTX* const w = work_.get();
    const BIGNUM* const p = p_.get();
    const Number u(number_of(number));
    must(BN_mod(u.get(), u.get(), p, w));
    const Number z(BN_dup(p));
    must(BN_sub_word(z.get(), z_of_group_19));

    // m = z^2 u^4 + z u^2
    const Number zu2(BN_new());
    must(BN_mod_sqr(zu2.get(), u.get(), p, w));
    must(BN_mod_mul(zu2.get(), zu2.get(), z.get(), p, w));
    const Number m(BN_new());
    must(BN_mod_sqr(m.get(), zu2.get(), p, w));
    must(BN_mod_add(m.get(), m.get(), zu2.get(), p, w));

    const Number x(BN_new());
    if (BN_is_zero(m.get())) {  // x = b / (z a)
        must(BN_mod_mul(x.get(), z.get(), a_.get(), p, w));
        MLOSIM_INVARIANT(BN_mod_inverse(x.get(), x.get(), p, w) != nullptr, "z a is not zero");
        must(BN_mod_mul(x.get(), x.get(), b_.get(), p, w));
    } else {  // x = (-b / a) (1 + 1 / m)
        const Number t(BN_mod_inverse(nullptr, m.get(), p, w));
        must(BN_add_word(t.get(), 1));
        MLOSIM_INVARIANT(BN_mod_inverse(x.get(), a_.get(), p, w) != nullptr, "a is not zero");
        must(BN_mod_mul(x.get(), x.get(), b_.get(), p, w));
        must(BN_mod_mul(x.get(), x.get(), t.get(), p, w));
        must(BN_sub(x.get(), p, x.get()));
        must(BN_nnmod(x.get(), x.get(), p, w));
    }
    Number square(right_side(x.get()));
    if (BN_kronecker(square.get(), p, w) < 0) {  // then z u^2 x is one
        must(BN_mod_mul(x.get(), x.get(), zu2.get(), p, w));
        square = right_side(x.get());
    }
    const Number y(BN_mod_sqrt(nullptr, square.get(), p, w));
    MLOSIM_INVARIANT(y != nullptr, "one of the two candidates is a square");
    if (BN_is_odd(u.get()) != BN_is_odd(y.get())) must(BN_sub(y.get(), p, y.get()));
    Bytes out = octets_of(x.get());
    const Bytes second = octets_of(y.get());
    out.insert(out.end(), second.begin(), second.end());
    return out;
}

}  // namespace mlosim::agent::rsn
