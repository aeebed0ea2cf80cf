#pragma once

#include <string>
#include <vector>

namespace mlosim::ctl {

/// `mlosimctl exec -- COMMAND…`.
struct ExecOptions {
    std::string socket_path;
    std::vector<std::string> command;
    /// libmlosim-preload.so; empty: the one that belongs to this mlosimctl.
    std::string preload;
};

/// Becomes the command, with the shim in front of its C library. Returns only if that is impossible, after one line on
/// standard error: 3 no daemon answers or the shim is missing, 126 the program cannot run under the shim, 127 there is
/// no such program.
[[nodiscard]] int exec_command(const ExecOptions& options);

}  // namespace mlosim::ctl
