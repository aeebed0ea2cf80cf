#include "mld/detail/reorder_buffer.h"

#include <algorithm>

namespace mlosim::mld::detail {

ReorderBuffer::Place ReorderBuffer::place_of(unsigned number) const {
    const unsigned distance = ahead(number);
    if (distance >= numbers / 2) return Place::too_late;
    if (distance == 0) return Place::in_order;
    return waiting_.contains(number) ? Place::duplicate : Place::early;
}

std::vector<EarlyFrame> ReorderBuffer::keep(unsigned number, EarlyFrame frame) {
    std::vector<EarlyFrame> left_behind;
    if (ahead(number) >= size_) left_behind = skip_to((number + numbers + 1 - size_) % numbers);
    waiting_.emplace(number, std::move(frame));
    return left_behind;
}

std::optional<EarlyFrame> ReorderBuffer::next_ready() {
    const auto found = waiting_.find(head_);
    if (found == waiting_.end()) return std::nullopt;
    EarlyFrame out = std::move(found->second);
    waiting_.erase(found);
    advance();
    return out;
}

std::vector<EarlyFrame> ReorderBuffer::skip_to(unsigned number) {
    std::vector<EarlyFrame> out;
    if (ahead(number) >= numbers / 2) return out;
    while (head_ != number) {
        if (auto frame = next_ready())
            out.push_back(std::move(*frame));
        else
            advance();
    }
    return out;
}

std::optional<unsigned> ReorderBuffer::first_waiting() const {
    if (waiting_.empty()) return std::nullopt;
    const auto first = std::min_element(waiting_.begin(), waiting_.end(),
                                        [&](const auto& a, const auto& b) { return ahead(a.first) < ahead(b.first); });
    return first->first;
}

}  // namespace mlosim::mld::detail
