#include "ieee80211/inheritance.h"

#include <algorithm>
#include <set>

#include "ieee80211/basic_multi_link.h"

namespace mlosim::ieee80211 {

namespace {
bool contains(ByteView list, std::uint8_t value) {
    return std::ranges::find(list, value) != list.end();
}

void append(Bytes& out, const ElementView& e) {
    out.insert(out.end(), e.encoded().begin(), e.encoded().end());
}

bool is_multi_link_of(const ElementView& e, std::optional<std::uint8_t> bssid_index) {
    if (e.type() != element::multi_link || !bssid_index) return false;
    const ElementBody body{e};
    const auto multi_link = BasicMultiLinkView::parse(body);
    return multi_link && multi_link->ap_mld_id().value_or(0) == *bssid_index;
}
}  // namespace

Result<NonInheritance> NonInheritance::from(ByteView ids, ByteView extensions) {
    if (ids.size() + extensions.size() > max_listed) return fail(EINVAL, "Non-Inheritance: longer than an element");
    NonInheritance value;
    value.ids_ = InlineBytes<max_listed>(ids);
    value.extensions_ = InlineBytes<max_listed>(extensions);
    return value;
}

// cf. cfg80211_is_element_inherited(): both lengths are mandatory, both lists may be empty.
Result<NonInheritance> NonInheritance::parse(ByteView body) {
    ByteReader in{body};
    const ByteView ids = in.take(in.u8());
    const ByteView extensions = in.take(in.u8());
    if (!in.ok()) return fail(EINVAL, "Non-Inheritance: shorter than its lists");
    return from(ids, extensions);
}

bool NonInheritance::lists(ElementType type_in_question) const noexcept {
    if (type_in_question.is_extended()) return contains(extensions(), type_in_question.extension);
    return contains(ids(), type_in_question.id);
}

void NonInheritance::append_to(ByteWriter& out) const {
    write_element(out, type, [this](ByteWriter& w) {
        w.u8(static_cast<std::uint8_t>(ids_.size()));
        w.bytes(ids());
        w.u8(static_cast<std::uint8_t>(extensions_.size()));
        w.bytes(extensions());
    });
}

Bytes inherit(const ElementList& frame, const ElementList& profile, std::optional<std::uint8_t> bssid_index) {
    const auto listed = profile.get<NonInheritance>();
    const auto inheritable = [&](ElementType type) {
        return type != element::multiple_bssid && type != element::multi_link && !(listed && listed->lists(type));
    };
    std::set<ElementType> repeated;
    for (const ElementView& e : profile)
        repeated.insert(e.type());

    Bytes out;
    out.reserve(frame.bytes().size() + profile.bytes().size());
    std::set<ElementType> seen;
    for (const ElementView& e : frame) {
        if (e.type() == element::fragment) continue;
        const bool first = seen.insert(e.type()).second;
        if (!repeated.contains(e.type()) && inheritable(e.type())) {
            append(out, e);
        } else if (is_multi_link_of(e, bssid_index)) {
            append(out, e);
        } else if (first) {
            for (const ElementView& own : profile) {
                if (own.type() == e.type()) append(out, own);
            }
        }
    }
    for (const ElementView& own : profile) {
        const bool about_the_profile = own.type() == element::nontransmitted_bssid_capability ||
                                       own.type() == element::non_inheritance || own.type() == element::fragment;
        if (!about_the_profile && !seen.contains(own.type())) append(out, own);
    }
    return out;
}

}  // namespace mlosim::ieee80211
