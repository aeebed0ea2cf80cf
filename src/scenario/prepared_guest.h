#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "scenario/guest_plan.h"
#include "scenario/mistake.h"
#include "scenario/prepared_process.h"

namespace mlosim::scenario {

/// What runs a guest: QEMU and its arguments, of which the first is the program. What only the running world knows
/// stays a placeholder: ${dir}, ${results}, ${socket:RADIO}. Paths of the plan are relative to `directory`.
///
/// An image is a directory with `vmlinuz`, `initrd.img`, and if it has them `root.img` and `qemu`, a program that takes
/// QEMU's arguments (scripts/real-driver makes such). Without one in the plan: the program "image" of `programs`, or
/// what $MLOSIM_PROGRAM_image or $MLOSIM_GUEST_DIR says, or build-guest where the daemon runs.
[[nodiscard]] std::vector<std::string> guest_arguments(const GuestPlan& plan, const std::filesystem::path& directory,
                                                       const ProgramPaths& programs, Mistakes& mistakes);

/// QEMU's argument for a chip at that socket, for whoever starts it by hand, too.
[[nodiscard]] std::string guest_device(const std::string& socket);

}  // namespace mlosim::scenario
