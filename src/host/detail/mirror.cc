#include "host/detail/mirror.h"

#include <filesystem>
#include <map>

#include <sys/stat.h>

namespace mlosim::host {
namespace {

namespace fs = std::filesystem;

void remove_quietly(const fs::path& path) {
    std::error_code ignored;
    fs::remove_all(path, ignored);
}

bool is_file_name(const std::string& name) {
    return !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos;
}

/// What the real directory has under that name is already what it should have.
bool is_current(const fs::path& path, const DirectoryEntry& entry) {
    std::error_code error;
    const auto status = fs::symlink_status(path, error);
    if (error) return false;
    if (S_ISDIR(entry.mode)) return fs::is_directory(status);
    if (S_ISLNK(entry.mode)) return fs::is_symlink(status) && fs::read_symlink(path, error) == entry.link_target;
    return fs::is_regular_file(status);
}

Result<void> make(const fs::path& path, const DirectoryEntry& entry) {
    std::error_code error;
    if (S_ISDIR(entry.mode)) {
        fs::create_directory(path, error);
    } else if (S_ISLNK(entry.mode)) {
        fs::create_symlink(entry.link_target, path, error);
    } else if (::mknod(path.c_str(), S_IFREG | 0400, 0) != 0) {
        return fail(errno);
    }
    if (error) return fail(error.value());
    return {};
}

}  // namespace

void Mirror::clear() {
    remove_quietly(root_);
}

Result<std::string> Mirror::directory(HostServices& services, std::string_view path) {
    auto canonical = services.canonical(path);
    if (!canonical) return fail(std::move(canonical.error()));
    auto entries = services.list(*canonical);
    if (!entries) return fail(std::move(entries.error()));

    const fs::path directory = root_ + *canonical;
    std::error_code error;
    fs::create_directories(directory, error);
    if (error) return fail(error.value());

    std::map<std::string, const DirectoryEntry*> wanted;
    for (const auto& entry : *entries)
        if (is_file_name(entry.name)) wanted.emplace(entry.name, &entry);
    for (fs::directory_iterator i(directory, error), end; !error && i != end; i.increment(error)) {
        const auto found = wanted.find(i->path().filename());
        if (found != wanted.end() && is_current(i->path(), *found->second))
            wanted.erase(found);
        else
            remove_quietly(i->path());
    }
    if (error) return fail(error.value());
    for (const auto& [name, entry] : wanted)
        if (auto made = make(directory / name, *entry); !made) return fail(std::move(made.error()));
    return directory.string();
}

}  // namespace mlosim::host
