#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/result.h"

namespace mlosim::observe {

/// A file that is written as the run goes and holds whole records only (lines of a trace, blocks of a capture),
/// whatever happens. A disk that is full ends the file after its last whole record, not the run.
class RecordFile {
public:
    /// What mistakes call it and its records: {"trace", "lines"}.
    struct Names {
        std::string file;
        std::string records;
    };

    /// Not on disk yet: records wait for open().
    explicit RecordFile(Names names) : names_(std::move(names)) {}
    RecordFile(const RecordFile&) = delete;
    RecordFile& operator=(const RecordFile&) = delete;
    ~RecordFile();

    /// Makes the file, or empties it. "-" is standard output.
    Result<void> open(const std::string& path);

    /// Takes one record. After an error it takes records and loses them.
    void write(std::string_view record);
    /// Brings everything so far to the disk: before the program waits, so that whoever follows the file sees the
    /// present.
    void flush();
    /// Flushes and closes. The first error there ever was, in words.
    Result<void> close();

private:
    Names names_;
    int fd_ = -1;
    std::string path_;
    std::string buffer_;
    std::vector<std::size_t> ends_;  ///< where each record in the buffer ends
    std::uint64_t written_ = 0;      ///< bytes of whole records
    std::uint64_t lost_records_ = 0;
    int error_ = 0;
};

}  // namespace mlosim::observe
