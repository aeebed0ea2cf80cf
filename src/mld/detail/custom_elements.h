#pragma once

#include <algorithm>
#include <initializer_list>

#include "ieee80211/element.h"

namespace mlosim::mld::detail {

/// The elements that a program added to a frame, given out from the front: up to those that belong further back.
/// cf. ieee80211_ie_split()
class CustomElements {
public:
    using Types = std::initializer_list<ieee80211::ElementType>;

    explicit CustomElements(ieee80211::ByteView bytes) : rest_(bytes) {}

    void put_while(ieee80211::ByteWriter& out, Types before) {
        while (const auto next = peek()) {
            if (!contains(before, next->type())) return;
            put(out, *next);
        }
    }
    /// The same where a RIC Data element takes all that follows it up to one of `after_ric`.
    /// cf. ieee80211_ie_split_ric()
    void put_while(ieee80211::ByteWriter& out, Types before, Types after_ric) {
        constexpr ieee80211::ElementType ric_data{57};
        while (const auto next = peek()) {
            if (!contains(before, next->type())) return;
            put(out, *next);
            if (next->type() != ric_data) continue;
            for (auto resource = peek(); resource && !contains(after_ric, resource->type()); resource = peek())
                put(out, *resource);
        }
    }
    /// All but the vendors' elements at the end. cf. ieee80211_ie_split_vendor()
    void put_until_vendor(ieee80211::ByteWriter& out) {
        while (const auto next = peek()) {
            if (next->type() == ieee80211::element::vendor_specific) return;
            put(out, *next);
        }
    }
    void put_rest(ieee80211::ByteWriter& out) {
        out.bytes(rest_);
        rest_ = {};
    }

private:
    [[nodiscard]] std::optional<ieee80211::ElementView> peek() const {
        ieee80211::ByteView rest = rest_;
        return ieee80211::ElementView::take(rest, ieee80211::Nesting::elements);
    }
    void put(ieee80211::ByteWriter& out, const ieee80211::ElementView& element) {
        out.bytes(element.encoded());
        rest_ = rest_.subspan(element.encoded().size());
    }
    static bool contains(Types types, ieee80211::ElementType type) {
        return std::find(types.begin(), types.end(), type) != types.end();
    }

    ieee80211::ByteView rest_;
};

}  // namespace mlosim::mld::detail
