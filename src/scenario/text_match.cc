#include "scenario/text_match.h"

#include <utility>

namespace mlosim::scenario {

namespace {
/// std::regex needs stack for each character.
constexpr std::size_t longest_matched = 4096;
}  // namespace

TextMatch::TextMatch(Kind kind, std::string text) : kind_(kind), text_(std::move(text)) {
    if (kind_ != Kind::matches) return;
    try {
        pattern_ = std::make_shared<const std::regex>(text_, std::regex::ECMAScript | std::regex::optimize);
    } catch (const std::regex_error&) {  // valid() tells
    }
}

bool TextMatch::holds(std::string_view text) const {
    switch (kind_) {
        case Kind::is:
            return text == text_;
        case Kind::contains:
            return text.find(text_) != std::string_view::npos;
        case Kind::matches:
            break;
    }
    if (pattern_ == nullptr) return false;
    text = text.substr(0, longest_matched);
    try {
        return std::regex_search(text.begin(), text.end(), *pattern_);
    } catch (const std::regex_error&) {  // too complex for this text
        return false;
    }
}

}  // namespace mlosim::scenario
