#include "agent/rsn/key_data.h"

#include <algorithm>

#include "ieee80211/element_type.h"

namespace mlosim::agent::rsn {

namespace {

using ieee80211::ByteReader;
using ieee80211::ByteWriter;
using ieee80211::LinkId;
namespace element = ieee80211::element;

constexpr std::uint8_t kde_id = 0xdd;  // that of vendor specific elements
constexpr std::uint8_t oui[] = {0x00, 0x0f, 0xac};

/// 802.11-2020 Table 12-9, with 802.11be's.
enum class Kde : std::uint8_t {
    gtk = 1,
    mac = 3,
    pmkid = 4,
    igtk = 9,
    oci = 13,
    bigtk = 14,
    mlo_gtk = 16,
    mlo_igtk = 17,
    mlo_bigtk = 18,
    mlo_link = 19,
};

constexpr std::uint8_t gtk_key_id = 0x03;
constexpr std::uint8_t gtk_tx = 0x04;
constexpr unsigned link_shift = 4;
constexpr std::uint8_t link_id_mask = 0x0f;
constexpr std::uint8_t link_has_rsne = 1U << 4U;
constexpr std::uint8_t link_has_rsnxe = 1U << 5U;
constexpr std::size_t longest_key = 32;

std::uint64_t u48le(ByteReader& in) {
    const std::uint64_t low = in.u32le();
    return static_cast<std::uint64_t>(in.u16le()) << 32U | low;
}

void u48le(ByteWriter& out, std::uint64_t value) {
    out.u32le(static_cast<std::uint32_t>(value));
    out.u16le(static_cast<std::uint16_t>(value >> 32U));
}

bool takes_rest_as_key(ByteReader& in, GroupKey& key) {
    constexpr std::size_t shortest_key = 5;  // WEP-40, which a GTK may have been
    const ByteView rest = in.rest();
    key.key.assign(rest.begin(), rest.end());
    return in.ok() && rest.size() >= shortest_key && rest.size() <= longest_key;
}

bool read_gtk(ByteReader in, bool mlo, KeyData& out) {
    GroupKey key;
    const std::uint8_t info = in.u8();
    key.key_id = info & gtk_key_id;
    key.tx = (info & gtk_tx) != 0;
    if (mlo) {
        key.link = LinkId::from(info >> link_shift);
        key.packet_number = u48le(in);
        if (!key.link) return false;
    } else {
        in.skip(1);
    }
    if (!takes_rest_as_key(in, key)) return false;
    out.group_keys.push_back(std::move(key));
    return true;
}

bool read_management_key(ByteReader in, GroupKeyKind kind, bool mlo, KeyData& out) {
    GroupKey key;
    key.kind = kind;
    const std::uint16_t id = in.u16le();
    const std::uint16_t first = kind == GroupKeyKind::igtk ? 4 : 6;
    if (id != first && id != first + 1) return false;
    key.key_id = static_cast<std::uint8_t>(id);
    key.packet_number = u48le(in);
    if (mlo) {
        key.link = LinkId::from(in.u8() >> link_shift);
        if (!key.link) return false;
    }
    if (!takes_rest_as_key(in, key)) return false;
    out.group_keys.push_back(std::move(key));
    return true;
}

/// An element of that id at the front, header included.
bool take_element(ByteReader& in, std::uint8_t id, Bytes& out) {
    const ByteView rest = in.rest();
    if (rest.size() < 2 || rest[0] != id || rest.size() < 2U + rest[1]) return false;
    const ByteView whole = in.take(2U + rest[1]);
    out.assign(whole.begin(), whole.end());
    return true;
}

bool read_mlo_link(ByteReader in, KeyData& out) {
    MloLink link;
    const std::uint8_t info = in.u8();
    const auto id = LinkId::from(info & link_id_mask);
    link.address = in.mac();
    if (!in.ok() || !id) return false;
    link.link = *id;
    if ((info & link_has_rsne) != 0 && !take_element(in, element::rsn.id, link.rsne)) return false;
    if ((info & link_has_rsnxe) != 0 && !take_element(in, element::rsnx.id, link.rsnxe)) return false;
    out.mlo_links.push_back(std::move(link));
    return true;
}

bool read_kde(Kde type, ByteView body, KeyData& out) {
    ByteReader in(body);
    switch (type) {
        case Kde::gtk:
            return read_gtk(in, false, out);
        case Kde::mlo_gtk:
            return read_gtk(in, true, out);
        case Kde::igtk:
            return read_management_key(in, GroupKeyKind::igtk, false, out);
        case Kde::mlo_igtk:
            return read_management_key(in, GroupKeyKind::igtk, true, out);
        case Kde::bigtk:
            return read_management_key(in, GroupKeyKind::bigtk, false, out);
        case Kde::mlo_bigtk:
            return read_management_key(in, GroupKeyKind::bigtk, true, out);
        case Kde::mlo_link:
            return read_mlo_link(in, out);
        case Kde::mac:
            out.mac = in.mac();
            return in.ok();
        case Kde::pmkid: {
            ieee80211::Pmkid id{};
            const ByteView octets = in.take(id.size());
            if (!in.ok()) return false;
            std::copy(octets.begin(), octets.end(), id.begin());
            out.pmkid = id;
            return true;
        }
        case Kde::oci:
            out.oci = OperatingChannel{in.u8(), in.u8(), in.u8()};
            return in.ok();
    }
    return true;
}

template <class F>
void write_kde(ByteWriter& out, Kde type, F&& body) {
    Bytes content;
    ByteWriter w(content);
    w.bytes(oui);
    w.u8(static_cast<std::uint8_t>(type));
    body(w);
    out.u8(kde_id);
    out.u8(static_cast<std::uint8_t>(content.size()));
    out.bytes(content);
}

void write_group_key(ByteWriter& out, const GroupKey& key) {
    const auto link = static_cast<std::uint8_t>(key.link ? key.link->value() << link_shift : 0U);
    if (key.kind == GroupKeyKind::gtk) {
        write_kde(out, key.link ? Kde::mlo_gtk : Kde::gtk, [&](ByteWriter& w) {
            w.u8(static_cast<std::uint8_t>((key.key_id & gtk_key_id) | (key.tx ? gtk_tx : 0U) | link));
            if (key.link)
                u48le(w, key.packet_number);
            else
                w.u8(0);
            w.bytes(key.key);
        });
        return;
    }
    const bool igtk = key.kind == GroupKeyKind::igtk;
    const Kde type = key.link ? (igtk ? Kde::mlo_igtk : Kde::mlo_bigtk) : (igtk ? Kde::igtk : Kde::bigtk);
    write_kde(out, type, [&](ByteWriter& w) {
        w.u16le(key.key_id);
        u48le(w, key.packet_number);
        if (key.link) w.u8(link);
        w.bytes(key.key);
    });
}

}  // namespace

Result<KeyData> KeyData::parse(ByteView octets) {
    KeyData out;
    while (octets.size() >= 2) {
        const std::uint8_t id = octets[0];
        const std::size_t size = octets[1];
        if (id == kde_id && size == 0) return out;  // padding
        if (octets.size() < 2 + size) return fail(EINVAL, "an element or KDE is cut off");
        const ByteView whole = octets.first(2 + size);
        const ByteView body = whole.subspan(2);
        octets = octets.subspan(2 + size);
        if (id == element::rsn.id) {
            (out.rsne.empty() ? out.rsne : out.second_rsne).assign(whole.begin(), whole.end());
        } else if (id == element::rsnx.id) {
            out.rsnxe.assign(whole.begin(), whole.end());
        } else if (id == element::mobility_domain.id) {
            out.mobility_domain.assign(whole.begin(), whole.end());
        } else if (id == element::fast_bss_transition.id) {
            out.fast_transition.assign(whole.begin(), whole.end());
        } else if (id == kde_id && size > sizeof(oui) && std::equal(std::begin(oui), std::end(oui), body.begin())) {
            const auto type = static_cast<Kde>(body[sizeof(oui)]);
            if (!read_kde(type, body.subspan(sizeof(oui) + 1), out))
                return fail(EINVAL, "a KDE with impossible content");
        }
    }
    if (octets.size() == 1 && octets[0] != kde_id) return fail(EINVAL, "an element without a length");
    return out;
}

void KeyData::append_to(ByteWriter& out) const {
    out.bytes(rsne);
    out.bytes(second_rsne);
    out.bytes(rsnxe);
    out.bytes(mobility_domain);
    out.bytes(fast_transition);
    if (mac) write_kde(out, Kde::mac, [&](ByteWriter& w) { w.mac(*mac); });
    if (pmkid) write_kde(out, Kde::pmkid, [&](ByteWriter& w) { w.bytes(*pmkid); });
    for (const GroupKey& key : group_keys)
        write_group_key(out, key);
    if (oci)
        write_kde(out, Kde::oci, [&](ByteWriter& w) {
            w.u8(oci->operating_class);
            w.u8(oci->primary_channel);
            w.u8(oci->segment1);
        });
    for (const MloLink& link : mlo_links)
        write_kde(out, Kde::mlo_link, [&](ByteWriter& w) {
            w.u8(static_cast<std::uint8_t>(link.link.value() | (link.rsne.empty() ? 0U : link_has_rsne) |
                                           (link.rsnxe.empty() ? 0U : link_has_rsnxe)));
            w.mac(link.address);
            w.bytes(link.rsne);
            w.bytes(link.rsnxe);
        });
}

Bytes KeyData::octets() const {
    Bytes out;
    ByteWriter w(out);
    append_to(w);
    return out;
}

Bytes padded_for_wrap(Bytes key_data) {
    constexpr std::size_t block = 8;
    if (key_data.size() >= 2 * block && key_data.size() % block == 0) return key_data;
    key_data.push_back(kde_id);
    while (key_data.size() < 2 * block || key_data.size() % block != 0)
        key_data.push_back(0);
    return key_data;
}

}  // namespace mlosim::agent::rsn
