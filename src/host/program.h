#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/result.h"

namespace mlosim::host {

/// Whether the dynamic loader will put a library in front of that program: ENOEXEC with a sentence for one that is
/// linked statically, for another C library or another machine; EPERM for one with more privileges than its caller;
/// scripts are judged by their interpreter.
[[nodiscard]] Result<void> can_be_preloaded(const std::string& program);

/// What execvp(3) would run, with /usr/sbin and /sbin searched last (iw and hostapd live there). ENOENT, EACCES.
[[nodiscard]] Result<std::string> find_program(const std::string& name);

/// libmlosim-preload.so: `chosen`, or (empty) the one that belongs to this program. Errors in words.
[[nodiscard]] Result<std::string> preload_library(const std::string& chosen = {});

/// What a program's environment has to say for it to take part in the world behind that socket; nothing: not to say.
[[nodiscard]] std::vector<std::pair<std::string, std::optional<std::string>>> shim_environment(
    const std::string& preload, const std::string& socket_path, bool devices_are_taps);

/// Without symbolic links, and from the root; `path` itself where that is impossible.
[[nodiscard]] std::string absolute_path(const std::string& path);

}  // namespace mlosim::host
