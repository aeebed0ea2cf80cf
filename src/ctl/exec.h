#pragma once

#include <string>
#include <vector>

#include "sim/result.h"

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

/// Whether the dynamic loader will put a library in front of that program: ENOEXEC with a sentence for one that is
/// linked statically, for another C library or another machine; EPERM for one with more privileges than its caller;
/// scripts are judged by their interpreter.
[[nodiscard]] Result<void> can_be_preloaded(const std::string& program);

/// What execvp(3) would run, with /usr/sbin and /sbin searched last (iw and hostapd live there). ENOENT, EACCES.
[[nodiscard]] Result<std::string> find_program(const std::string& name);

}  // namespace mlosim::ctl
