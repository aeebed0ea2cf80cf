#pragma once

#include <cstdint>
#include <string_view>

#include "sim/result.h"

namespace mlosim::host {

/// A number as the kernel reads it from a file: one newline may follow. EINVAL for anything else, ERANGE for too large
/// a one. cf. kstrtoull() with base 0.
[[nodiscard]] Result<std::uint64_t> parse_kernel_unsigned(std::string_view text);
/// The same with a sign. cf. kstrtoll().
[[nodiscard]] Result<std::int64_t> parse_kernel_signed(std::string_view text);
/// An int of /proc/sys: decimal or 0x, blanks around it. cf. proc_dointvec().
[[nodiscard]] Result<std::int32_t> parse_sysctl_int(std::string_view text);

}  // namespace mlosim::host
