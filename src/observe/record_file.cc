#include "observe/record_file.h"

#include <algorithm>
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

RecordFile::~RecordFile() {
    if (fd_ >= 0) (void)close();
}

Result<void> RecordFile::open(const std::string& path) {
    MLOSIM_INVARIANT(fd_ < 0, "a record file is opened once");
    path_ = path;
    fd_ = path == "-" ? ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0)
                      : ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd_ < 0) return fail(errno, "cannot write the " + names_.file + " to " + path + ": " + std::strerror(errno));
    return {};
}

void RecordFile::write(std::string_view record) {
    if (error_ != 0) {
        ++lost_records_;
        return;
    }
    buffer_ += record;
    ends_.push_back(buffer_.size());
    if (buffer_.size() >= enough) flush();
}

void RecordFile::flush() {
    if (fd_ < 0) return;
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
    } else if (!buffer_.empty()) {
        // What went out ends somewhere inside a record: the file ends before it.
        const std::size_t out = buffer_.size() - rest.size();
        const auto lost = std::upper_bound(ends_.begin(), ends_.end(), out);
        if (lost != ends_.begin()) written_ += *std::prev(lost);
        lost_records_ += static_cast<std::uint64_t>(ends_.end() - lost);
        // Fails for what is no regular file; then there is nothing to mend.
        [[maybe_unused]] const int truncated = ::ftruncate(fd_, static_cast<off_t>(written_));
    }
    buffer_.clear();
    ends_.clear();
}

Result<void> RecordFile::close() {
    if (fd_ >= 0) {
        flush();
        if (::close(std::exchange(fd_, -1)) != 0 && error_ == 0) error_ = errno;
    }
    if (error_ == 0) return {};
    return fail(error_, "the " + names_.file + " " + path_ + " is not complete: " + std::strerror(error_) + "; " +
                            std::to_string(lost_records_) + " " + names_.records + " are missing at its end");
}

}  // namespace mlosim::observe
