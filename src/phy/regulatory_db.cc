#include "phy/regulatory_db.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <map>

namespace mlosim::phy {

namespace {

using ieee80211::Bytes;
using ieee80211::ByteView;

// The file: header, table of countries (ended by one whose pointer is 0), then collections (lists of pointers to
// rules), rules and WMM rules, shared between countries. All numbers big-endian; pointers count 4-byte words from the
// start. cf. struct fwdb_header, fwdb_country, fwdb_collection, fwdb_rule in net/wireless/reg.c.
constexpr std::uint32_t magic = 0x52474442;  // "RGDB"
constexpr std::uint32_t version = 20;
constexpr std::size_t header_size = 8;
constexpr std::size_t country_size = 4;
constexpr std::size_t collection_size = 3;  // without padding; the list of rules starts at the next even offset
constexpr std::size_t rule_size = 16;
constexpr std::size_t rule_size_with_cac = 18;
constexpr std::size_t rule_size_with_wmm = 20;
constexpr std::size_t wmm_entry_size = 4;
constexpr std::size_t wmm_size = 8 * wmm_entry_size;
constexpr std::size_t max_countries =
    1024;  // 26 * 26 letters and the kernel's own fit; all may share one long collection
constexpr std::size_t max_pointer = 0xffff;
constexpr std::size_t max_file = 1U << 20;  // 16-bit word pointers reach 256 kB; nothing sensible is larger

struct FlagPair {
    std::uint8_t in_file;
    RuleFlag rule;
};
constexpr FlagPair flag_pairs[] = {
    {1U << 0, RuleFlag::no_ofdm}, {1U << 1, RuleFlag::no_outdoor}, {1U << 2, RuleFlag::dfs},
    {1U << 3, RuleFlag::no_ir},   {1U << 4, RuleFlag::auto_bw},
};

/// Big-endian reads at absolute offsets; the caller has asked `has` first.
class File {
public:
    explicit File(ByteView bytes) : bytes_(bytes) {}
    [[nodiscard]] bool has(std::size_t at, std::size_t n) const {
        return at <= bytes_.size() && n <= bytes_.size() - at;
    }
    [[nodiscard]] std::uint8_t u8(std::size_t at) const { return bytes_[at]; }
    [[nodiscard]] std::uint16_t u16(std::size_t at) const {
        return static_cast<std::uint16_t>(bytes_[at] << 8 | bytes_[at + 1]);
    }
    [[nodiscard]] std::uint32_t u32(std::size_t at) const {
        return static_cast<std::uint32_t>(u16(at)) << 16 | u16(at + 2);
    }

private:
    ByteView bytes_;
};

constexpr std::size_t words(std::uint16_t pointer) {
    return std::size_t{pointer} * 4;
}
constexpr std::size_t even(std::size_t n) {
    return (n + 1) & ~std::size_t{1};
}

// cf. valid_wmm() and set_wmm_rule()
Result<WmmRule> parse_wmm(const File& file, std::size_t at) {
    if (!file.has(at, wmm_size)) return fail(EINVAL, "regulatory database: a WMM rule lies outside the file");
    WmmRule out;
    for (std::size_t i = 0; i < 8; ++i) {
        const std::size_t entry = at + i * wmm_entry_size;
        const std::uint8_t ecw = file.u8(entry);
        WmmLimits limits;
        limits.cw_min = static_cast<std::uint16_t>((1U << (ecw >> 4)) - 1U);
        limits.cw_max = static_cast<std::uint16_t>((1U << (ecw & 0x0fU)) - 1U);
        limits.aifsn = file.u8(entry + 1);
        limits.channel_occupancy_us = 1000U * file.u16(entry + 2);
        if (limits.cw_min >= limits.cw_max)
            return fail(EINVAL, "regulatory database: a WMM rule has CWmin not below CWmax");
        if (limits.aifsn < 1) return fail(EINVAL, "regulatory database: a WMM rule has AIFSN 0");
        (i < 4 ? out.client[i] : out.ap[i - 4]) = limits;
    }
    return out;
}

// cf. valid_rule() and regdb_query_country()
Result<RegulatoryRule> parse_rule(const File& file, std::size_t at) {
    if (!file.has(at, 1)) return fail(EINVAL, "regulatory database: a rule lies outside the file");
    const std::size_t length = file.u8(at);
    if (length < rule_size) return fail(EINVAL, "regulatory database: a rule is shorter than its mandatory fields");
    if (!file.has(at, length)) return fail(EINVAL, "regulatory database: a rule runs over the end of the file");
    RegulatoryRule out;
    const std::uint8_t flags = file.u8(at + 1);
    for (const auto& pair : flag_pairs) {
        if ((flags & pair.in_file) != 0) out.flags |= pair.rule;
    }
    out.max_eirp = Dbm::from_mbm(file.u16(at + 2));
    out.start = Frequency::khz(file.u32(at + 4));
    out.end = Frequency::khz(file.u32(at + 8));
    out.max_bandwidth = Frequency::khz(file.u32(at + 12));
    if (length >= rule_size_with_cac) out.dfs_cac_ms = 1000U * file.u16(at + 16);
    if (length >= rule_size_with_wmm) {
        auto wmm = parse_wmm(file, words(file.u16(at + 18)));
        if (!wmm) return fail(wmm.error());
        out.wmm = *wmm;
    }
    return out;
}

// cf. valid_country()
Result<RegulatoryDomain> parse_country(const File& file, std::size_t at) {
    const std::size_t collection = words(file.u16(at + 2));
    if (!file.has(collection, 2))
        return fail(EINVAL, "regulatory database: a country's collection lies outside the file");
    const std::size_t length = file.u8(collection);
    const std::size_t count = file.u8(collection + 1);
    if (length < collection_size)
        return fail(EINVAL, "regulatory database: a collection is shorter than its mandatory fields");
    if (!file.has(collection, even(length) + count * 2)) {
        return fail(EINVAL, "regulatory database: a collection runs over the end of the file");
    }
    RegulatoryDomain out;
    out.alpha2 = Alpha2(static_cast<char>(file.u8(at)), static_cast<char>(file.u8(at + 1)));
    const std::uint8_t region = file.u8(collection + 2);
    out.dfs_region =
        region <= static_cast<std::uint8_t>(DfsRegion::jp) ? static_cast<DfsRegion>(region) : DfsRegion::unset;
    out.rules.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        auto rule = parse_rule(file, words(file.u16(collection + even(length) + i * 2)));
        if (!rule) return fail(rule.error());
        out.rules.push_back(*rule);
    }
    return out;
}

/// Appends big-endian values; knows where it is in words.
class FileWriter {
public:
    void u8(std::uint8_t v) { out_.push_back(v); }
    void u16(std::size_t v) {
        u8(static_cast<std::uint8_t>(v >> 8 & 0xffU));
        u8(static_cast<std::uint8_t>(v & 0xffU));
    }
    void u32(std::uint32_t v) {
        u16(v >> 16);
        u16(v & 0xffffU);
    }
    void patch16(std::size_t at, std::size_t v) {
        out_[at] = static_cast<std::uint8_t>(v >> 8 & 0xffU);
        out_[at + 1] = static_cast<std::uint8_t>(v & 0xffU);
    }
    std::size_t align() {
        while (out_.size() % 4 != 0)
            u8(0);
        return out_.size() / 4;
    }
    Bytes take() { return std::move(out_); }

private:
    Bytes out_;
};

/// What has been written already, and where: the format lets countries share it.
template <class T>
class Written {
public:
    template <class Write>
    std::size_t pointer_to(const T& value, Write write) {
        for (const auto& [known, pointer] : known_) {
            if (known == value) return pointer;
        }
        const std::size_t pointer = write();
        known_.emplace_back(value, pointer);
        return pointer;
    }

private:
    std::vector<std::pair<T, std::size_t>> known_;
};

std::uint8_t exponent(std::uint16_t contention_window) {
    std::uint8_t e = 0;
    while ((1U << e) - 1U < contention_window)
        ++e;
    return e;
}

void write(FileWriter& out, const WmmRule& wmm) {
    for (const auto* side : {&wmm.client, &wmm.ap}) {
        for (const WmmLimits& limits : *side) {
            out.u8(static_cast<std::uint8_t>(exponent(limits.cw_min) << 4 | exponent(limits.cw_max)));
            out.u8(limits.aifsn);
            out.u16(limits.channel_occupancy_us / 1000U);
        }
    }
}

void write(FileWriter& out, const RegulatoryRule& rule, std::optional<std::size_t> wmm_pointer) {
    std::uint8_t flags = 0;
    for (const auto& pair : flag_pairs) {
        if (rule.flags.has(pair.rule)) flags = static_cast<std::uint8_t>(flags | pair.in_file);
    }
    out.u8(static_cast<std::uint8_t>(wmm_pointer            ? rule_size_with_wmm
                                     : rule.dfs_cac_ms != 0 ? rule_size_with_cac
                                                            : rule_size));
    out.u8(flags);
    out.u16(static_cast<std::uint16_t>(rule.max_eirp.mbm()));
    out.u32(rule.start.in_khz());
    out.u32(rule.end.in_khz());
    out.u32(rule.max_bandwidth.in_khz());
    if (wmm_pointer || rule.dfs_cac_ms != 0) out.u16(rule.dfs_cac_ms / 1000);
    if (wmm_pointer) out.u16(*wmm_pointer);
}

}  // namespace

