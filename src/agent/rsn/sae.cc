#include "agent/rsn/sae.h"

#include <algorithm>

#include "ieee80211/element.h"
#include "sim/invariant.h"

namespace mlosim::agent::rsn {

namespace {

using ieee80211::ByteReader;
using ieee80211::ByteWriter;
using ieee80211::MacAddress;

constexpr std::uint8_t element_id_extension = 255;
constexpr std::uint8_t rejected_groups = 92;  // element id extensions, 802.11-2020 Table 9-92
constexpr std::uint8_t token_container = 93;
constexpr std::size_t kck_octets = 32;
constexpr std::size_t pmk_octets = 32;
constexpr std::size_t confirm_octets = 32;

Bytes zeros() {
    return Bytes(P256::number_size, 0);
}

/// Both addresses, the greater one first.
Bytes addresses(const MacAddress& one, const MacAddress& other) {
    const auto [low, high] = std::minmax(one, other);
    Bytes out(high.octets().begin(), high.octets().end());
    out.insert(out.end(), low.octets().begin(), low.octets().end());
    return out;
}

ByteView octets(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// The body of an element with that id extension at the front of `rest`, which it leaves.
std::optional<ByteView> take_extension(ByteView& rest, std::uint8_t extension) {
    constexpr std::size_t header = 3;
    if (rest.size() < header || rest[0] != element_id_extension || rest[2] != extension) return std::nullopt;
    const std::size_t size = 2U + rest[1];
    if (rest[1] == 0 || size > rest.size()) return std::nullopt;
    const ByteView body = rest.subspan(header, size - header);
    rest = rest.subspan(size);
    return body;
}

void put_token(ByteWriter& out, ByteView token) {
    out.u8(element_id_extension);
    out.u8(static_cast<std::uint8_t>(1 + token.size()));
    out.u8(token_container);
    out.bytes(token);
}

}  // namespace

Bytes sae_password_token(const P256& curve, ByteView ssid, ByteView password, ByteView identifier) {
    constexpr std::size_t value_octets = P256::number_size + P256::number_size / 2;
    const Bytes seed = hkdf_extract(Hash::sha256, ssid, {password, identifier});
    const Bytes u1 = hkdf_expand(Hash::sha256, seed, octets("SAE Hash to Element u1 P1"), value_octets);
    const Bytes u2 = hkdf_expand(Hash::sha256, seed, octets("SAE Hash to Element u2 P2"), value_octets);
    const auto sum = curve.add(curve.map(u1), curve.map(u2));
    MLOSIM_INVARIANT(sum.has_value(), "two hashes are not each other's inverse");
    return *sum;
}

Bytes sae_element_from_token(const P256& curve, ByteView token, const MacAddress& one, const MacAddress& other) {
    const Bytes value = hmac(Hash::sha256, zeros(), {addresses(one, other)});
    const auto element = curve.multiply(curve.nonzero(value), token);
    MLOSIM_INVARIANT(element.has_value(), "the order of the curve is a prime");
    return *element;
}

Bytes sae_element_by_hunting(const P256& curve, ByteView password, const MacAddress& one, const MacAddress& other) {
    const Bytes key = addresses(one, other);
    // A chance of one half each; nobody's time is measured in a simulated world, so that it may end with the first.
    for (std::uint8_t counter = 1; counter != 0; ++counter) {
        const Bytes seed = hmac(Hash::sha256, key, {password, ByteView(&counter, 1)});
        const Bytes x = kdf(Hash::sha256, seed, "SAE Hunting and Pecking", {curve.prime()}, P256::number_size);
        if (auto found = curve.point_with_x(x, (seed.back() & 1U) != 0)) return std::move(*found);
    }
    MLOSIM_INVARIANT(false, "255 tries with a chance of one half");
    return {};
}

std::optional<std::uint16_t> SaeCommit::group_of(ByteView body) {
    if (body.size() < 2) return std::nullopt;
    return static_cast<std::uint16_t>(body[0] | body[1] << 8U);
}

Result<SaeCommit> SaeCommit::parse(ByteView body, SaeMethod method) {
    if (group_of(body) != P256::group) return fail(EINVAL, "not group 19");
    constexpr std::size_t fixed = P256::number_size + P256::point_size;
    ByteView rest = body.subspan(2);
    if (rest.size() < fixed) return fail(EINVAL, "the commit message is not whole");
    SaeCommit out;
    if (method == SaeMethod::hunting_and_pecking) {
        const ByteView token = rest.first(rest.size() - fixed);
        out.token.assign(token.begin(), token.end());
        rest = rest.subspan(token.size());
    }
    const ByteView scalar = rest.first(P256::number_size);
    const ByteView element = rest.subspan(P256::number_size, P256::point_size);
    out.scalar.assign(scalar.begin(), scalar.end());
    out.element.assign(element.begin(), element.end());
    rest = rest.subspan(fixed);
    // Somebody says that we refused other groups, which nobody offers here.
    if (take_extension(rest, rejected_groups)) return fail(EINVAL, "rejected groups");
    if (const auto token = take_extension(rest, token_container)) out.token.assign(token->begin(), token->end());
    return out;
}

Bytes SaeCommit::body(SaeMethod method) const {
    Bytes out;
    ByteWriter w(out);
    w.u16le(P256::group);
    if (method == SaeMethod::hunting_and_pecking) w.bytes(token);
    w.bytes(scalar);
    w.bytes(element);
    if (method == SaeMethod::hash_to_element && !token.empty()) put_token(w, token);
    return out;
}

Bytes sae_token_request(ByteView token, SaeMethod method) {
    Bytes out;
    ByteWriter w(out);
    w.u16le(P256::group);
    if (method == SaeMethod::hash_to_element)
        put_token(w, token);
    else
        w.bytes(token);
    return out;
}

Result<Bytes> requested_sae_token(ByteView body, SaeMethod method) {
    if (SaeCommit::group_of(body) != P256::group) return fail(EINVAL, "not group 19");
    ByteView rest = body.subspan(2);
    if (method == SaeMethod::hash_to_element) {
        const auto token = take_extension(rest, token_container);
        if (!token) return fail(EINVAL, "no token");
        rest = *token;
    }
    constexpr std::size_t longest = 254;
    if (rest.empty() || rest.size() > longest) return fail(EINVAL, "no token");
    return Bytes(rest.begin(), rest.end());
}

Sae::Sae(Bytes element, const RandomOctets& random) : element_(std::move(element)) {
    choose(curve_.nonzero(random(P256::number_size)), curve_.nonzero(random(P256::number_size)));
    // Once in 2^255 their sum is no legal scalar.
    while (!curve_.is_scalar(own_.scalar))
        choose(curve_.nonzero(random(P256::number_size)), curve_.nonzero(random(P256::number_size)));
}

Sae::Sae(Bytes element, ByteView private_value, ByteView mask) : element_(std::move(element)) {
    choose(private_value, mask);
}

// 12.4.5.2
void Sae::choose(ByteView private_value, ByteView mask) {
    private_.assign(private_value.begin(), private_value.end());
    own_.scalar = curve_.sum(private_value, mask);
    const auto masked = curve_.multiply(mask, element_);
    MLOSIM_INVARIANT(masked.has_value(), "a mask is not a multiple of the curve's order");
    own_.element = curve_.inverse(*masked);
}

// 12.4.5.4
bool Sae::receive_commit(const SaeCommit& peer) {
    if (!curve_.is_scalar(peer.scalar) || !curve_.is_point(peer.element)) return false;
    if (peer.scalar == own_.scalar && peer.element == own_.element) return false;
    const auto scaled = curve_.multiply(peer.scalar, element_);
    const auto sum = scaled ? curve_.add(*scaled, peer.element) : std::nullopt;
    const auto shared = sum ? curve_.multiply(private_, *sum) : std::nullopt;
    if (!shared) return false;
    peer_ = peer;
    const Bytes seed = hmac(Hash::sha256, zeros(), {ByteView(*shared).first(P256::number_size)});
    const Bytes context = curve_.sum(own_.scalar, peer.scalar);
    const Bytes keys = kdf(Hash::sha256, seed, "SAE KCK and PMK", {context}, kck_octets + pmk_octets);
    kck_.assign(keys.begin(), keys.begin() + kck_octets);
    pmk_.assign(keys.begin() + kck_octets, keys.end());
    std::copy_n(context.begin(), pmkid_.size(), pmkid_.begin());
    return true;
}

Bytes Sae::code(std::uint16_t send_confirm, const SaeCommit& from, const SaeCommit& to) const {
    Bytes number;
    ByteWriter(number).u16le(send_confirm);
    return hmac(Hash::sha256, kck_, {number, from.scalar, from.element, to.scalar, to.element});
}

// 12.4.5.5
Bytes Sae::confirm() {
    MLOSIM_INVARIANT(has_keys(), "a peer's commit comes before the own confirm");
    Bytes out;
    ByteWriter w(out);
    w.u16le(++send_confirm_);
    w.bytes(code(send_confirm_, own_, peer_));
    return out;
}

// 12.4.5.6
bool Sae::receive_confirm(ByteView body) const {
    if (!has_keys() || body.size() < 2 + confirm_octets) return false;
    ByteReader in(body);
    const std::uint16_t send_confirm = in.u16le();
    return same_secret(in.take(confirm_octets), code(send_confirm, peer_, own_));
}

}  // namespace mlosim::agent::rsn
