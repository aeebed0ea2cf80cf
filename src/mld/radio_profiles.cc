#include "mld/radio_profiles.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "mld/detail/embedded_profiles.h"
#include "sim/invariant.h"

namespace mlosim::mld {

std::string ProfileMistake::to_string() const {
    return (pointer.empty() ? "/" : pointer) + ": found " + found + ", allowed: " + allowed;
}

RadioProfiles RadioProfiles::built_in() {
    RadioProfiles out;
    for (const detail::EmbeddedProfile& embedded : detail::embedded_profiles()) {
        ProfileResult profile =
            parse_radio_profile(embedded.json, [&](std::string_view name) { return out.find(name); });
        MLOSIM_INVARIANT(profile.has_value(), "the profiles in the program are legal");
        out.add(std::move(*profile));
    }
    return out;
}

std::vector<RadioProfiles::FileMistakes> RadioProfiles::load_directory(const std::filesystem::path& directory) {
    std::vector<FileMistakes> out;
    std::vector<std::filesystem::path> files;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(directory, error))
        if (entry.path().extension() == ".json") files.push_back(entry.path());
    if (error) out.push_back({directory, {{"", error.message(), "a readable directory"}}});
    std::sort(files.begin(), files.end());
    for (const std::filesystem::path& file : files) {
        std::ifstream stream(file, std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(stream), {}};
        if (!stream) {
            out.push_back({file, {{"", "a file that cannot be read", "a readable file"}}});
            continue;
        }
        ProfileResult profile = parse_radio_profile(text, [&](std::string_view name) { return find(name); });
        if (profile)
            add(std::move(*profile));
        else
            out.push_back({file, std::move(profile.error())});
    }
    return out;
}

void RadioProfiles::add(RadioProfile profile) {
    std::string name = profile.name;
    profiles_.insert_or_assign(std::move(name), std::move(profile));
}

const RadioProfile* RadioProfiles::find(std::string_view name) const {
    const auto it = profiles_.find(name);
    return it != profiles_.end() ? &it->second : nullptr;
}

std::vector<std::string_view> RadioProfiles::names() const {
    std::vector<std::string_view> out;
    for (const auto& [name, profile] : profiles_)
        out.emplace_back(name);
    return out;
}

}  // namespace mlosim::mld
