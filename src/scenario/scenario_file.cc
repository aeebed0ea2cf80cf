#include "scenario/scenario_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace mlosim::scenario {

namespace {
constexpr std::size_t largest_file = std::size_t{64} << 20U;
}

Result<std::filesystem::path> find_scenario(const std::string& name, const ScenarioPath& directories) {
    std::error_code ignored;
    if (name.find('/') != std::string::npos) {
        if (std::filesystem::exists(name, ignored)) return name;
        return fail(ENOENT, name + ": no such file");
    }
    std::string places;
    for (const std::filesystem::path& directory : directories) {
        const std::filesystem::path candidate = directory / name;
        if (std::filesystem::is_regular_file(candidate, ignored)) return candidate;
        places += (places.empty() ? "" : ", ") + directory.string();
    }
    return fail(ENOENT, name + ": no such scenario in " + places);
}

Result<std::string> read_scenario_file(const std::filesystem::path& file) {
    errno = 0;
    std::error_code ignored;
    if (std::filesystem::is_directory(file, ignored)) return fail(EISDIR, file.string() + ": is a directory");
    std::ifstream in(file, std::ios::binary);
    if (!in) {
        const int error = errno != 0 ? errno : EIO;
        return fail(error, file.string() + ": " + std::strerror(error));
    }
    std::string text;
    char piece[65536];
    while (in.read(piece, sizeof piece), in.gcount() > 0) {
        text.append(piece, static_cast<std::size_t>(in.gcount()));
        if (text.size() > largest_file) return fail(EFBIG, file.string() + ": larger than 64 MiB");
    }
    return text;
}

}  // namespace mlosim::scenario
