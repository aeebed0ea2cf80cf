#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "mld/radio_profile.h"

namespace mlosim::mld {

/// One thing that is wrong in a profile: where (JSON pointer), what stands there, what may.
struct ProfileMistake {
    std::string pointer;
    std::string found;
    std::string allowed;

    /// "/bands/5 GHz/ht/capabilities: found 17, allowed: \"0x\" and up to 4 hex digits".
    [[nodiscard]] std::string to_string() const;
    friend bool operator==(const ProfileMistake&, const ProfileMistake&) = default;
};

/// A profile, or all the mistakes in its text.
using ProfileResult = tl::expected<RadioProfile, std::vector<ProfileMistake>>;

/// Finds the profile that another one starts from; null if there is none of that name.
using ProfileLookup = std::function<const RadioProfile*(std::string_view name)>;

/// Reads one profile from JSON, comments allowed (docs/radio-profiles.md).
[[nodiscard]] ProfileResult parse_radio_profile(std::string_view json, const ProfileLookup& base);

/// The profiles that a world can name.
class RadioProfiles {
public:
    /// Those that are part of the program: generic-be, mt7925, ax, ac, n.
    [[nodiscard]] static RadioProfiles built_in();

    /// What went wrong with one file of a directory.
    struct FileMistakes {
        std::filesystem::path file;
        std::vector<ProfileMistake> mistakes;
    };

    /// Adds every `*.json` of a directory, in order of name, over those already here; a file may start from one that
    /// comes before it. Gives the files that were not taken.
    std::vector<FileMistakes> load_directory(const std::filesystem::path& directory);
    /// Adds one profile, in place of one of the same name.
    void add(RadioProfile profile);

    [[nodiscard]] const RadioProfile* find(std::string_view name) const;
    /// Sorted.
    [[nodiscard]] std::vector<std::string_view> names() const;

private:
    std::map<std::string, RadioProfile, std::less<>> profiles_;
};

}  // namespace mlosim::mld
