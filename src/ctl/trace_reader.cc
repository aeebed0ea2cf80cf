#include "ctl/trace_reader.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iostream>
#include <utility>

namespace mlosim::ctl {

bool is_shallow(std::string_view json) noexcept {
    constexpr int deepest = 64;
    int depth = 0;
    bool in_text = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (in_text) {
            if (c == '\\') ++i;
            in_text = c != '"';
        } else if (c == '"') {
            in_text = true;
        } else if (c == '{' || c == '[') {
            if (++depth > deepest) return false;
        } else if (c == '}' || c == ']') {
            --depth;
        }
    }
    return true;
}

TraceFile::TraceFile(std::string name) : name_(std::move(name)) {
    if (name_ == "-") return;
    errno = 0;
    file_.open(name_, std::ios::binary);
    file_.peek();  // a directory opens, but cannot be read
    if (!file_.bad() && (file_.good() || file_.eof()))
        file_.clear();
    else
        problem_ = name_ + ": " + std::strerror(errno != 0 ? errno : EIO);
}

std::istream& TraceFile::stream() {
    return name_ == "-" ? std::cin : file_;
}

std::string with_file_name(const std::string& message, const std::string& first, const std::string& second) {
    return (message.starts_with("first: ") ? first : second) + message.substr(message.find(':'));
}

Result<bool> TraceReader::read_line(std::string& line, bool& whole) {
    line.clear();
    whole = false;
    for (;;) {
        const std::size_t end = std::min(block_.find('\n', at_), block_.size());
        line.append(block_, at_, end - at_);
        if (line.size() > longest_line)
            return fail(EBADMSG, "line " + std::to_string(number_ + 1) + " is longer than any record");
        whole = end < block_.size();
        at_ = end + (whole ? 1 : 0);
        if (whole) return true;
        block_.resize(65536);
        in_.read(block_.data(), static_cast<std::streamsize>(block_.size()));
        block_.resize(static_cast<std::size_t>(in_.gcount()));
        at_ = 0;
        if (block_.empty()) return !line.empty();
    }
}

Result<std::optional<TraceLine>> TraceReader::next() {
    TraceLine out;
    bool whole = false;
    for (;;) {
        const auto got = read_line(out.text, whole);
        if (!got) return fail(got.error());
        if (!*got) return std::nullopt;
        out.number = ++number_;
        if (!out.text.empty() && out.text.back() == '\r') out.text.pop_back();
        if (out.text.empty() || out.text.starts_with("seed=")) continue;
        if (out.text.front() == '{' && out.text.back() == '}') return out;
        if (!whole && out.text.front() == '{') {
            torn_ = true;
            return std::nullopt;
        }
        return fail(EBADMSG, "line " + std::to_string(number_) + " is no JSON object");
    }
}

}  // namespace mlosim::ctl
