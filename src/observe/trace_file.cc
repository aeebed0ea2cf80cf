#include "observe/trace_file.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "sim/invariant.h"

namespace mlosim::observe {

namespace {
constexpr std::size_t enough = std::size_t{64} << 10U;
}

Result<TraceFile> TraceFile::open(const std::string& path) {
    const int fd = path == "-" ? ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0)
                               : ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) return fail(errno, "cannot write the trace to " + path + ": " + std::strerror(errno));
    return TraceFile(fd, path);
}

TraceFile::TraceFile(TraceFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      path_(std::move(other.path_)),
      buffer_(std::move(other.buffer_)),
      written_(other.written_),
      lost_lines_(other.lost_lines_),
      error_(other.error_) {}

TraceFile::~TraceFile() {
    if (fd_ >= 0) (void)close();
}

void TraceFile::write(std::string_view line) {
    MLOSIM_INVARIANT(!line.empty() && line.back() == '\n', "a trace is written in whole lines");
    if (error_ != 0) {
        ++lost_lines_;
        return;
    }
    buffer_ += line;
    if (buffer_.size() >= enough) flush();
}

void TraceFile::flush() {
    std::string_view rest = buffer_;
    while (!rest.empty() && error_ == 0) {
        const ssize_t n = ::write(fd_, rest.data(), rest.size());
        if (n >= 0)
            rest.remove_prefix(static_cast<std::size_t>(n));
        else if (errno != EINTR)
            error_ = errno;
    }
    if (error_ == 0) {
        written_ += buffer_.size();
        buffer_.clear();
    } else if (!buffer_.empty()) {
        // What went out ends somewhere inside a line: the file ends before it.
        const std::size_t out = buffer_.size() - rest.size();
        const std::size_t whole = out == 0 ? 0 : buffer_.rfind('\n', out - 1) + 1;  // npos + 1 is 0
        written_ += whole;
        for (const char c : std::string_view(buffer_).substr(whole))
            lost_lines_ += c == '\n' ? 1 : 0;
        buffer_.clear();
        // Fails for what is no regular file; then there is nothing to mend.
        [[maybe_unused]] const int truncated = ::ftruncate(fd_, static_cast<off_t>(written_));
    }
}

Result<void> TraceFile::close() {
    if (fd_ >= 0) {
        flush();
        if (::close(std::exchange(fd_, -1)) != 0 && error_ == 0) error_ = errno;
    }
    if (error_ == 0) return {};
    return fail(error_, "the trace " + path_ + " is not complete: " + std::strerror(error_) + "; " +
                            std::to_string(lost_lines_) + " lines are missing at its end");
}

}  // namespace mlosim::observe
