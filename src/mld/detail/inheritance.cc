#include "mld/detail/inheritance.h"

#include <algorithm>
#include <optional>
#include <set>
#include <span>

#include "ieee80211/basic_multi_link.h"
#include "ieee80211/element.h"

namespace mlosim::mld::detail {

namespace {

using ieee80211::Bytes;
using ieee80211::ByteView;
using ieee80211::ByteWriter;
using ieee80211::ElementBody;
using ieee80211::ElementList;
using ieee80211::ElementType;
using ieee80211::ElementView;
namespace element = ieee80211::element;

constexpr std::uint8_t max_bssid_index = 46;

/// Non-Inheritance element, 802.11ax 9.4.2.240: two lists, of element ids and of extensions. One that is cut off
/// forbids nothing.
class NonInheritance {
public:
    explicit NonInheritance(const ElementList& profile) {
        const auto found = profile.find(element::non_inheritance);
        if (!found) return;
        const ElementBody body(*found);
        ieee80211::ByteReader in(body);
        const ByteView ids = in.take(in.u8());
        const ByteView extensions = in.take(in.u8());
        if (!in.ok()) return;
        ids_.assign(ids.begin(), ids.end());
        extensions_.assign(extensions.begin(), extensions.end());
    }

    /// cf. cfg80211_is_element_inherited()
    [[nodiscard]] bool inherits(ElementType type) const {
        if (type == element::multiple_bssid || type == element::multi_link) return false;
        const Bytes& list = type.is_extended() ? extensions_ : ids_;
        const std::uint8_t id = type.is_extended() ? type.extension : type.id;
        return std::find(list.begin(), list.end(), id) == list.end();
    }

private:
    Bytes ids_;
    Bytes extensions_;
};

/// Which of the frame's Multi-Link elements is this BSS's own: by its Multiple BSSID-Index.
bool is_own_multi_link(const ElementView& parent, unsigned bssid_index) {
    if (parent.type() != element::multi_link) return false;
    const ElementBody body(parent);
    const auto basic = ieee80211::BasicMultiLinkView::parse(body);
    return basic && basic->ap_mld_id().value_or(0) == bssid_index;
}

unsigned bssid_index_of(const ElementList& profile) {
    const auto found = profile.find(element::multiple_bssid_index);
    if (!found || found->first_piece().empty()) return 255;
    const std::uint8_t index = found->first_piece()[0];
    return index > 0 && index <= max_bssid_index ? index : 255;
}

}  // namespace

Bytes inherit_elements(ByteView parent_bytes, ByteView profile_bytes) {
    const ElementList parent(parent_bytes);
    const ElementList profile(profile_bytes);
    const NonInheritance rules(profile);
    const unsigned bssid_index = bssid_index_of(profile);

    Bytes out;
    out.reserve(parent_bytes.size() + profile_bytes.size());
    ByteWriter writer(out);
    const auto in_profile = [&](ElementType type) { return profile.find(type).has_value(); };

    // The parent's elements in their order; where the profile has its own of a type, all of them at the first place of
    // that type.
    std::set<ElementType> seen;
    for (const ElementView& e : parent) {
        if (e.type() == element::fragment) continue;
        const bool first = seen.insert(e.type()).second;
        if (!in_profile(e.type()) && rules.inherits(e.type())) {
            writer.bytes(e.encoded());
            continue;
        }
        if (is_own_multi_link(e, bssid_index)) {
            writer.bytes(e.encoded());
            continue;
        }
        if (!first) continue;
        for (const ElementView& own : profile)
            if (own.type() == e.type()) writer.bytes(own.encoded());
    }
    // What only the profile has.
    for (const ElementView& own : profile) {
        if (own.type() == element::nontransmitted_bssid_capability || own.type() == element::fragment ||
            own.type() == element::non_inheritance || seen.contains(own.type()))
            continue;
        writer.bytes(own.encoded());
    }
    return out;
}

}  // namespace mlosim::mld::detail
