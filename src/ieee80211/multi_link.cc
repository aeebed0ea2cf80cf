#include "ieee80211/multi_link.h"

namespace mlosim::ieee80211 {

namespace {
constexpr std::size_t control_size = 2;
constexpr unsigned type_mask = 7;
}  // namespace

Result<MultiLinkVariant> multi_link_variant(ByteView body) {
    if (body.size() < control_size) return fail(EINVAL, "Multi-Link: shorter than its control field");
    const unsigned type = body[0] & type_mask;
    if (type > static_cast<unsigned>(MultiLinkVariant::priority_access))
        return fail(EINVAL, "Multi-Link: reserved type");
    return static_cast<MultiLinkVariant>(type);
}

std::optional<ElementView> find_multi_link(const ElementList& elements, MultiLinkVariant variant) {
    for (const ElementView& e : elements) {
        if (e.type() != element::multi_link || e.first_piece().size() < control_size) continue;
        if ((e.first_piece()[0] & type_mask) == static_cast<unsigned>(variant)) return e;
    }
    return std::nullopt;
}

namespace detail {

// cf. ieee80211_mle_size_ok()
Result<MultiLinkParts> split_multi_link(ByteView body, MultiLinkVariant variant) {
    const auto actual = multi_link_variant(body);
    if (!actual) return fail(actual.error());
    if (*actual != variant) return fail(EINVAL, "Multi-Link: another variant than expected");
    if (body.size() < control_size + 1) return fail(EINVAL, "Multi-Link: no common info");
    const std::size_t common_size = body[control_size];
    if (common_size == 0 || common_size > body.size() - control_size) {
        return fail(EINVAL, "Multi-Link: the common info length is not that of the element");
    }
    auto link_info = ElementList::parse(body.subspan(control_size + common_size), Nesting::subelements);
    if (!link_info) return fail(EINVAL, "Multi-Link: a subelement is longer than what is left");

    MultiLinkParts parts;
    parts.presence = static_cast<std::uint16_t>((body[0] | static_cast<unsigned>(body[1]) << 8U) >> 4U);
    parts.common = body.subspan(control_size + 1, common_size - 1);
    parts.link_info = *link_info;
    return parts;
}

Bytes other_subelements(const ElementList& link_info) {
    Bytes others;
    for (const ElementView& e : link_info) {
        // A fragment that continues nothing would, when written, continue whatever comes before it then.
        if (e.type().id == per_sta_profile_id || e.type().id == subelement_fragment_id) continue;
        others.insert(others.end(), e.encoded().begin(), e.encoded().end());
    }
    return others;
}

}  // namespace detail

}  // namespace mlosim::ieee80211
