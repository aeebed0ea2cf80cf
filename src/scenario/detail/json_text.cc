#include "scenario/detail/json_text.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace mlosim::scenario::detail {

namespace {

constexpr std::size_t deepest = 64;

/// Builds the document as the library's own handler does, and keeps track of where it is.
class Builder : public nlohmann::detail::json_sax_dom_parser<Json> {
    using Base = nlohmann::detail::json_sax_dom_parser<Json>;

public:
    Builder(Json& into, std::string_view text, Mistakes& mistakes)
        : Base(into, false), text_(text), mistakes_(mistakes) {}

    bool null() { return value() && Base::null(); }
    bool boolean(bool v) { return value() && Base::boolean(v); }
    bool number_integer(number_integer_t v) { return value() && Base::number_integer(v); }
    bool number_unsigned(number_unsigned_t v) { return value() && Base::number_unsigned(v); }
    bool number_float(number_float_t v, const string_t& s) { return value() && Base::number_float(v, s); }
    bool string(string_t& v) { return value() && Base::string(v); }
    bool binary(binary_t& v) { return value() && Base::binary(v); }

    bool start_object(std::size_t size) { return open(false) && Base::start_object(size); }
    bool end_object() { return close() && Base::end_object(); }
    bool start_array(std::size_t size) { return open(true) && Base::start_array(size); }
    bool end_array() { return close() && Base::end_array(); }

    bool key(string_t& name) {
        levels_.back().key = name;
        if (!levels_.back().keys.insert(name).second)
            mistakes_.push_back({path(), "a second member of that name", "each name once"});
        return Base::key(name);
    }

    bool parse_error(std::size_t offset, const std::string& token, const nlohmann::detail::exception& why) {
        const std::string message = why.what();
        const std::string culprit = offset > text_.size() ? std::string{} : last_token(token, message);
        const std::size_t begin =
            std::min(offset - std::min(offset, std::max<std::size_t>(culprit.size(), 1)), text_.size());
        const std::string_view before = text_.substr(0, begin);
        const auto line = 1 + std::count(before.begin(), before.end(), '\n');
        const std::size_t start = before.rfind('\n');
        const std::size_t column = before.size() - (start == std::string_view::npos ? 0 : start + 1) + 1;
        mistakes_.push_back({"line " + std::to_string(line) + ", column " + std::to_string(column),
                             culprit.empty() ? "the end of the file" : in_quotes(culprit),
                             "JSON (" + reason(message) + ")"});
        return false;
    }

private:
    struct Level {
        bool array = false;
        std::size_t index = 0;
        std::string key;
        std::set<std::string> keys;
    };

    bool value() {
        if (!levels_.empty() && levels_.back().array) ++levels_.back().index;
        return true;
    }
    bool open(bool array) {
        value();
        if (levels_.size() == deepest) {
            mistakes_.push_back(
                {path(), "a value nested deeper than that", "up to " + std::to_string(deepest) + " levels"});
            return false;
        }
        levels_.push_back({array, 0, {}, {}});
        return true;
    }
    bool close() {
        levels_.pop_back();
        return true;
    }
    [[nodiscard]] std::string path() const {
        Pointer pointer;
        for (const Level& level : levels_)
            pointer = level.array ? pointer / (level.index - (level.index > 0 ? 1 : 0)) : pointer / level.key;
        const std::string shown_pointer = in_quotes(pointer.text());
        return shown_pointer.find('\\') == std::string::npos ? pointer.text() : shown_pointer;
    }
    /// What the library's reader stumbled over. It gives all that it read since the last string or number.
    static std::string last_token(const std::string& read, const std::string& message) {
        if (read.empty()) return {};
        const bool mark = message.find("unexpected '") != std::string::npos;
        const bool whole = read[0] == '"' || read[0] == '-' || (read[0] >= '0' && read[0] <= '9');
        return whole && !mark ? read : read.substr(read.size() - 1);
    }
    /// The library's "[…] parse error at …: syntax error while parsing value - unexpected …; last read: …; expected …",
    /// without the place and what was read.
    static std::string reason(std::string text) {
        if (const std::size_t colon = text.find(": "); colon != std::string::npos) text.erase(0, colon + 2);
        if (const std::size_t read = text.find("; last read: "); read != std::string::npos) {
            const std::size_t rest = text.rfind("; expected ");
            text.erase(read, rest == std::string::npos || rest < read ? std::string::npos : rest - read);
        }
        const std::string plain = Json(text).dump(-1, ' ', true, Json::error_handler_t::replace);
        return plain.substr(1, plain.size() - 2);
    }

    std::string_view text_;
    Mistakes& mistakes_;
    std::vector<Level> levels_;
};

}  // namespace

Json read_json(std::string_view text, Mistakes& mistakes) {
    Json document;
    Builder builder(document, text, mistakes);
    if (!Json::sax_parse(text.begin(), text.end(), &builder, nlohmann::detail::input_format_t::json, true, true))
        return nullptr;
    return document;
}

}  // namespace mlosim::scenario::detail
