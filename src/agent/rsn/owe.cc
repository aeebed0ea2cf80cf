#include "agent/rsn/owe.h"

#include <algorithm>

#include "ieee80211/element.h"

namespace mlosim::agent::rsn {

namespace {

constexpr std::uint8_t dh_parameter = 32;  // element id extension, RFC 8110 4.3
constexpr std::string_view key_label = "OWE Key Generation";

Bytes group_octets() {
    return {P256::group, 0};
}

}  // namespace

Owe::Owe(Role role, const RandomOctets& random) : role_(role) {
    private_ = curve_.nonzero(random(P256::number_size));
    const Bytes point = curve_.multiply_generator(private_);
    public_x_.assign(point.begin(), point.begin() + P256::number_size);
}

Bytes Owe::element() const {
    Bytes out;
    ieee80211::ByteWriter w(out);
    constexpr std::uint8_t element_id_extension = 255;
    w.u8(element_id_extension);
    w.u8(1 + 2 + P256::number_size);
    w.u8(dh_parameter);
    w.u16le(P256::group);
    w.bytes(public_x_);
    return out;
}

std::optional<std::uint16_t> owe_group(ByteView body) {
    if (body.size() < 2) return std::nullopt;
    return static_cast<std::uint16_t>(body[0] | body[1] << 8U);
}

// RFC 8110 4.4
std::optional<OweKeys> Owe::agree(ByteView body) const {
    if (owe_group(body) != P256::group || body.size() != 2 + P256::number_size) return std::nullopt;
    const ByteView peer_x = body.subspan(2);
    const auto peer = curve_.point_with_x(peer_x, false);
    if (!peer) return std::nullopt;
    const auto shared = curve_.multiply(private_, *peer);
    if (!shared) return std::nullopt;
    const ByteView z = ByteView(*shared).first(P256::number_size);
    const ByteView client = role_ == Role::client ? ByteView(public_x_) : peer_x;
    const ByteView access_point = role_ == Role::client ? peer_x : ByteView(public_x_);

    Bytes salt(client.begin(), client.end());
    salt.insert(salt.end(), access_point.begin(), access_point.end());
    const Bytes group = group_octets();
    salt.insert(salt.end(), group.begin(), group.end());
    const Bytes prk = hkdf_extract(Hash::sha256, salt, {z});
    OweKeys out;
    out.pmk =
        hkdf_expand(Hash::sha256, prk, {reinterpret_cast<const std::uint8_t*>(key_label.data()), key_label.size()},
                    size_of(Hash::sha256));
    const Bytes id = digest(Hash::sha256, {client, access_point});
    std::copy_n(id.begin(), out.pmkid.size(), out.pmkid.begin());
    return out;
}

}  // namespace mlosim::agent::rsn
