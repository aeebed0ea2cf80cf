#include "ieee80211/reduced_neighbor_report.h"

namespace mlosim::ieee80211 {

namespace {
constexpr std::size_t header_size = 4;
constexpr unsigned type_tbtt = 0;
constexpr unsigned type_mld = 1;  // 802.11be: MLD parameters alone
constexpr std::size_t max_tbtts = 16;

enum Part : unsigned { offset = 1, bssid = 2, short_ssid = 4, bss = 8, psd = 16, mld = 32 };

/// The forms a TBTT Information field has: their parts always come in the order of `Part`.
struct Form {
    unsigned type;
    std::size_t length;
    unsigned parts;
};
constexpr Form forms[] = {
    {type_tbtt, 1, offset},
    {type_tbtt, 2, offset | bss},
    {type_tbtt, 5, offset | short_ssid},
    {type_tbtt, 6, offset | short_ssid | bss},
    {type_tbtt, 7, offset | bssid},
    {type_tbtt, 8, offset | bssid | bss},
    {type_tbtt, 9, offset | bssid | bss | psd},
    {type_tbtt, 11, offset | bssid | short_ssid},
    {type_tbtt, 12, offset | bssid | short_ssid | bss},
    {type_tbtt, 13, offset | bssid | short_ssid | bss | psd},
    {type_tbtt, 16, offset | bssid | short_ssid | bss | psd | mld},
    {type_mld, 3, mld},
};

/// The form of a received field: from 11 octets on, a longer one begins like the longest that it can hold.
/// cf. cfg80211_parse_ap_info()
const Form* form_of(unsigned type, std::size_t length) {
    const Form* best = nullptr;
    for (const Form& form : forms) {
        const bool may_grow = form.length >= 11;
        if (form.type == type && (form.length == length || (may_grow && form.length < length))) best = &form;
    }
    return best;
}

unsigned parts_of(const TbttInfo& info) {
    return (info.tbtt_offset ? offset : 0U) | (info.bssid ? bssid : 0U) | (info.short_ssid ? short_ssid : 0U) |
           (info.bss ? bss : 0U) | (info.psd_20mhz ? psd : 0U) | (info.mld ? mld : 0U);
}

const Form* form_of(const TbttInfo& info) {
    for (const Form& form : forms) {
        if (form.parts == parts_of(info)) return &form;
    }
    return nullptr;
}

TbttInfo read(ByteReader in, unsigned parts) {
    TbttInfo info;
    if ((parts & offset) != 0) info.tbtt_offset = in.u8();
    if ((parts & bssid) != 0) info.bssid = in.mac();
    if ((parts & short_ssid) != 0) info.short_ssid = in.u32le();
    if ((parts & bss) != 0) info.bss = RnrBssParameters::from_raw(in.u8());
    if ((parts & psd) != 0) info.psd_20mhz = static_cast<std::int8_t>(in.u8());
    if ((parts & mld) != 0) info.mld = RnrMldParameters::from_raw(in.u24le());
    return info;
}

void write(ByteWriter& out, const TbttInfo& info) {
    if (info.tbtt_offset) out.u8(*info.tbtt_offset);
    if (info.bssid) out.mac(*info.bssid);
    if (info.short_ssid) out.u32le(*info.short_ssid);
    if (info.bss) out.bytes(info.bss->octets());
    if (info.psd_20mhz) out.u8(static_cast<std::uint8_t>(*info.psd_20mhz));
    if (info.mld) out.bytes(info.mld->octets());
}
}  // namespace

std::optional<NeighborApView> NeighborApView::take(ByteView& rest) {
    if (rest.size() < header_size) return std::nullopt;
    const std::size_t count = (rest[0] >> 4U) + 1U;
    const std::size_t size = header_size + count * rest[1];
    if (rest.size() < size) return std::nullopt;
    const NeighborApView view{rest.first(size)};
    rest = rest.subspan(size);
    return view;
}

TbttInfo NeighborApView::tbtt(std::size_t i) const {
    MLOSIM_INVARIANT(i < count(), "the entry is one of the field's");
    const std::size_t length = field_[1];
    const Form* form = form_of(field_[0] & 3U, length);
    if (form == nullptr) return {};
    return read(ByteReader{field_.subspan(header_size + i * length, length)}, form->parts);
}

Result<ReducedNeighborReportView> ReducedNeighborReportView::parse(ByteView body) {
    ByteView rest = body;
    while (NeighborApView::take(rest)) {
    }
    if (!rest.empty()) return fail(EINVAL, "Reduced Neighbor Report: a neighbor is longer than what is left");
    return ReducedNeighborReportView{body};
}

Result<ReducedNeighborReport> ReducedNeighborReport::from(std::vector<NeighborAp> neighbors) {
    std::size_t size = 0;
    for (const NeighborAp& neighbor : neighbors) {
        if (neighbor.tbtts.empty() || neighbor.tbtts.size() > max_tbtts) {
            return fail(EINVAL, "Reduced Neighbor Report: a neighbor has not 1 to 16 BSSs");
        }
        const Form* form = form_of(neighbor.tbtts.front());
        if (form == nullptr) return fail(EINVAL, "Reduced Neighbor Report: no TBTT information has these parts");
        for (const TbttInfo& info : neighbor.tbtts) {
            if (parts_of(info) != form->parts) {
                return fail(EINVAL, "Reduced Neighbor Report: the BSSs of a neighbor differ in form");
            }
        }
        size += header_size + neighbor.tbtts.size() * form->length;
    }
    if (size > 255) return fail(EINVAL, "Reduced Neighbor Report: longer than an element; use several");
    ReducedNeighborReport report;
    report.neighbors_ = std::move(neighbors);
    return report;
}

Result<ReducedNeighborReport> ReducedNeighborReport::parse(ByteView body) {
    const auto view = ReducedNeighborReportView::parse(body);
    if (!view) return fail(view.error());
    std::vector<NeighborAp> neighbors;
    for (const NeighborApView& from_air : *view) {
        NeighborAp neighbor{from_air.operating_class(), from_air.channel(), from_air.filtered(), {}};
        for (std::size_t i = 0; i < from_air.count(); ++i) {
            const TbttInfo info = from_air.tbtt(i);
            if (parts_of(info) != 0) neighbor.tbtts.push_back(info);
        }
        if (!neighbor.tbtts.empty()) neighbors.push_back(std::move(neighbor));
    }
    return from(std::move(neighbors));
}

void ReducedNeighborReport::append_to(ByteWriter& out) const {
    write_element(out, type, [this](ByteWriter& w) {
        for (const NeighborAp& neighbor : neighbors_) {
            const Form* form = form_of(neighbor.tbtts.front());
            w.u8(static_cast<std::uint8_t>(form->type | (neighbor.filtered ? 4U : 0U) |
                                           (neighbor.tbtts.size() - 1) << 4U));
            w.u8(static_cast<std::uint8_t>(form->length));
            w.u8(neighbor.operating_class);
            w.u8(neighbor.channel);
            for (const TbttInfo& info : neighbor.tbtts)
                write(w, info);
        }
    });
}

}  // namespace mlosim::ieee80211
