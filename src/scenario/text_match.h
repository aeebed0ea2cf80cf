#pragma once

#include <cstdint>
#include <memory>
#include <regex>
#include <string>
#include <string_view>

namespace mlosim::scenario {

/// What a text is to be like.
class TextMatch {
public:
    enum class Kind : std::uint8_t { is, contains, matches };

    TextMatch() = default;
    TextMatch(Kind kind, std::string text);

    /// Of matches: whether the text is a regular expression (ECMAScript's) at all.
    [[nodiscard]] bool valid() const noexcept { return kind_ != Kind::matches || pattern_ != nullptr; }
    /// A regular expression may match anywhere in the text. Of long texts it sees the beginning.
    [[nodiscard]] bool holds(std::string_view text) const;

private:
    Kind kind_ = Kind::contains;
    std::string text_;
    std::shared_ptr<const std::regex> pattern_;
};

}  // namespace mlosim::scenario
