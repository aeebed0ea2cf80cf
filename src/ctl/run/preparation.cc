#include "ctl/run/preparation.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <ostream>
#include <set>
#include <sstream>

#include <unistd.h>

#include "ctl/program.h"
#include "ctl/run/process.h"

namespace mlosim::ctl::run {

namespace {

namespace fs = std::filesystem;

/// What mlosimd is told with every run.
std::vector<std::string> passed_on(const Options& options) {
    std::vector<std::string> out;
    if (!options.clock.empty()) out.insert(out.end(), {"--clock", options.clock});
    if (options.with_fault) out.emplace_back("--with-fault");
    for (const std::string& fault : options.faults)
        out.insert(out.end(), {"--fault", fault});
    if (options.random_faults) out.insert(out.end(), {"--random-faults", std::to_string(*options.random_faults)});
    for (const std::string& program : options.programs)
        out.insert(out.end(), {"--program", program});
    return out;
}

std::string first_line(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

/// Which program it is: version, and a hash over its file, as a build may change without its commit.
Result<std::string> identity_of(const std::string& mlosimd) {
    const auto version = run_to_end({mlosimd, "--version"});
    if (!version) return fail(version.error());
    if (version->exit_code != 0) return fail(ENOEXEC, mlosimd + ": " + first_line(version->err));
    const auto program = read_file(mlosimd);
    return first_line(version->out) + (program ? " " + fingerprint(*program) : "");
}

/// The file that mlosimd finds for a scenario's name, if it finds no mistake.
Result<std::string> validate(const std::string& mlosimd, const std::string& scenario, const Parameters& parameters,
                             const std::vector<std::string>& options) {
    std::vector<std::string> command{mlosimd, "--scenario", scenario, "--validate", "--log-level", "off"};
    for (const Setting& setting : parameters)
        command.insert(command.end(), {"--set", setting.place + "=" + setting.value});
    command.insert(command.end(), options.begin(), options.end());
    const auto ended = run_to_end(command);
    if (!ended) return fail(ended.error());
    static const std::string good = ": no mistakes\n";
    if (ended->exit_code == 0 && ended->out.ends_with(good)) {
        std::error_code ignored;
        const fs::path path = fs::canonical(ended->out.substr(0, ended->out.size() - good.size()), ignored);
        if (!path.empty()) return path.string();
    }
    return fail(EINVAL, ended->err.empty() ? scenario + ": mlosimd does not say that it is good" : ended->err);
}

}  // namespace

std::string mlosimd_of(const std::string& given) {
    const std::string program = given.empty() ? program_beside("mlosimd") : given;
    std::error_code ignored;
    if (program.find('/') == std::string::npos) {
        std::istringstream path(std::getenv("PATH") == nullptr ? "" : std::getenv("PATH"));
        for (std::string folder; std::getline(path, folder, ':');)
            if (::access((folder + "/" + program).c_str(), X_OK) == 0) return folder + "/" + program;
        return program;
    }
    const fs::path absolute = fs::absolute(program, ignored);
    return absolute.empty() ? program : absolute.lexically_normal().string();
}

Result<Campaign> prepare(const Options& options, const std::string& mlosimd) {
    auto seeds = Seeds::parse(options.seeds);
    if (!seeds) return fail(std::move(seeds.error()));
    auto axes = axes_of(options.set, options.matrix);
    if (!axes) return fail(std::move(axes.error()));
    auto identity = identity_of(mlosimd);
    if (!identity) return fail(std::move(identity.error()));

    const std::vector<std::string> more = passed_on(options);
    std::vector<ScenarioFile> scenarios;
    std::set<std::string> paths;
    for (const std::string& name : options.scenarios) {
        ScenarioFile scenario{name, "", ""};
        for (const Parameters& parameters : product(*axes)) {
            const auto path = validate(mlosimd, name, parameters, more);
            if (!path) {
                const std::string with = parameters.empty() ? "" : "with " + to_text(parameters) + ":\n";
                return fail(path.error().code, with + path.error().message);
            }
            scenario.path = *path;
        }
        if (!paths.insert(scenario.path).second) return fail(EINVAL, scenario.path + " is named twice");
        const auto text = read_file(scenario.path);
        if (!text) return fail(text.error());
        scenario.fingerprint = fingerprint(*text);
        scenarios.push_back(std::move(scenario));
    }
    Campaign out(std::move(scenarios), std::move(*axes), std::move(*seeds), more, std::move(*identity));
    if (out.size() > Seeds::most) return fail(EINVAL, "more than " + std::to_string(Seeds::most) + " runs");
    return out;
}

fs::path folder_of(const Options& options, const Shard& shard) {
    if (!options.results.empty()) return options.results;
    std::string name = fs::path(options.scenarios.front()).stem().string();
    if (options.scenarios.size() > 1) name += "-and-" + std::to_string(options.scenarios.size() - 1) + "-more";
    name += ".results";
    if (!shard.whole()) name += "." + std::to_string(shard.index) + "-of-" + std::to_string(shard.total);
    return name;
}

int tell(const Report& report, const Streams& streams) {
    std::uint64_t expected = 0;
    for (std::uint64_t run = 0; run < report.campaign.size(); ++run)
        expected += report.shard.takes(run) ? 1 : 0;
    const std::vector<Record>& records = report.results.records();
    const Summary summary{report.campaign, records, expected, report.mlosimd};
    if (report.json)
        print_summary_as_json(summary, streams.out);
    else
        print_summary(summary, streams.out);
    if (const auto written = replace_file(report.results.folder() / "failures.txt", all_failures(summary)); !written)
        return complain(streams, environment, written.error().message);
    if (!report.junit.empty())
        if (const auto written = replace_file(report.junit, junit(summary)); !written)
            return complain(streams, environment, written.error().message);
    if (records.size() < expected) return environment;
    return std::ranges::all_of(records, &Record::passed) ? all_passed : some_failed;
}

int complain(const Streams& streams, int code, const std::string& what) {
    streams.err << "mlosimctl: " << what << (what.ends_with('\n') ? "" : "\n") << std::flush;
    return code;
}

}  // namespace mlosim::ctl::run
