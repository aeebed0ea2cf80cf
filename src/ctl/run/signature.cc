#include "ctl/run/signature.h"

#include <cctype>
#include <cstring>

namespace mlosim::ctl::run {

namespace {

template <class Use>
void each_line(std::string_view text, const Use& use) {
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        use(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

/// Numbers become "#": they are addresses, times, process numbers.
std::string without_numbers(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        const bool hex = text.substr(i, 2) == "0x";
        const auto is_digit = [hex](char c) {
            const auto u = static_cast<unsigned char>(c);
            return hex ? std::isxdigit(u) != 0 : std::isdigit(u) != 0;
        };
        std::size_t end = i + (hex ? 2 : 0);
        while (end < text.size() && is_digit(text[end]))
            ++end;
        if (end == i) {
            out += text[i++];
            continue;
        }
        out += '#';
        i = end;
    }
    return out.substr(0, 300);
}

/// The line that says why a program ended as it should not: a report's head, a broken invariant, or the last one.
std::string_view telling_line(std::string_view err) {
    std::string_view told;
    std::string_view last;
    each_line(err, [&](std::string_view line) {
        if (line.empty()) return;
        last = line;
        for (const char* mark : {"Sanitizer: ", "runtime error: ", "broken invariant"})
            if (told.empty() && line.find(mark) != line.npos) told = line;
    });
    if (told.empty()) return last;
    // "==123==ERROR: AddressSanitizer: …": what comes before says which process.
    for (const char* head : {"AddressSanitizer", "LeakSanitizer", "ThreadSanitizer", "UndefinedBehaviorSanitizer"})
        if (const std::size_t at = told.find(head); at != told.npos) return told.substr(at);
    return told;
}

}  // namespace

std::vector<RunFailure> failures_in(std::string_view err) {
    static constexpr std::string_view when = ": failed at ";
    static constexpr std::string_view expected = ": expected ";
    static constexpr std::string_view seen = ", seen ";
    static constexpr std::string_view more = "    ";
    static constexpr std::size_t longest_text = 8000;
    std::vector<RunFailure> out;
    bool goes_on = false;
    each_line(err, [&](std::string_view line) {
        // What a program printed stands beneath its failure, indented.
        if (goes_on && line.starts_with(more)) {
            if (out.back().text.size() < longest_text) out.back().text += "\n" + std::string(line);
            return;
        }
        goes_on = false;
        // FILE:POINTER: failed at TIME: expected THIS, seen THAT; a file's name may have all sorts of signs.
        const std::size_t cut = line.find(when);
        if (cut == line.npos) return;
        const std::size_t begin = line.rfind(":/", cut);
        const std::size_t what = line.find(expected, cut);
        if (begin == line.npos || what == line.npos) return;
        const std::size_t wanted = what + expected.size();
        const std::size_t end = std::min(line.find(seen, wanted), line.size());
        out.push_back({std::string(line.substr(begin + 1, cut - begin - 1)),
                       std::string(line.substr(wanted, end > wanted ? end - wanted : 0)),
                       std::string(line.substr(cut + 2))});
        goes_on = true;
    });
    return out;
}

std::string signature_of(const Ending& ending, const std::vector<RunFailure>& failures) {
    if (ending.timed_out) return "time-out";
    const auto because = [&] {
        const std::string_view line = telling_line(ending.err);
        return line.empty() ? std::string() : ": " + without_numbers(line);
    };
    if (ending.exit_code > 128) {
        const char* name = ::strsignal(ending.exit_code - 128);
        return "killed by signal " + std::to_string(ending.exit_code - 128) + " (" + (name == nullptr ? "?" : name) +
               ")" + because();
    }
    if (!failures.empty()) return failures.front().pointer + " " + failures.front().expected.substr(0, 300);
    if (ending.exit_code != 0) return "exit code " + std::to_string(ending.exit_code) + because();
    if (value_in_last_line(ending.out, "trace_hash").empty()) return "no last line";
    return "";
}

std::string value_in_last_line(std::string_view out, std::string_view name) {
    std::string_view last;
    each_line(out, [&](std::string_view line) {
        if (line.starts_with("seed=")) last = line;
    });
    const std::string wanted = std::string(name) + "=";
    for (std::size_t at = last.find(wanted); at != last.npos; at = last.find(wanted, at + 1)) {
        if (at != 0 && last[at - 1] != ' ') continue;
        const std::size_t begin = at + wanted.size();
        return std::string(last.substr(begin, std::min(last.find(' ', begin), last.size()) - begin));
    }
    return "";
}

}  // namespace mlosim::ctl::run
