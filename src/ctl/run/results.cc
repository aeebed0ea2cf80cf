#include "ctl/run/results.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace mlosim::ctl::run {

namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> os_error(const fs::path& file, int code) {
    return fail(code, file.string() + ": " + std::strerror(code));
}

/// All of it, or the error; some of it may be written then.
int write_all(int file, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(file, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return errno;
        if (written == 0) return ENOSPC;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return 0;
}

}  // namespace

Result<std::string> read_file(const fs::path& file, std::uint64_t from) {
    errno = 0;
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    if (in) in.seekg(static_cast<std::streamoff>(from));
    if (in) text << in.rdbuf();
    if (!in || in.bad() || fs::is_directory(file)) return os_error(file, errno != 0 ? errno : EIO);
    return std::move(text).str();
}

Result<void> replace_file(const fs::path& file, std::string_view text) {
    const fs::path draft = file.string() + ".new";
    const int out = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (out < 0) return os_error(draft, errno);
    int error = write_all(out, text);
    if (error == 0 && ::fsync(out) != 0) error = errno;
    if (::close(out) != 0 && error == 0) error = errno;
    if (error == 0 && ::rename(draft.c_str(), file.c_str()) != 0) error = errno;
    if (error == 0) return {};
    ::unlink(draft.c_str());
    return os_error(file, error);
}

Result<std::vector<Record>> parse_results(std::string_view text, std::uint64_t* whole, std::uint64_t lines_before) {
    std::vector<Record> out;
    std::size_t begin = 0;
    for (std::size_t end = 0; (end = text.find('\n', begin)) != text.npos; begin = end + 1) {
        auto record = parse_record(text.substr(begin, end - begin));
        if (!record)
            return fail(EBADMSG, "line " + std::to_string(lines_before + out.size() + 1) + " is no result of a run");
        out.push_back(std::move(*record));
    }
    if (whole != nullptr) *whole = begin;
    return out;
}

Result<std::vector<Record>> ResultsReader::read() {
    std::error_code error;
    const std::uint64_t size = fs::file_size(file_, error);
    if (error) return os_error(file_, error.value());
    if (size < end_) end_ = lines_ = 0;
    if (size == end_) return std::vector<Record>();
    const auto text = read_file(file_, end_);
    if (!text) return fail(text.error());
    std::uint64_t whole = 0;
    auto records = parse_results(*text, &whole, lines_);
    if (!records) return fail(EBADMSG, file_.string() + ": " + records.error().message);
    for (std::size_t i = 0; i < records->size(); ++i) {
        const Record& record = (*records)[i];
        const bool ours = campaign_->has(record);
        if (ours && shard_.takes(record.run)) continue;
        return fail(EBADMSG, file_.string() + ": line " + std::to_string(lines_ + i + 1) + ": run " +
                                 std::to_string(record.run) + " is none of " +
                                 (ours ? "shard " + shard_.text() : "this campaign"));
    }
    end_ += whole;
    lines_ += records->size();
    return records;
}

Results::Results(Results&& other) noexcept
    : folder_(std::move(other.folder_)),
      lock_(std::exchange(other.lock_, -1)),
      file_(std::exchange(other.file_, -1)),
      size_(other.size_),
      unsynced_(other.unsynced_),
      synced_(other.synced_),
      records_(std::move(other.records_)),
      done_(std::move(other.done_)) {}

Results::~Results() {
    if (file_ >= 0) ::close(file_);
    if (lock_ >= 0) ::close(lock_);
}

bool Results::exist(const fs::path& folder) {
    std::error_code ignored;
    return fs::exists(folder / "manifest.json", ignored);
}

Result<Results> Results::open(const fs::path& folder, const Campaign& campaign, const Shard& shard) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) return os_error(folder, error.value());
    Results out(folder);
    if (auto done = out.lock(); !done) return fail(std::move(done.error()));
    if (auto done = out.check_manifest(campaign, shard); !done) return fail(std::move(done.error()));
    if (auto done = out.load(campaign, shard); !done) return fail(std::move(done.error()));
    return out;
}

/// The lock ends with us, however we end.
Result<void> Results::lock() {
    const fs::path file = folder_ / "lock";
    lock_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (lock_ < 0) return os_error(file, errno);
    if (::flock(lock_, LOCK_EX | LOCK_NB) != 0)
        return fail(errno == EWOULDBLOCK ? EBUSY : errno, folder_.string() + ": another mlosimctl writes into it");
    return {};
}

Result<void> Results::check_manifest(const Campaign& campaign, const Shard& shard) {
    const fs::path file = folder_ / "manifest.json";
    std::error_code ignored;
    if (!fs::exists(file, ignored)) return replace_file(file, campaign.manifest(shard));
    const auto text = read_file(file);
    if (!text) return fail(text.error());
    const auto there = Campaign::parse(*text);
    if (!there) return fail(EBADMSG, file.string() + ": " + there.error().message);
    std::string difference = there->campaign.difference(campaign);
    if (difference.empty() && there->shard.text() != shard.text())
        difference = "shard " + there->shard.text() + ", not " + shard.text();
    if (difference.empty()) return {};
    return fail(EEXIST, folder_.string() + " has the results of another campaign (" + difference +
                            "); name another folder with --results, or remove this one");
}

Result<void> Results::load(const Campaign& campaign, const Shard& shard) {
    const fs::path file = folder_ / "results.jsonl";
    file_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (file_ < 0) return os_error(file, errno);
    ResultsReader reader(file, campaign, shard);
    auto records = reader.read();
    if (!records) return fail(std::move(records.error()));
    size_ = reader.end();
    std::error_code ignored;
    if (fs::file_size(file, ignored) != size_ && ::ftruncate(file_, static_cast<off_t>(size_)) != 0)
        return os_error(file, errno);
    for (Record& record : *records)
        if (done_.insert(record.run).second) records_.push_back(std::move(record));
    return {};
}

Result<void> Results::write(std::string_view lines) {
    if (const int error = write_all(file_, lines); error != 0) {
        // The beginning of a line is none.
        (void)!::ftruncate(file_, static_cast<off_t>(size_));
        return os_error(folder_ / "results.jsonl", error);
    }
    size_ += lines.size();
    unsynced_ = true;
    return {};
}

Result<void> Results::append(Record record) {
    if (auto written = write(to_line(record)); !written) return written;
    done_.insert(record.run);
    records_.push_back(std::move(record));
    if (std::chrono::steady_clock::now() - synced_ < std::chrono::seconds(1)) return {};
    return sync();
}

Result<void> Results::append(std::vector<Record> records) {
    std::set<std::uint64_t> seen;
    std::erase_if(records, [&](const Record& one) { return has(one.run) || !seen.insert(one.run).second; });
    std::string lines;
    for (const Record& record : records)
        lines += to_line(record);
    if (auto written = write(lines); !written) return written;
    for (Record& record : records) {
        done_.insert(record.run);
        records_.push_back(std::move(record));
    }
    return sync();
}

Result<void> Results::sync() {
    if (!unsynced_) return {};
    synced_ = std::chrono::steady_clock::now();
    if (::fdatasync(file_) != 0) return os_error(folder_ / "results.jsonl", errno);
    unsynced_ = false;
    return {};
}

}  // namespace mlosim::ctl::run
