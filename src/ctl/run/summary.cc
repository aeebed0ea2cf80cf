#include "ctl/run/summary.h"

#include <algorithm>
#include <map>
#include <ostream>
#include <utility>

#include <nlohmann/json.hpp>

namespace mlosim::ctl::run {

namespace {

using Json = nlohmann::ordered_json;

/// Text of mlosimd's as a terminal may be given it.
std::string printable(std::string text) {
    for (char& c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    return text;
}

std::string some_seeds(const std::vector<const Record*>& runs) {
    constexpr std::size_t most = 8;
    std::string out = runs.size() == 1 ? "seed " : "seeds ";
    for (std::size_t i = 0; i < std::min(most, runs.size()); ++i)
        out += (i == 0 ? "" : ", ") + std::to_string(runs[i]->seed);
    return runs.size() > most ? out + " …" : out;
}

}  // namespace

std::vector<FailureGroup> groups_of(const std::vector<Record>& records) {
    std::map<std::pair<std::string, std::string>, FailureGroup> groups;
    for (const Record& record : records) {
        if (record.passed()) continue;
        FailureGroup& group = groups[{record.scenario, record.signature}];
        group.scenario = record.scenario;
        group.signature = record.signature;
        group.runs.push_back(&record);
    }
    std::vector<FailureGroup> out;
    for (auto& [key, group] : groups) {
        std::ranges::sort(group.runs, {}, &Record::run);
        out.push_back(std::move(group));
    }
    std::ranges::stable_sort(out, std::greater{}, [](const FailureGroup& group) { return group.runs.size(); });
    return out;
}

std::string command_for(const Campaign& campaign, const Record& record, const std::string& mlosimd) {
    std::vector<std::string> words{mlosimd};
    const auto arguments = campaign.arguments(campaign[record.run]);
    words.insert(words.end(), arguments.begin(), arguments.end());
    return shell_line(words);
}

void print_summary(const Summary& summary, std::ostream& out) {
    const auto groups = groups_of(summary.records);
    std::size_t failed = 0;
    for (const FailureGroup& group : groups)
        failed += group.runs.size();
    for (const FailureGroup& group : groups) {
        const Record& first = *group.runs.front();
        out << '\n'
            << group.runs.size() << " x " << group.scenario << ": " << printable(group.signature) << "\n    "
            << some_seeds(group.runs);
        if (!first.parameters.empty()) out << "; first with " << to_text(first.parameters);
        if (!first.failures.empty()) out << "\n    " << printable(first.failures.front().text);
        out << "\n    " << command_for(summary.campaign, first, summary.mlosimd) << '\n';
        if (!first.kept.empty()) out << "    kept: " << first.kept << '\n';
    }
    if (!groups.empty()) out << '\n';
    out << summary.records.size() << " runs: " << summary.records.size() - failed << " passed, " << failed << " failed";
    if (groups.size() > 1) out << " in " << groups.size() << " ways";
    if (summary.records.size() < summary.expected)
        out << ", " << summary.expected - summary.records.size() << " not finished";
    out << std::endl;
}

void print_summary_as_json(const Summary& summary, std::ostream& out) {
    std::size_t failed = 0;
    Json groups = Json::array();
    for (const FailureGroup& group : groups_of(summary.records)) {
        failed += group.runs.size();
        Json seeds = Json::array();
        for (const Record* run : group.runs)
            seeds.push_back(run->seed);
        groups.push_back({{"scenario", group.scenario},
                          {"signature", group.signature},
                          {"count", group.runs.size()},
                          {"seeds", seeds},
                          {"command", command_for(summary.campaign, *group.runs.front(), summary.mlosimd)}});
    }
    out << Json{{"runs", summary.records.size()},
                {"expected", summary.expected},
                {"passed", summary.records.size() - failed},
                {"failed", failed},
                {"failures", groups}}
               .dump(2, ' ', true, Json::error_handler_t::replace)
        << std::endl;
}

std::string all_failures(const Summary& summary) {
    std::string out;
    for (const FailureGroup& group : groups_of(summary.records)) {
        out += "# " + group.scenario + ": " + printable(group.signature) + "\n";
        for (const Record* run : group.runs)
            out += command_for(summary.campaign, *run, summary.mlosimd) + "\n";
    }
    return out;
}

}  // namespace mlosim::ctl::run