RegulatoryDatabase RegulatoryDatabase::embedded() {
    const auto all = embedded_domains();
    return RegulatoryDatabase(std::vector<RegulatoryDomain>(all.begin(), all.end()));
}

Result<RegulatoryDatabase> RegulatoryDatabase::parse(ByteView bytes) {
    const File file(bytes);
    if (!file.has(0, header_size)) return fail(EINVAL, "regulatory database: shorter than its header");
    if (file.u32(0) != magic) return fail(EINVAL, "regulatory database: does not begin with RGDB");
    if (file.u32(4) != version) {
        return fail(EINVAL, "regulatory database: version " + std::to_string(file.u32(4)) + ", only 20 is known");
    }
    std::vector<RegulatoryDomain> domains;
    for (std::size_t at = header_size; file.has(at, country_size) && file.u16(at + 2) != 0; at += country_size) {
        auto domain = parse_country(file, at);
        if (!domain) return fail(domain.error());
        if (domains.size() == max_countries)
            return fail(EINVAL, "regulatory database: more countries than there are codes");
        domains.push_back(std::move(*domain));
    }
    return RegulatoryDatabase(std::move(domains));
}

Result<RegulatoryDatabase> RegulatoryDatabase::load(const std::string& path) {
    std::FILE* stream = std::fopen(path.c_str(), "rb");
    if (stream == nullptr) return fail(errno, "regulatory database: cannot open " + path);
    Bytes bytes(max_file + 1);
    bytes.resize(std::fread(bytes.data(), 1, bytes.size(), stream));
    const bool failed = std::ferror(stream) != 0;
    std::fclose(stream);
    if (failed) return fail(EIO, "regulatory database: cannot read " + path);
    if (bytes.size() > max_file) return fail(EFBIG, "regulatory database: larger than 1 MiB: " + path);
    return parse(bytes);
}

