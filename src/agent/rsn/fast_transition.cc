#include "agent/rsn/fast_transition.h"

#include <algorithm>
#include <string_view>

#include "ieee80211/element_type.h"

namespace mlosim::agent::rsn {

namespace {

using ieee80211::ByteReader;
using ieee80211::ByteWriter;
using ieee80211::MacAddress;
using ieee80211::Pmkid;
namespace element = ieee80211::element;

constexpr std::size_t key_octets = 32;
constexpr std::size_t wrap_overhead = 8;

// Subelements, 802.11-2020 Table 9-178.
constexpr std::uint8_t r1_holder_id = 1;
constexpr std::uint8_t gtk_id = 2;
constexpr std::uint8_t r0_holder_id = 3;
constexpr std::uint8_t igtk_id = 4;
constexpr std::uint8_t bigtk_id = 6;

constexpr std::size_t most_holder_octets = 48;
constexpr std::uint8_t rsnxe_used_bit = 1;
constexpr std::uint16_t gtk_key_id_mask = 3;

ByteView text(std::string_view of) {
    return {reinterpret_cast<const std::uint8_t*>(of.data()), of.size()};
}

Bytes u16le(std::uint16_t value) {
    return {static_cast<std::uint8_t>(value & 0xffU), static_cast<std::uint8_t>(value >> 8U)};
}

Pmkid truncated(const Bytes& digest) {
    Pmkid out{};
    std::copy_n(digest.begin(), out.size(), out.begin());
    return out;
}

template <class Array>
void take(ByteReader& in, Array& out) {
    const ByteView octets = in.take(out.size());
    if (in.ok()) std::copy(octets.begin(), octets.end(), out.begin());
}

std::uint64_t take_packet_number(ByteReader& in, std::size_t octets) {
    std::uint64_t out = 0;
    for (std::size_t i = 0; i < octets; ++i)
        out |= static_cast<std::uint64_t>(in.u8()) << (8U * i);
    return out;
}

void put_packet_number(ByteWriter& out, std::uint64_t number, std::size_t octets) {
    for (std::size_t i = 0; i < octets; ++i)
        out.u8(static_cast<std::uint8_t>(number >> (8U * i)));
}

constexpr std::size_t rsc_octets = 8;
constexpr std::size_t ipn_octets = 6;

bool read_group_key(std::uint8_t id, ByteView body, FastTransition& out) {
    ByteReader in(body);
    GroupKey key;
    key.kind = id == gtk_id ? GroupKeyKind::gtk : id == igtk_id ? GroupKeyKind::igtk : GroupKeyKind::bigtk;
    key.key_id = static_cast<std::uint8_t>(in.u16le());
    if (id == gtk_id) {
        key.key_id &= gtk_key_id_mask;
        in.skip(1);  // Key Length
        key.packet_number = take_packet_number(in, rsc_octets);
    } else {
        key.packet_number = take_packet_number(in, ipn_octets);
        in.skip(1);
    }
    if (!in.ok()) return false;
    key.key.assign(in.rest().begin(), in.rest().end());
    out.wrapped_keys.push_back(std::move(key));
    return true;
}

void write_group_key(ByteWriter& out, const GroupKey& key) {
    Bytes body;
    ByteWriter w(body);
    const auto octets = static_cast<std::uint8_t>(key.key.size() - wrap_overhead);
    w.u16le(key.key_id);
    if (key.kind == GroupKeyKind::gtk) {
        w.u8(octets);
        put_packet_number(w, key.packet_number, rsc_octets);
    } else {
        put_packet_number(w, key.packet_number, ipn_octets);
        w.u8(octets);
    }
    w.bytes(key.key);
    out.u8(key.kind == GroupKeyKind::gtk ? gtk_id : key.kind == GroupKeyKind::igtk ? igtk_id : bigtk_id);
    out.u8(static_cast<std::uint8_t>(body.size()));
    out.bytes(body);
}

}  // namespace

// 12.7.1.6.3
NamedKey derive_r0(ByteView shared, const DomainMember& member, const MacAddress& station) {
    const std::uint8_t ssid_size[] = {static_cast<std::uint8_t>(member.ssid.octets().size())};
    const std::uint8_t holder_size[] = {static_cast<std::uint8_t>(member.holder.size())};
    const Bytes domain = u16le(member.domain);
    const Bytes all = kdf(Hash::sha256, shared, "FT-R0",
                          {ssid_size, member.ssid.octets(), domain, holder_size, member.holder, station.octets()},
                          key_octets + sizeof(Pmkid));
    NamedKey out;
    out.key.assign(all.begin(), all.begin() + key_octets);
    const Bytes salt(all.begin() + key_octets, all.end());
    out.name = truncated(digest(Hash::sha256, {text("FT-R0N"), salt}));
    return out;
}

// 12.7.1.6.4
NamedKey derive_r1(const NamedKey& r0, const MacAddress& access_point, const MacAddress& station) {
    NamedKey out;
    out.key = kdf(Hash::sha256, r0.key, "FT-R1", {access_point.octets(), station.octets()}, key_octets);
    out.name = truncated(digest(Hash::sha256, {text("FT-R1N"), r0.name, access_point.octets(), station.octets()}));
    return out;
}

Bytes mobility_domain_element(std::uint16_t domain) {
    Bytes out{element::mobility_domain.id, 3};
    ByteWriter w(out);
    w.u16le(domain);
    w.u8(0);  // neither over the distribution system nor with resource requests
    return out;
}

Result<FastTransition> FastTransition::parse(ByteView body) {
    ByteReader in(body);
    FastTransition out;
    out.rsnxe_used = (in.u8() & rsnxe_used_bit) != 0;
    out.protected_elements = in.u8();
    const ByteView code = in.take(mic_size);
    if (in.ok()) out.mic.assign(code.begin(), code.end());
    take(in, out.anonce);
    take(in, out.snonce);
    if (!in.ok()) return fail(EINVAL, "a Fast BSS Transition element that is not whole");
    while (in.remaining() >= 2) {
        const std::uint8_t id = in.u8();
        const ByteView value = in.take(in.u8());
        if (!in.ok()) return fail(EINVAL, "a subelement that is not whole");
        ByteReader inside(value);
        bool fits = true;
        if (id == r1_holder_id) {
            out.r1_holder = inside.mac();
            fits = inside.ok();
        } else if (id == r0_holder_id) {
            out.r0_holder.assign(value.begin(), value.end());
            fits = !value.empty() && value.size() <= most_holder_octets;
        } else if (id == gtk_id || id == igtk_id || id == bigtk_id) {
            fits = read_group_key(id, value, out);
        }
        if (!fits) return fail(EINVAL, "a subelement with impossible content");
    }
    return out;
}

Bytes FastTransition::element() const {
    Bytes body;
    ByteWriter w(body);
    w.u8(rsnxe_used ? rsnxe_used_bit : 0);
    w.u8(protected_elements);
    w.bytes(mic);
    w.bytes(anonce);
    w.bytes(snonce);
    if (r1_holder) {
        w.u8(r1_holder_id);
        w.u8(MacAddress::size);
        w.mac(*r1_holder);
    }
    for (const GroupKey& key : wrapped_keys)
        write_group_key(w, key);
    if (!r0_holder.empty()) {
        w.u8(r0_holder_id);
        w.u8(static_cast<std::uint8_t>(r0_holder.size()));
        w.bytes(r0_holder);
    }
    Bytes out{element::fast_bss_transition.id, static_cast<std::uint8_t>(body.size())};
    out.insert(out.end(), body.begin(), body.end());
    return out;
}

GroupKey wrapped_for_transition(GroupKey key, ByteView kek) {
    key.key = aes_wrap(kek, key.key);
    return key;
}

std::optional<GroupKey> unwrapped_in_transition(GroupKey key, ByteView kek) {
    if (key.key.size() % wrap_overhead != 0 || key.key.size() < 3 * wrap_overhead) return std::nullopt;
    auto plain = aes_unwrap(kek, key.key);
    if (!plain) return std::nullopt;
    key.key = std::move(*plain);
    return key;
}

Bytes transition_mic(ByteView kck, const TransitionProof& about, Bytes element) {
    constexpr std::size_t mic_at = 4;
    if (element.size() >= mic_at + mic_size) std::fill_n(element.begin() + mic_at, mic_size, std::uint8_t{0});
    const std::uint8_t transaction[] = {about.transaction};
    return aes_cmac(kck, {about.ends.supplicant.octets(), about.ends.authenticator.octets(), transaction, about.rsne,
                          about.mobility_domain, element, about.rsnxe});
}

void TransitionKeys::remember(Entry fresh) {
    const auto place = std::pair(fresh.station, fresh.domain);
    known_.insert_or_assign(place, std::move(fresh));
}

const TransitionKeys::Entry* TransitionKeys::find(const Pmkid& name, const MacAddress& station,
                                                  std::uint16_t domain) const {
    const auto at = known_.find({station, domain});
    return at != known_.end() && at->second.r0.name == name ? &at->second : nullptr;
}

}  // namespace mlosim::agent::rsn
