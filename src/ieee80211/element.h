#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>

#include "ieee80211/byte_io.h"
#include "ieee80211/element_type.h"
#include "sim/result.h"

/// How this room's elements look.
///
/// Every element is a type E with `E::type`, `static Result<E> E::parse(ByteView body)` and `void
/// E::append_to(ByteWriter&)`. `body` is what follows the Length field (and the Element ID Extension, where there is
/// one), in one piece. `parse` checks every length once; a value holds only content that the standard allows,
/// `append_to` writes the whole element, header included and fragmented where it must be. Octets after the ones a
/// parser knows are ignored (802.11-2020 10.28.8). Where a receiver looks at only a little of a large element there is
/// also a view over the received bytes. Errors are EINVAL with a sentence.
namespace mlosim::ieee80211 {

/// Elements proper, or the subelements inside one: these have no extension and fragment under another id.
enum class Nesting : std::uint8_t { elements, subelements };

inline constexpr std::uint8_t subelement_fragment_id = 254;  // 802.11be 9.4.2.322.2

/// One element in received bytes, its fragments included.
class ElementView {
public:
    ElementView() = default;

    [[nodiscard]] ElementType type() const noexcept { return type_; }
    /// The body's first piece: all of it unless `fragmented()`.
    [[nodiscard]] ByteView first_piece() const noexcept { return piece_; }
    [[nodiscard]] bool fragmented() const noexcept { return fragmented_; }
    /// Every octet of the element as received: header, body, and the fragments' headers and bodies.
    [[nodiscard]] ByteView encoded() const noexcept { return encoded_; }

    /// Takes the element at the front of `rest`; nothing, and `rest` unchanged, if it does not fit.
    [[nodiscard]] static std::optional<ElementView> take(ByteView& rest, Nesting nesting);

private:
    ElementType type_;
    bool fragmented_ = false;
    ByteView piece_;
    ByteView encoded_;
};

/// The whole body of an element in one piece. It refers to the received bytes where these are in one piece, and holds a
/// copy where they came in fragments (802.11-2020 10.28.12).
class ElementBody {
public:
    explicit ElementBody(const ElementView& element);
    ElementBody(ElementBody&&) noexcept = default;
    ElementBody& operator=(ElementBody&&) noexcept = default;
    ElementBody(const ElementBody&) = delete;
    ElementBody& operator=(const ElementBody&) = delete;

    [[nodiscard]] ByteView bytes() const noexcept { return bytes_; }
    operator ByteView() const noexcept { return bytes_; }  // NOLINT(google-explicit-constructor): it is those bytes

private:
    Bytes joined_;
    ByteView bytes_;
};

template <class E>
concept Element = requires(const E& e, ByteView body, ByteWriter& out) {
    { E::type } -> std::convertible_to<ElementType>;
    { E::parse(body) } -> std::same_as<Result<E>>;
    e.append_to(out);
};

/// A run of elements in received bytes. It ends before the first element that does not fit: what came before it is
/// good, which is how cfg80211 reads a frame too; `complete()` says whether it ended at the end.
class ElementList {
public:
    class Iterator {
    public:
        using value_type = ElementView;
        using difference_type = std::ptrdiff_t;
        using iterator_concept = std::forward_iterator_tag;

        Iterator() = default;
        Iterator(ByteView rest, Nesting nesting) : rest_(rest), nesting_(nesting) { advance(); }

        const ElementView& operator*() const noexcept { return *current_; }
        const ElementView* operator->() const noexcept { return &*current_; }
        Iterator& operator++() {
            advance();
            return *this;
        }
        Iterator operator++(int) {
            Iterator before = *this;
            advance();
            return before;
        }
        friend bool operator==(const Iterator& a, const Iterator& b) noexcept {
            return a.current_.has_value() == b.current_.has_value() && a.rest_.size() == b.rest_.size() &&
                   a.rest_.data() == b.rest_.data();
        }
        friend bool operator==(const Iterator& a, std::default_sentinel_t) noexcept { return !a.current_; }

    private:
        void advance() { current_ = ElementView::take(rest_, nesting_); }

        ByteView rest_;
        Nesting nesting_ = Nesting::elements;
        std::optional<ElementView> current_;
    };

    ElementList() = default;
    explicit ElementList(ByteView bytes, Nesting nesting = Nesting::elements) : bytes_(bytes), nesting_(nesting) {}
    /// The strict way: EINVAL unless the elements fill `bytes` exactly.
    [[nodiscard]] static Result<ElementList> parse(ByteView bytes, Nesting nesting = Nesting::elements);

    [[nodiscard]] Iterator begin() const { return {bytes_, nesting_}; }
    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }
    [[nodiscard]] bool complete() const;
    [[nodiscard]] ByteView bytes() const noexcept { return bytes_; }

    /// The first element of `type`.
    [[nodiscard]] std::optional<ElementView> find(ElementType type) const;
    /// The first vendor specific element whose body begins with `prefix` (OUI and the vendor's type).
    [[nodiscard]] std::optional<ElementView> find_vendor(ByteView prefix) const;

    /// The first element of E's type, parsed: ENOENT without one, EINVAL where it is malformed.
    template <Element E>
    [[nodiscard]] Result<E> get() const {
        const auto found = find(E::type);
        if (!found) return fail(ENOENT);
        return E::parse(ElementBody(*found));
    }

private:
    ByteView bytes_;
    Nesting nesting_ = Nesting::elements;
};

namespace detail {
/// Where the element that is being written began.
struct ElementStart {
    std::size_t header = 0;
    std::size_t body_offset = 2;
    std::uint8_t fragment_id = element::fragment.id;
};
ElementStart open_element(ByteWriter& out, ElementType type, Nesting nesting);
void close_element(ByteWriter& out, const ElementStart& start);
}  // namespace detail

/// Writes an element around the body that `write_body(out)` writes, in as many fragments as its size asks for.
template <std::invocable<ByteWriter&> F>
void write_element(ByteWriter& out, ElementType type, F&& write_body, Nesting nesting = Nesting::elements) {
    const auto start = detail::open_element(out, type, nesting);
    std::forward<F>(write_body)(out);
    detail::close_element(out, start);
}
void write_element(ByteWriter& out, ElementType type, ByteView body, Nesting nesting = Nesting::elements);

}  // namespace mlosim::ieee80211
