#pragma once

#include <string>

namespace mlosim::ctl {

/// A program of ours, "mlosimd": beside this one, in the folder above as a build has it, or else its bare name, for
/// PATH.
[[nodiscard]] std::string program_beside(const std::string& name);
/// This program's own file.
[[nodiscard]] std::string own_program();

}  // namespace mlosim::ctl
