#pragma once

namespace mlosim::detail {
/// Prints the broken belief with its place and aborts. Never returns.
[[noreturn]] void invariant_broken(const char* condition, const char* belief, const char* file, int line);
}  // namespace mlosim::detail

/// Our own mistakes end here, in release builds too: `condition` must hold, `belief` says in a sentence what was
/// believed.
#define MLOSIM_INVARIANT(condition, belief) \
    ((condition) ? static_cast<void>(0) : ::mlosim::detail::invariant_broken(#condition, belief, __FILE__, __LINE__))
