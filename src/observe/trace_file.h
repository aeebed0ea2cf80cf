#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sim/result.h"

namespace mlosim::observe {

/// A trace on disk: whole lines only, whatever happens. A disk that is full ends the file after its last whole line,
/// not the run.
class TraceFile {
public:
    /// Makes the file, or empties it. "-" is standard output.
    [[nodiscard]] static Result<TraceFile> open(const std::string& path);

    TraceFile(TraceFile&& other) noexcept;
    TraceFile& operator=(TraceFile&&) = delete;
    ~TraceFile();

    /// Takes one line, with its newline. After an error it takes lines and loses them.
    void write(std::string_view line);
    /// Brings everything so far to the disk: before the program waits, so that whoever follows the file sees the
    /// present.
    void flush();
    /// Flushes and closes. The first error there ever was, in words.
    Result<void> close();

private:
    TraceFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}

    int fd_;
    std::string path_;
    std::string buffer_;
    std::uint64_t written_ = 0;  ///< bytes of whole lines
    std::uint64_t lost_lines_ = 0;
    int error_ = 0;
};

}  // namespace mlosim::observe
