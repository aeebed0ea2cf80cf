#include "ieee80211/tim.h"

#include <algorithm>

namespace mlosim::ieee80211 {

namespace {
constexpr std::size_t fixed_size = 3;
constexpr std::size_t whole_bitmap = 251;
constexpr std::uint8_t group_bit = 1;  // of the first bitmap octet: AID 0, which the bitmap control carries instead

bool bit_of(std::uint8_t octet, unsigned aid) {
    return (octet >> (aid % 8) & 1U) != 0;
}

Result<void> check_dtim(unsigned count, unsigned period) {
    if (period == 0) return fail(EINVAL, "TIM: a DTIM period of 0 is reserved");
    if (count >= period) return fail(EINVAL, "TIM: the DTIM count is not below the DTIM period");
    return {};
}
}  // namespace

Result<TimView> TimView::parse(ByteView body) {
    if (body.size() < fixed_size + 1) return fail(EINVAL, "TIM: shorter than 4 octets");
    const TimView view{body};
    if (auto ok = check_dtim(view.dtim_count(), view.dtim_period()); !ok) return fail(std::move(ok.error()));
    if (view.bitmap_offset() + view.partial_bitmap().size() > whole_bitmap) {
        return fail(EINVAL, "TIM: the partial virtual bitmap ends beyond AID 2007");
    }
    return view;
}

bool TimView::traffic_for(Aid aid) const {
    const std::size_t octet = aid.value() / 8;
    const std::size_t first = bitmap_offset();
    if (octet < first || octet >= first + partial_bitmap().size()) return false;
    return bit_of(partial_bitmap()[octet - first], aid.value());
}

Result<Tim> Tim::from(std::uint8_t dtim_count, std::uint8_t dtim_period) {
    if (auto ok = check_dtim(dtim_count, dtim_period); !ok) return fail(std::move(ok.error()));
    return Tim{dtim_count, dtim_period};
}

Result<Tim> Tim::parse(ByteView body) {
    const auto view = TimView::parse(body);
    if (!view) return fail(view.error());
    Tim tim{view->dtim_count(), view->dtim_period()};
    tim.group_traffic_ = view->group_traffic();
    std::ranges::copy(view->partial_bitmap(), tim.bitmap_.begin() + static_cast<std::ptrdiff_t>(view->bitmap_offset()));
    tim.bitmap_[0] = static_cast<std::uint8_t>(tim.bitmap_[0] & ~group_bit);
    return tim;
}

bool Tim::traffic_for(Aid aid) const noexcept {
    return bit_of(bitmap_[aid.value() / 8], aid.value());
}

void Tim::set_traffic_for(Aid aid, bool waits) noexcept {
    std::uint8_t& octet = bitmap_[aid.value() / 8];
    const auto mask = static_cast<std::uint8_t>(1U << (aid.value() % 8));
    octet = static_cast<std::uint8_t>(waits ? octet | mask : octet & ~mask);
}

void Tim::count_down() noexcept {
    dtim_count_ = static_cast<std::uint8_t>((dtim_count_ == 0 ? dtim_period_ : dtim_count_) - 1);
}

void Tim::append_to(ByteWriter& out) const {
    // N1 is the largest even number so that all octets before it are zero, N2 the last octet that is not (9.4.2.5.1).
    const auto used = [](std::uint8_t octet) { return octet != 0; };
    const auto first_used = std::ranges::find_if(bitmap_, used);
    std::size_t n1 = 0;
    std::size_t n2 = 0;
    if (first_used != bitmap_.end()) {
        n1 = static_cast<std::size_t>(first_used - bitmap_.begin()) & ~std::size_t{1};
        n2 = bitmap_size - 1;
        while (bitmap_[n2] == 0)
            --n2;
    }
    out.u8(type.id);
    out.u8(static_cast<std::uint8_t>(fixed_size + n2 - n1 + 1));
    out.u8(dtim_count_);
    out.u8(dtim_period_);
    out.u8(static_cast<std::uint8_t>(n1 | (group_traffic_ ? 1U : 0U)));
    out.bytes(ByteView(bitmap_).subspan(n1, n2 - n1 + 1));
}

}  // namespace mlosim::ieee80211
