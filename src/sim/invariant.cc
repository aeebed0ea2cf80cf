#include "sim/invariant.h"

#include <cstdio>
#include <cstdlib>

namespace mlosim::detail {

void invariant_broken(const char* condition, const char* belief, const char* file, int line) {
    std::fprintf(stderr, "mlosimd: broken invariant at %s:%d: %s (%s)\n", file, line, belief, condition);
    std::abort();
}

}  // namespace mlosim::detail
