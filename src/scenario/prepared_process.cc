#include "scenario/prepared_process.h"

#include <cstdlib>
#include <optional>

#include "host/program.h"
#include "scenario/detail/fields.h"
#include "scenario/placeholders.h"
#include "scenario/prepared_guest.h"
#include "scenario/scenario_file.h"

namespace mlosim::scenario {

namespace {

using detail::in_quotes;

/// What can be told before there is a world. The rest stays.
Meaning early_meaning(const std::filesystem::path& directory, const ProgramPaths& programs, bool with_programs) {
    return [&directory, &programs, with_programs](const std::string& name) -> std::optional<std::string> {
        if (name == "scenario") return std::filesystem::absolute(directory).lexically_normal().string();
        if (!with_programs || name == "dir" || name.find(':') != std::string::npos) return std::nullopt;
        if (const auto given = programs.find(name); given != programs.end()) {
            const bool path = given->second.find('/') != std::string::npos;
            return path ? std::filesystem::absolute(given->second).string() : given->second;
        }
        if (const char* given = std::getenv(("MLOSIM_PROGRAM_" + name).c_str())) return given;
        return name;
    };
}

std::string found_program(const ProcessPlan& plan, const std::string& name, const std::filesystem::path& directory,
                          Mistakes& mistakes) {
    const bool relative = name.find('/') != std::string::npos && name.front() != '/';
    const auto found = host::find_program(relative ? (std::filesystem::absolute(directory) / name).string() : name);
    const std::string pointer = plan.pointer + (plan.guest ? "/qemu" : "/argv/0");
    if (!found) {
        mistakes.push_back({pointer, in_quotes(name),
                            found.error().code == EACCES ? "a program that may be executed"
                                                         : "a program that is installed, or its path"});
        return {};
    }
    if (!plan.preload) return *found;
    if (const auto judged = host::can_be_preloaded(*found); !judged)
        mistakes.push_back({pointer, in_quotes(*found) + ", which " + judged.error().message,
                            "a program that the preload library can be put in front of, or \"preload\": false"});
    return *found;
}

}  // namespace

tl::expected<std::vector<PreparedProcess>, Mistakes> prepare_processes(const Scenario& scenario,
                                                                       const std::filesystem::path& directory,
                                                                       const ProgramPaths& programs) {
    Mistakes mistakes;
    std::vector<PreparedProcess> out;
    for (const ProcessPlan& plan : scenario.processes) {
        PreparedProcess process;
        if (plan.guest) process.argv = guest_arguments(scenario.guests[*plan.guest], directory, programs, mistakes);
        for (const std::string& argument : plan.argv)
            process.argv.push_back(filled(argument, early_meaning(directory, programs, true)));
        process.program = found_program(plan, process.argv.front(), directory, mistakes);
        for (const WorkingFile& file : plan.files) {
            std::string content = file.content;
            if (file.path) {
                auto text =
                    read_scenario_file(directory / filled(*file.path, early_meaning(directory, programs, false)));
                if (text)
                    content = std::move(*text);
                else
                    mistakes.push_back(
                        {file.pointer + "/path", in_quotes(*file.path) + ": " + text.error().message, "a file"});
            }
            process.contents.push_back(file.verbatim ? content
                                                     : filled(content, early_meaning(directory, programs, false)));
        }
        out.push_back(std::move(process));
    }
    if (!mistakes.empty()) return tl::unexpected(std::move(mistakes));
    return out;
}

}  // namespace mlosim::scenario
