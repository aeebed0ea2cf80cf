#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "scenario/mistake.h"

namespace mlosim::scenario::detail {

/// Keeps the members of an object in the file's order, so that mistakes come in that order, too.
using Json = nlohmann::ordered_json;

/// `value` as a mistake shows it: compact, ASCII, on one line, not longer than a line should be.
[[nodiscard]] std::string shown(const Json& value);
[[nodiscard]] std::string in_quotes(std::string_view text);
/// "a", "b", "c".
[[nodiscard]] std::string listed(const std::vector<std::string>& words);

/// Place of a value in the file.
class Pointer {
public:
    Pointer() = default;
    explicit Pointer(std::string text) : text_(std::move(text)) {}
    [[nodiscard]] Pointer operator/(std::string_view member) const;
    [[nodiscard]] Pointer operator/(std::size_t index) const { return Pointer(text_ + "/" + std::to_string(index)); }
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
    std::string text_;
};

/// A sort of value: what is allowed, in words, and how to take it out of JSON.
template <class T>
struct Kind {
    std::string allowed;
    std::function<std::optional<T>(const Json&)> take;
};

/// The members of one object. Each is asked for by name, so at the end it is known which ones nobody knows.
class Fields {
public:
    /// A value that is no object is a mistake, and an object without members from then on.
    Fields(const Json& value, Pointer at, Mistakes& mistakes);
    Fields(const Fields&) = delete;
    Fields& operator=(const Fields&) = delete;
    /// Reports the members that nobody asked for.
    ~Fields();

    [[nodiscard]] const Pointer& at() const noexcept { return at_; }
    [[nodiscard]] Mistakes& mistakes() const noexcept { return mistakes_; }
    /// False: that was the mistake, and nothing more is to be said.
    [[nodiscard]] bool is_object() const noexcept { return object_ != nullptr; }
    [[nodiscard]] bool has(std::string_view name) const;

    template <class T>
    std::optional<T> optional(std::string_view name, const Kind<T>& kind) {
        const Json* value = find(name);
        return value == nullptr ? std::nullopt : take(*value, at_ / name, kind);
    }
    template <class T>
    T get(std::string_view name, const Kind<T>& kind, T otherwise) {
        return optional(name, kind).value_or(std::move(otherwise));
    }
    /// A mistake, and `T{}`, if it is absent.
    template <class T>
    T required(std::string_view name, const Kind<T>& kind) {
        if (!has(name)) missing(name, kind.allowed);
        return get(name, kind, T{});
    }
    /// Each element of a list of one kind.
    template <class T>
    std::vector<T> list(std::string_view name, const Kind<T>& kind, std::size_t at_least = 0) {
        std::vector<T> out;
        each(
            name,
            [&](const Json& item, const Pointer& place) {
                if (auto taken = take(item, place, kind)) out.push_back(std::move(*taken));
            },
            at_least);
        return out;
    }
    /// Calls `what(element, place)` for each element of an array, if there is one.
    void each(std::string_view name, const std::function<void(const Json&, const Pointer&)>& what,
              std::size_t at_least = 0);
    /// The member, whatever it is.
    const Json* find(std::string_view name);

    /// A member that must be there is not. What is no object is one mistake, not one for each of its members.
    void missing(std::string_view name, std::string allowed) {
        if (object_ != nullptr) mistake(at_ / name, "nothing", std::move(allowed));
    }
    void mistake(const Pointer& where, std::string found, std::string allowed) const;

private:
    template <class T>
    std::optional<T> take(const Json& value, const Pointer& place, const Kind<T>& kind) {
        std::optional<T> taken = kind.take(value);
        if (!taken) mistake(place, shown(value), kind.allowed);
        return taken;
    }

    const Json* object_ = nullptr;
    Pointer at_;
    Mistakes& mistakes_;
    std::vector<std::string> known_;
};

}  // namespace mlosim::scenario::detail
