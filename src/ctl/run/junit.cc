// Results as JUnit's XML, which test reports of CI systems read.

#include <algorithm>
#include <cstdio>
#include <map>
#include <utility>
#include <vector>

#include "ctl/run/summary.h"

namespace mlosim::ctl::run {

namespace {

/// XML 1.0 has no place for most control characters, not even escaped. What is no UTF-8 is none either.
std::string escaped(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        const auto c = static_cast<unsigned char>(text[i]);
        const std::size_t length = c < 0x80 ? 1 : (c >> 5U) == 6 ? 2 : (c >> 4U) == 14 ? 3 : (c >> 3U) == 30 ? 4 : 0;
        bool whole = length != 0 && i + length <= text.size() && c != 0xc0 && c != 0xc1 && c < 0xf5;
        for (std::size_t k = 1; whole && k < length; ++k)
            whole = (static_cast<unsigned char>(text[i + k]) >> 6U) == 2;
        // Surrogates, characters written too long, and U+FFFE, U+FFFF.
        const std::string_view sign = text.substr(i, whole ? length : 1);
        if (whole && length == 3 &&
            ((c == 0xe0 && static_cast<unsigned char>(sign[1]) < 0xa0) ||
             (c == 0xed && static_cast<unsigned char>(sign[1]) > 0x9f) || sign == "\xef\xbf\xbe" ||
             sign == "\xef\xbf\xbf"))
            whole = false;
        if (whole && length == 4 &&
            ((c == 0xf0 && static_cast<unsigned char>(sign[1]) < 0x90) ||
             (c == 0xf4 && static_cast<unsigned char>(sign[1]) > 0x8f)))
            whole = false;
        i += sign.size();
        if (!whole || (c < 0x20 && c != '\n' && c != '\t'))
            out += '?';
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '&')
            out += "&amp;";
        else if (c == '"')
            out += "&quot;";
        else if (c == '\n')
            out += "&#10;";
        else
            out += sign;
    }
    return out;
}

std::string seconds(double time) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3f", time);
    return text;
}

std::string test_case(const Summary& summary, const Record& record, const std::string& suite) {
    std::string out = "    <testcase classname=\"" + escaped(suite) + "\" name=\"seed " + std::to_string(record.seed) +
                      "\" time=\"" + seconds(record.wall_s) + "\"";
    if (record.passed()) return out + "/>\n";
    std::string text;
    for (const RunFailure& failure : record.failures)
        text += failure.pointer + ": " + failure.text + "\n";
    if (!record.said.empty()) text += record.said + "\n";
    text += command_for(summary.campaign, record, summary.mlosimd) + "\n";
    if (!record.kept.empty()) text += "kept: " + record.kept + "\n";
    return out + ">\n      <failure message=\"" + escaped(record.signature) + "\">" + escaped(text) +
           "</failure>\n    </testcase>\n";
}

}  // namespace

std::string junit(const Summary& summary) {
    std::map<std::uint64_t, const Record*> by_number;
    for (const Record& record : summary.records)
        by_number.emplace(record.run, &record);
    struct Suite {
        std::string name;
        std::vector<const Record*> runs;
    };
    std::vector<Suite> suites;
    for (const auto& [number, record] : by_number) {
        std::string name = record->scenario;
        if (!record->parameters.empty()) name += " " + to_text(record->parameters);
        if (suites.empty() || suites.back().name != name) suites.push_back({std::move(name), {}});
        suites.back().runs.push_back(record);
    }
    std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
    for (const Suite& suite : suites) {
        const auto failed = std::ranges::count_if(suite.runs, [](const Record* run) { return !run->passed(); });
        double time = 0;
        for (const Record* run : suite.runs)
            time += run->wall_s;
        out += "  <testsuite name=\"" + escaped(suite.name) + "\" tests=\"" + std::to_string(suite.runs.size()) +
               "\" failures=\"" + std::to_string(failed) + "\" errors=\"0\" time=\"" + seconds(time) + "\">\n";
        for (const Record* run : suite.runs)
            out += test_case(summary, *run, suite.name);
        out += "  </testsuite>\n";
    }
    return out + "</testsuites>\n";
}

}  // namespace mlosim::ctl::run
