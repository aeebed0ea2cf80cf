#pragma once

#include <vector>

#include "ieee80211/element.h"
#include "sim/invariant.h"

namespace mlosim::ieee80211 {

/// Collects the elements of a frame in any order and writes them in the order that the standard gives the body of
/// Beacon, Probe Response and association frames (802.11-2020 Tables 9-32, 9-34 … with the amendments ax and be),
/// vendor specific elements last. Elements of one type stay in the order in which they were added.
class ElementBuilder {
public:
    /// Any value of this room that is an element.
    template <class E>
    requires requires(const E& e, ByteWriter& out) { e.append_to(out); }
    ElementBuilder& add(const E& e) {
        const std::size_t start = scratch_.size();
        ByteWriter out{scratch_};
        e.append_to(out);
        note(start);
        return *this;
    }
    ElementBuilder& add(ElementType type, ByteView body);
    /// An element as it is, header included.
    ElementBuilder& add(const ElementView& e);
    /// Every element of a list: what a program above hands down as extra elements.
    ElementBuilder& add(const ElementList& list);

    void append_to(ByteWriter& out) const;
    [[nodiscard]] Bytes build() const;

private:
    struct Piece {
        unsigned order = 0;
        std::size_t start = 0;
        std::size_t size = 0;
    };
    void note(std::size_t start);

    Bytes scratch_;
    std::vector<Piece> pieces_;
};

/// Where the standard puts elements of `type` in a frame body: smaller comes first.
[[nodiscard]] unsigned standard_order(ElementType type);

}  // namespace mlosim::ieee80211
