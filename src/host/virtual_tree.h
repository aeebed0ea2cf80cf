#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/host_services.h"
#include "sim/result.h"

namespace mlosim::host {

/// A file, a symbolic link or a directory. Nodes are made when somebody looks, so a tree of thousands of devices costs
/// nothing while nobody does, and never is out of date.
struct Node {
    std::uint32_t mode = 0;  ///< S_IF* and permissions
    /// A directory that the kernel has as well: what is not found in it is the kernel's (ENXIO, not ENOENT).
    bool shared = false;
    std::string target;  ///< of a symbolic link

    std::function<Result<std::string>()> read;
    std::function<Result<void>(std::string_view)> write;

    std::function<std::vector<std::string>()> names;
    std::function<std::optional<Node>(std::string_view name)> child;
};

using NamedNodes = std::vector<std::pair<std::string, Node>>;

/// A file of fixed permissions; without `read` or `write` the operation is EINVAL, as it is for such files of the
/// kernel's.
[[nodiscard]] Node file_node(std::uint32_t permissions, std::function<Result<std::string>()> read,
                             std::function<Result<void>(std::string_view)> write = {});
/// A file that always says the same.
[[nodiscard]] Node text_node(std::string text);
[[nodiscard]] Node link_node(std::string target);
[[nodiscard]] Node directory_node(NamedNodes entries, bool shared = false);
/// A directory whose entries are found one by one.
[[nodiscard]] Node directory_node(std::function<std::vector<std::string>()> names,
                                  std::function<std::optional<Node>(std::string_view)> child, bool shared = false);

/// Looks paths up as the kernel does: follows links, up to forty of them.
class VirtualTree {
public:
    explicit VirtualTree(Node root) : root_(std::move(root)) {}

    struct Place {
        Node node;
        std::string canonical;  ///< the path without symbolic links
    };
    /// ENOENT, ENOTDIR, ELOOP; ENXIO: the path leaves the tree where the kernel's begins.
    [[nodiscard]] Result<Place> find(std::string_view path, bool follow) const;

    // HostServices' operations on files.
    [[nodiscard]] Result<FileFacts> stat(std::string_view path, bool follow) const;
    [[nodiscard]] Result<std::string> read(std::string_view path) const;
    Result<void> write(std::string_view path, std::string_view data) const;
    [[nodiscard]] Result<std::string> read_link(std::string_view path) const;
    [[nodiscard]] Result<std::string> canonical(std::string_view path) const;
    [[nodiscard]] Result<std::vector<DirectoryEntry>> list(std::string_view path) const;

private:
    Node root_;
};

}  // namespace mlosim::host
