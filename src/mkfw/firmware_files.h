#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mt7925/message.h"
#include "sim/result.h"

/// The files that mt7925e asks for by name. The vendor's do not run on an emulated chip and need not: ours have their
/// form, so that the unmodified driver downloads, checks and starts them.
namespace mlosim::mkfw {

struct Wishes {
    std::string version = "____000000";         ///< up to 10 octets; the driver logs it
    std::string build_date = "20260101000000";  ///< up to 15 octets; of both files
    bool cnm = true;                            ///< false: no channel contexts, so no MLO
    std::optional<mt7925::Bytes> clc;           ///< country tables, which the driver reads and the chip never gets
};

struct File {
    std::string path;  ///< below /lib/firmware
    mt7925::Bytes content;
};

[[nodiscard]] Result<std::vector<File>> firmware_files(const Wishes& wishes);

/// What a file holds, for people: ours and the vendor's alike. A file that is neither is an error.
[[nodiscard]] Result<std::string> describe(mt7925::ByteView file);

}  // namespace mlosim::mkfw
