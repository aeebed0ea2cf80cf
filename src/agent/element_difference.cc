#include "agent/element_difference.h"

#include <map>
#include <vector>

#include "ieee80211/inheritance.h"
#include "sim/invariant.h"

namespace mlosim::agent {

namespace {

using ieee80211::Bytes;
using ieee80211::ElementList;
using ieee80211::ElementType;
using ieee80211::ElementView;

/// The elements of each type, in one piece.
std::map<ElementType, Bytes> by_type(const ElementList& list, const std::set<ElementType>& aside) {
    std::map<ElementType, Bytes> out;
    for (const ElementView& e : list) {
        if (aside.contains(e.type())) continue;
        Bytes& all = out[e.type()];
        all.insert(all.end(), e.encoded().begin(), e.encoded().end());
    }
    return out;
}

}  // namespace

Bytes profile_elements(const ElementList& frame, const ElementList& own, const std::set<ElementType>& aside) {
    const auto of_frame = by_type(frame, aside);
    const auto of_own = by_type(own, aside);
    Bytes out;
    for (const ElementView& e : own) {
        if (aside.contains(e.type())) continue;
        const auto there = of_frame.find(e.type());
        if (there != of_frame.end() && there->second == of_own.at(e.type())) continue;
        out.insert(out.end(), e.encoded().begin(), e.encoded().end());
    }

    Bytes ids;
    Bytes extensions;
    for (const auto& [type, bytes] : of_frame) {
        if (of_own.contains(type)) continue;
        if (type.is_extended())
            extensions.push_back(type.extension);
        else
            ids.push_back(type.id);
    }
    if (ids.empty() && extensions.empty()) return out;
    const auto excluded = ieee80211::NonInheritance::from(ids, extensions);
    MLOSIM_INVARIANT(excluded.has_value(), "a frame has not as many types as an element octets");
    ieee80211::ByteWriter writer(out);
    excluded->append_to(writer);
    return out;
}

}  // namespace mlosim::agent
