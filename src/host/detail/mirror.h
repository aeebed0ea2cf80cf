#pragma once

#include <string>
#include <string_view>

#include "host/host_services.h"
#include "sim/result.h"

namespace mlosim::host {

/// Real directories that stand for simulated ones, so that everything a program does with an open directory (readdir,
/// fchdir, openat …) is the kernel's own. Filled on demand: the entries of a directory are brought up to date each time
/// it is asked for. Files in it are empty; the shim opens the real content by path.
class Mirror {
public:
    /// `root` lies in a directory of ours; made when first needed, removed at the end.
    explicit Mirror(std::string root) : root_(std::move(root)) {}
    ~Mirror() { clear(); }
    Mirror(const Mirror&) = delete;
    Mirror& operator=(const Mirror&) = delete;

    /// Path of the real directory for simulated `path`. ENOTDIR, ENOENT, ENXIO as list() says.
    Result<std::string> directory(HostServices& services, std::string_view path);

    /// Removes everything.
    void clear();

private:
    std::string root_;
};

}  // namespace mlosim::host
