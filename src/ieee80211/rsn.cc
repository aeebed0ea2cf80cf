#include "ieee80211/rsn.h"

#include <algorithm>

namespace mlosim::ieee80211 {

namespace {
Suite read_suite(ByteReader& in) {
    const ByteView s = in.take(4);
    if (s.size() != 4) return {};
    return Suite{static_cast<std::uint32_t>(s[0]) << 24U | static_cast<std::uint32_t>(s[1]) << 16U |
                 static_cast<std::uint32_t>(s[2]) << 8U | s[3]};
}

void write_suite(ByteWriter& out, Suite suite) {
    for (unsigned shift = 32; shift > 0; shift -= 8) {
        out.u8(static_cast<std::uint8_t>(suite.selector() >> (shift - 8)));
    }
}

Result<std::vector<Suite>> read_suites(ByteReader& in, const char* why) {
    const std::size_t count = in.u16le();
    if (!in.ok() || count == 0 || count > in.remaining() / 4) return fail(EINVAL, why);
    std::vector<Suite> suites(count);
    for (Suite& suite : suites)
        suite = read_suite(in);
    return suites;
}

void write_suites(ByteWriter& out, const std::vector<Suite>& suites) {
    out.u16le(static_cast<std::uint16_t>(suites.size()));
    for (const Suite suite : suites)
        write_suite(out, suite);
}

Result<std::vector<Pmkid>> read_pmkids(ByteReader& in) {
    const std::size_t count = in.u16le();
    if (!in.ok() || count > in.remaining() / sizeof(Pmkid)) return fail(EINVAL, "RSN: fewer PMKIDs than their count");
    std::vector<Pmkid> pmkids(count);
    for (Pmkid& pmkid : pmkids)
        std::ranges::copy(in.take(pmkid.size()), pmkid.begin());
    return pmkids;
}
}  // namespace

// cf. hostap wpa_parse_wpa_ie_rsn(): the element may end after any whole field.
Result<Rsn> Rsn::parse(ByteView body) {
    ByteReader in{body};
    if (in.u16le() != version || !in.ok()) return fail(EINVAL, "RSN: not version 1");
    Rsn rsn;
    if (in.remaining() == 0) return rsn;

    rsn.group_data_cipher = read_suite(in);
    if (!in.ok()) return fail(EINVAL, "RSN: part of a group data cipher suite");
    if (in.remaining() == 0) return rsn;

    auto pairwise = read_suites(in, "RSN: no pairwise cipher suite, or fewer than their count");
    if (!pairwise) return fail(std::move(pairwise.error()));
    rsn.pairwise_ciphers = std::move(*pairwise);
    if (in.remaining() == 0) return rsn;

    auto akms = read_suites(in, "RSN: no AKM suite, or fewer than their count");
    if (!akms) return fail(std::move(akms.error()));
    rsn.akms = std::move(*akms);
    if (in.remaining() == 0) return rsn;

    rsn.capabilities = RsnCapabilities::from_raw(in.u16le());
    if (!in.ok()) return fail(EINVAL, "RSN: half of the capabilities");
    if (in.remaining() == 0) return rsn;

    auto pmkids = read_pmkids(in);
    if (!pmkids) return fail(std::move(pmkids.error()));
    rsn.pmkids = std::move(*pmkids);
    if (in.remaining() == 0) return rsn;

    rsn.group_management_cipher = read_suite(in);
    if (!in.ok()) return fail(EINVAL, "RSN: part of a group management cipher suite");
    return rsn;
}

void Rsn::append_body_to(ByteWriter& out) const {
    // How far the element reaches: the last field that is present.
    const int last = group_management_cipher ? 6
                     : pmkids                ? 5
                     : capabilities          ? 4
                     : akms                  ? 3
                     : pairwise_ciphers      ? 2
                     : group_data_cipher     ? 1
                                             : 0;
    // 9.4.2.24.1: a cipher that is left out is CCMP-128, an AKM that is left out is IEEE 802.1X.
    const auto suites_or = [](const std::optional<std::vector<Suite>>& suites, Suite otherwise) {
        return suites && !suites->empty() ? *suites : std::vector<Suite>{otherwise};
    };
    out.u16le(version);
    if (last >= 1) write_suite(out, group_data_cipher.value_or(cipher::ccmp128));
    if (last >= 2) write_suites(out, suites_or(pairwise_ciphers, cipher::ccmp128));
    if (last >= 3) write_suites(out, suites_or(akms, akm::ieee8021x));
    if (last >= 4) out.bytes(capabilities.value_or(RsnCapabilities{}).octets());
    if (last >= 5) {
        out.u16le(pmkids ? static_cast<std::uint16_t>(pmkids->size()) : std::uint16_t{0});
        if (pmkids) {
            for (const Pmkid& pmkid : *pmkids)
                out.bytes(pmkid);
        }
    }
    if (last >= 6) write_suite(out, *group_management_cipher);
}

void Rsn::append_to(ByteWriter& out) const {
    write_element(out, type, [this](ByteWriter& w) { append_body_to(w); });
}

Result<Rsnx> Rsnx::parse(ByteView body) {
    if (body.empty()) return fail(EINVAL, "RSNX: empty");
    const std::size_t size = 1 + (body[0] & 0xfU);
    if (size > body.size()) return fail(EINVAL, "RSNX: shorter than its field length says");
    Rsnx rsnx;
    rsnx.octets_.assign(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(size));
    return rsnx;
}

bool Rsnx::has(unsigned bit) const noexcept {
    return bit >= 4 && bit / 8 < octets_.size() && (octets_[bit / 8] >> (bit % 8) & 1U) != 0;
}

void Rsnx::set(unsigned bit, bool value) {
    MLOSIM_INVARIANT(bit >= 4 && bit < 128, "bits 0..3 of RSNX are its length, which reaches to bit 127");
    if (octets_.size() <= bit / 8) octets_.resize(bit / 8 + 1);
    const auto mask = static_cast<std::uint8_t>(1U << (bit % 8));
    std::uint8_t& octet = octets_[bit / 8];
    octet = static_cast<std::uint8_t>(value ? octet | mask : octet & ~mask);
    octets_[0] = static_cast<std::uint8_t>((octets_[0] & 0xf0U) | (octets_.size() - 1));
}

void Rsnx::append_to(ByteWriter& out) const {
    write_element(out, type, octets_);
}

}  // namespace mlosim::ieee80211
