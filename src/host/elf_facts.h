#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "sim/result.h"

namespace mlosim::host {

/// What an executable file says about how it is to be loaded.
struct ElfFacts {
    std::uint16_t machine = 0;  ///< EM_*
    bool is_64_bit = false;
    bool is_shared = false;   ///< ET_DYN: position independent program, or a library
    std::string interpreter;  ///< PT_INTERP; empty: none
};

/// ENOEXEC unless `file` begins with a whole ELF header and program headers of this byte order.
[[nodiscard]] Result<ElfFacts> parse_elf(std::span<const std::uint8_t> file);

}  // namespace mlosim::host
