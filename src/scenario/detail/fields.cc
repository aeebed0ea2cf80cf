#include "scenario/detail/fields.h"

#include <algorithm>
#include <numeric>

namespace mlosim::scenario::detail {

namespace {
constexpr std::size_t longest_shown = 60;
constexpr std::size_t longest_guessed = 40;

/// How many letters must be put in, taken out, or changed to make `b` of `a` (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row.back();
}

/// The word that somebody who wrote `text` may have meant: the nearest, if it is near at all. Units are often left out,
/// or other ones meant, so a word that `text` begins with, or that begins with it, is near as well.
std::string guess(std::string_view text, const std::vector<std::string>& words) {
    if (text.size() > longest_guessed) return {};
    const std::string* nearest = nullptr;
    std::size_t least = text.size() / 3 + 2;
    for (const std::string& word : words) {
        std::size_t far = distance(text, word);
        if (text.size() >= 2 && (word.starts_with(text) || text.starts_with(word))) far = std::min<std::size_t>(far, 2);
        if (far < least && far < word.size() && far <= text.size()) {
            least = far;
            nearest = &word;
        }
    }
    return nearest == nullptr ? std::string{} : *nearest;
}
}  // namespace

std::string shown(const Json& value) {
    if (value.is_object()) return value.empty() ? "{}" : "an object";
    if (value.is_array()) {
        std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
        return text.size() <= longest_shown ? text : "a list of " + std::to_string(value.size());
    }
    std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
    if (text.size() > longest_shown) text = text.substr(0, longest_shown) + "…";
    return text;
}

std::string in_quotes(std::string_view text) {
    return shown(Json(text));
}

std::string listed(const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& word : words) {
        if (!out.empty()) out += ", ";
        out += in_quotes(word);
    }
    return out;
}

Pointer Pointer::operator/(std::string_view member) const {
    std::string text = text_ + "/";
    for (const char c : member) {
        if (c == '~')
            text += "~0";
        else if (c == '/')
            text += "~1";
        else
            text += c;
    }
    return Pointer(std::move(text));
}

Fields::Fields(const Json& value, Pointer at, Mistakes& mistakes) : at_(std::move(at)), mistakes_(mistakes) {
    if (value.is_object())
        object_ = &value;
    else
        mistake(at_, shown(value), "an object");
}

Fields::~Fields() {
    if (object_ == nullptr) return;
    for (const auto& [name, value] : object_->items()) {
        if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
        const std::string meant = guess(name, known_);
        mistake(at_ / name,
                "a member that means nothing here" + (meant.empty() ? "" : ": is " + in_quotes(meant) + " meant?"),
                listed(known_));
    }
}

bool Fields::has(std::string_view name) const {
    return object_ != nullptr && object_->contains(name);
}

const Json* Fields::find(std::string_view name) {
    if (std::find(known_.begin(), known_.end(), name) == known_.end()) known_.emplace_back(name);
    if (object_ == nullptr) return nullptr;
    const auto member = object_->find(std::string(name));
    return member == object_->end() ? nullptr : &*member;
}

void Fields::each(std::string_view name, const std::function<void(const Json&, const Pointer&)>& what,
                  std::size_t at_least) {
    const Json* value = find(name);
    const std::string allowed = at_least == 0 ? "a list" : "a list of at least " + std::to_string(at_least);
    if (value == nullptr) {
        if (at_least > 0) missing(name, allowed);
        return;
    }
    if (!value->is_array() || value->size() < at_least) {
        mistake(at_ / name, shown(*value), allowed);
        if (!value->is_array()) return;
    }
    std::size_t index = 0;
    for (const Json& item : *value)
        what(item, at_ / name / index++);
}

// A pointer may hold any text that the file holds, so it is shown like any other value: as ASCII on one line.
void Fields::mistake(const Pointer& where, std::string found, std::string allowed) const {
    std::string pointer = in_quotes(where.text());
    if (pointer.find("\\") == std::string::npos && pointer.find("…") == std::string::npos)
        pointer = where.text().empty() ? "(top)" : where.text();
    mistakes_.push_back({std::move(pointer), std::move(found), std::move(allowed)});
}

}  // namespace mlosim::scenario::detail
