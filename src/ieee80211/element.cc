#include "ieee80211/element.h"

#include <algorithm>

namespace mlosim::ieee80211 {

namespace {
constexpr std::size_t header_size = 2;
constexpr std::size_t max_length = 255;

std::uint8_t fragment_id(Nesting nesting) {
    return nesting == Nesting::elements ? element::fragment.id : subelement_fragment_id;
}

/// Size of the element at the front of `bytes` without its fragments; 0 if it does not fit.
std::size_t size_of_one(ByteView bytes) {
    if (bytes.size() < header_size) return 0;
    const std::size_t size = header_size + bytes[1];
    return size <= bytes.size() ? size : 0;
}
}  // namespace

std::optional<ElementView> ElementView::take(ByteView& rest, Nesting nesting) {
    const std::size_t lead = size_of_one(rest);
    if (lead == 0) return std::nullopt;

    ElementView view;
    view.type_.id = rest[0];
    view.piece_ = rest.subspan(header_size, lead - header_size);
    if (nesting == Nesting::elements && view.type_.is_extended() && !view.piece_.empty()) {
        view.type_.extension = view.piece_[0];
        view.piece_ = view.piece_.subspan(1);
    }

    // Only a full element can be continued, and a full fragment likewise. cf. cfg80211_defragment_element()
    std::size_t total = lead;
    if (view.type_.id != fragment_id(nesting)) {
        for (bool full = lead == header_size + max_length; full;) {
            const ByteView next = rest.subspan(total);
            const std::size_t size = size_of_one(next);
            if (size == 0 || next[0] != fragment_id(nesting)) break;
            total += size;
            view.fragmented_ = true;
            full = size == header_size + max_length;
        }
    }
    view.encoded_ = rest.first(total);
    rest = rest.subspan(total);
    return view;
}

ElementBody::ElementBody(const ElementView& element) : bytes_(element.first_piece()) {
    if (!element.fragmented()) return;
    joined_.reserve(element.encoded().size());
    joined_.assign(bytes_.begin(), bytes_.end());
    for (ByteView rest = element.encoded().subspan(header_size + max_length); !rest.empty();) {
        const std::size_t size = size_of_one(rest);
        const ByteView piece = rest.subspan(header_size, size - header_size);
        joined_.insert(joined_.end(), piece.begin(), piece.end());
        rest = rest.subspan(size);
    }
    bytes_ = joined_;
}

Result<ElementList> ElementList::parse(ByteView bytes, Nesting nesting) {
    const ElementList list{bytes, nesting};
    if (!list.complete()) return fail(EINVAL, "an element is longer than what is left of the frame");
    return list;
}

bool ElementList::complete() const {
    ByteView rest = bytes_;
    while (ElementView::take(rest, nesting_)) {
    }
    return rest.empty();
}

std::optional<ElementView> ElementList::find(ElementType type) const {
    for (const ElementView& e : *this) {
        if (e.type() == type) return e;
    }
    return std::nullopt;
}

std::optional<ElementView> ElementList::find_vendor(ByteView prefix) const {
    for (const ElementView& e : *this) {
        if (e.type() != element::vendor_specific || e.first_piece().size() < prefix.size()) continue;
        if (std::ranges::equal(e.first_piece().first(prefix.size()), prefix)) return e;
    }
    return std::nullopt;
}

namespace detail {

ElementStart open_element(ByteWriter& out, ElementType type, Nesting nesting) {
    const ElementStart start{out.size(), header_size, fragment_id(nesting)};
    out.u8(type.id);
    out.u8(0);
    if (nesting == Nesting::elements && type.is_extended()) out.u8(type.extension);
    return start;
}

void close_element(ByteWriter& out, const ElementStart& start) {
    Bytes& bytes = out.bytes();
    const std::size_t first = start.header + start.body_offset;
    std::size_t left = bytes.size() - first;
    bytes[first - 1] = static_cast<std::uint8_t>(std::min(left, max_length));
    // 802.11-2020 10.28.11: what exceeds the element goes into Fragment elements, all full but the last.
    for (std::size_t at = first; left > max_length;) {
        at += max_length;
        left -= max_length;
        const std::uint8_t header[] = {start.fragment_id, static_cast<std::uint8_t>(std::min(left, max_length))};
        bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at), std::begin(header), std::end(header));
        at += header_size;
    }
}

}  // namespace detail

void write_element(ByteWriter& out, ElementType type, ByteView body, Nesting nesting) {
    write_element(
        out, type, [&](ByteWriter& w) { w.bytes(body); }, nesting);
}

}  // namespace mlosim::ieee80211
