#include "host/virtual_tree.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <memory>

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

namespace mlosim::host {
namespace {

constexpr int most_links = 40;  // cf. MAXSYMLINKS

/// The components of a path, first one last, so that they can be taken off the end.
void push_components(std::vector<std::string>& stack, std::string_view path) {
    std::vector<std::string> components;
    for (std::size_t start = 0; start < path.size();) {
        const std::size_t slash = std::min(path.find('/', start), path.size());
        if (slash > start) components.emplace_back(path.substr(start, slash - start));
        start = slash + 1;
    }
    stack.insert(stack.end(), components.rbegin(), components.rend());
}

std::string joined(const std::vector<std::string>& names) {
    std::string path;
    for (const auto& name : names)
        path += "/" + name;
    return path.empty() ? "/" : path;
}

/// Numbers of files only have to differ and to stay the same (FNV-1a).
std::uint32_t inode_of(std::string_view path) {
    std::uint32_t hash = 2166136261U;
    for (const char c : path)
        hash = (hash ^ static_cast<std::uint8_t>(c)) * 16777619U;
    return hash | 1U;
}

/// What the kernel has in a directory that we share with it, but for names that we have too.
void add_kernel_entries(const std::string& directory, std::vector<DirectoryEntry>& entries) {
    DIR* stream = ::opendir(directory.c_str());
    if (stream == nullptr) return;
    const std::size_t ours = entries.size();
    while (const dirent* found = ::readdir(stream)) {
        const std::string name = found->d_name;
        const auto is_it = [&](const DirectoryEntry& entry) { return entry.name == name; };
        if (name == "." || name == ".." ||
            std::any_of(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(ours), is_it))
            continue;
        const std::string path = directory + "/" + name;
        struct stat status {};
        if (::lstat(path.c_str(), &status) != 0) continue;
        DirectoryEntry entry{name, status.st_mode, {}};
        char target[PATH_MAX];
        const auto length = S_ISLNK(status.st_mode) ? ::readlink(path.c_str(), target, sizeof target) : 0;
        if (length > 0) entry.link_target.assign(target, static_cast<std::size_t>(length));
        entries.push_back(std::move(entry));
    }
    ::closedir(stream);
}

}  // namespace

Node file_node(std::uint32_t permissions, std::function<Result<std::string>()> read,
               std::function<Result<void>(std::string_view)> write) {
    Node node;
    node.mode = S_IFREG | permissions;
    node.read = std::move(read);
    node.write = std::move(write);
    return node;
}

Node text_node(std::string text) {
    return file_node(0444, [text = std::move(text)]() -> Result<std::string> { return text; });
}

Node link_node(std::string target) {
    Node node;
    node.mode = S_IFLNK | 0777;
    node.target = std::move(target);
    return node;
}

Node directory_node(std::function<std::vector<std::string>()> names,
                    std::function<std::optional<Node>(std::string_view)> child, bool shared) {
    Node node;
    node.mode = S_IFDIR | 0755;
    node.shared = shared;
    node.names = std::move(names);
    node.child = std::move(child);
    return node;
}

Node directory_node(NamedNodes entries, bool shared) {
    const auto kept = std::make_shared<const NamedNodes>(std::move(entries));
    return directory_node(
        [kept] {
            std::vector<std::string> names;
            for (const auto& [name, node] : *kept)
                names.push_back(name);
            return names;
        },
        [kept](std::string_view wanted) -> std::optional<Node> {
            for (const auto& [name, node] : *kept)
                if (name == wanted) return node;
            return std::nullopt;
        },
        shared);
}

Result<VirtualTree::Place> VirtualTree::find(std::string_view path, bool follow) const {
    std::vector<Node> nodes{root_};       // from the root to where we are
    std::vector<std::string> names;       // of all but the root
    std::vector<std::string> components;  // still to go
    push_components(components, path);
    int links = 0;
    while (!components.empty()) {
        const std::string name = std::move(components.back());
        components.pop_back();
        if (name == "..") {
            if (!names.empty()) {
                names.pop_back();
                nodes.pop_back();
            }
            continue;
        }
        if (!S_ISDIR(nodes.back().mode)) return fail(ENOTDIR);
        auto next = nodes.back().child(name);
        if (!next) return fail(nodes.back().shared ? ENXIO : ENOENT);
        if (S_ISLNK(next->mode) && (follow || !components.empty())) {
            if (++links > most_links) return fail(ELOOP);
            push_components(components, next->target);
            if (next->target.starts_with('/')) {
                names.clear();
                nodes.resize(1);
            }
            continue;
        }
        names.push_back(name);
        nodes.push_back(std::move(*next));
    }
    return Place{std::move(nodes.back()), joined(names)};
}

Result<FileFacts> VirtualTree::stat(std::string_view path, bool follow) const {
    const auto place = find(path, follow);
    if (!place) return fail(place.error());
    FileFacts facts;
    facts.mode = place->node.mode;
    facts.size = S_ISREG(facts.mode) ? 4096 : 0;  // as sysfs says of all its files
    facts.inode = inode_of(place->canonical);
    facts.links = S_ISDIR(facts.mode) ? 2 : 1;
    return facts;
}

Result<std::string> VirtualTree::read(std::string_view path) const {
    const auto place = find(path, true);
    if (!place) return fail(place.error());
    if (S_ISDIR(place->node.mode)) return fail(EISDIR);
    if (!place->node.read) return fail(EINVAL);
    return place->node.read();
}

Result<void> VirtualTree::write(std::string_view path, std::string_view data) const {
    const auto place = find(path, true);
    if (!place) return fail(place.error());
    if (S_ISDIR(place->node.mode)) return fail(EISDIR);
    if ((place->node.mode & 0222U) == 0) return fail(EACCES);
    if (!place->node.write) return fail(EINVAL);
    return place->node.write(data);
}

Result<std::string> VirtualTree::read_link(std::string_view path) const {
    const auto place = find(path, false);
    if (!place) return fail(place.error());
    if (!S_ISLNK(place->node.mode)) return fail(EINVAL);
    return place->node.target;
}

Result<std::string> VirtualTree::canonical(std::string_view path) const {
    const auto place = find(path, true);
    if (!place) return fail(place.error());
    return place->canonical;
}

Result<std::vector<DirectoryEntry>> VirtualTree::list(std::string_view path) const {
    const auto place = find(path, true);
    if (!place) return fail(place.error());
    if (!S_ISDIR(place->node.mode)) return fail(ENOTDIR);
    std::vector<DirectoryEntry> entries;
    for (auto& name : place->node.names()) {
        const auto node = place->node.child(name);
        if (node) entries.push_back({std::move(name), node->mode, node->target});
    }
    if (place->node.shared) add_kernel_entries(place->canonical, entries);
    std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    return entries;
}

}  // namespace mlosim::host
