#pragma once

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "mld/radio_profiles.h"

namespace mlosim::mld::detail {

using Json = nlohmann::json;

/// Walks a JSON value and notes every mistake with its JSON pointer, going on where it can: the reader gets all
/// mistakes of a file at once. Each call reads one member if it is there and leaves the target alone if it is not.
class ProfileReader {
public:
    explicit ProfileReader(std::vector<ProfileMistake>& mistakes) : mistakes_(mistakes) {}

    /// A member of an object, entered. Leaves it again when it goes out of scope.
    class Scope {
    public:
        Scope(ProfileReader& reader, std::string_view key);
        Scope(ProfileReader& reader, std::size_t index);
        ~Scope() { reader_.pointer_.resize(length_); }
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;

    private:
        ProfileReader& reader_;
        std::size_t length_;
    };

    void mistake(const Json& found, std::string allowed);
    void mistake_text(std::string found, std::string allowed);

    [[nodiscard]] static bool has(const Json& object, std::string_view key);
    /// Notes every member of `object` that is not among `known`.
    void only(const Json& object, std::initializer_list<std::string_view> known);
    /// The object or array under `key`, if it is there and is one.
    const Json* object(const Json& parent, std::string_view key);
    const Json* array(const Json& parent, std::string_view key);

    template <class T>
    void number(const Json& parent, std::string_view key, T& out, std::uint64_t max = std::numeric_limits<T>::max()) {
        if (auto v = unsigned_member(parent, key, max)) out = static_cast<T>(*v);
    }
    void optional_number(const Json& parent, std::string_view key, std::optional<std::uint32_t>& out);
    void boolean(const Json& parent, std::string_view key, bool& out);
    void text(const Json& parent, std::string_view key, std::string& out);
    /// "0x13fe": a field in which every bit means something.
    template <class T>
    void hex_number(const Json& parent, std::string_view key, T& out) {
        if (auto v = hex_number_member(parent, key, sizeof(T) * 2)) out = static_cast<T>(*v);
    }
    /// "0178c81a4000": bytes as they go over the air. `size` 0: any number of them.
    void bytes(const Json& parent, std::string_view key, ieee80211::Bytes& out, std::size_t size = 0);
    template <std::size_t N>
    void bytes(const Json& parent, std::string_view key, std::array<std::uint8_t, N>& out) {
        ieee80211::Bytes read;
        bytes(parent, key, read, N);
        if (read.size() == N) std::copy(read.begin(), read.end(), out.begin());
    }
    /// A list of words that stand for numbers.
    std::vector<std::uint32_t> words(const Json& parent, std::string_view key, std::span<const std::string_view> names);
    /// The same as a set of bits.
    template <class T>
    void bits(const Json& parent, std::string_view key, std::span<const std::string_view> names, T& out) {
        if (!has(parent, key)) return;
        out = 0;
        for (std::uint32_t n : words(parent, key, names))
            out = static_cast<T>(out | T{1} << n);
    }
    void types(const Json& parent, std::string_view key, InterfaceTypes& out);
    std::optional<InterfaceType> type(const Json& parent, std::string_view key);

private:
    std::optional<std::uint64_t> unsigned_member(const Json& parent, std::string_view key, std::uint64_t max);
    std::optional<std::uint64_t> hex_number_member(const Json& parent, std::string_view key, std::size_t digits);

    std::vector<ProfileMistake>& mistakes_;
    std::string pointer_;
};

/// One line of names for a message: `a, b, c`.
[[nodiscard]] std::string listed(std::span<const std::string_view> names);

}  // namespace mlosim::mld::detail