const RegulatoryDomain* RegulatoryDatabase::find(Alpha2 alpha2) const {
    const auto it =
        std::find_if(domains_.begin(), domains_.end(), [&](const RegulatoryDomain& d) { return d.alpha2 == alpha2; });
    return it == domains_.end() ? nullptr : &*it;
}

Result<Bytes> RegulatoryDatabase::serialize() const {
    FileWriter out;
    out.u32(magic);
    out.u32(version);
    for (const RegulatoryDomain& domain : domains_) {
        out.u8(static_cast<std::uint8_t>(domain.alpha2[0]));
        out.u8(static_cast<std::uint8_t>(domain.alpha2[1]));
        out.u16(0);
    }
    out.u32(0);  // end of the table
    Written<WmmRule> wmm_rules;
    Written<RegulatoryRule> rules;
    for (std::size_t i = 0; i < domains_.size(); ++i) {
        std::vector<std::size_t> pointers;
        for (const RegulatoryRule& rule : domains_[i].rules) {
            pointers.push_back(rules.pointer_to(rule, [&] {
                std::optional<std::size_t> wmm;
                if (rule.wmm) {
                    wmm = wmm_rules.pointer_to(*rule.wmm, [&] {
                        const std::size_t here = out.align();
                        write(out, *rule.wmm);
                        return here;
                    });
                }
                const std::size_t here = out.align();
                write(out, rule, wmm);
                return here;
            }));
        }
        const std::size_t collection = out.align();
        if (collection > max_pointer) return fail(EFBIG, "regulatory database: more than 16-bit pointers reach");
        out.patch16(header_size + i * country_size + 2, collection);
        out.u8(collection_size);
        out.u8(static_cast<std::uint8_t>(pointers.size()));
        out.u8(static_cast<std::uint8_t>(domains_[i].dfs_region));
        out.u8(0);
        for (std::size_t pointer : pointers)
            out.u16(pointer);
    }
    out.align();
    return out.take();
}

}  // namespace mlosim::phy
