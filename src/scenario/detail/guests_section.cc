#include <algorithm>

#include "scenario/detail/kinds.h"
#include "scenario/detail/sections.h"

namespace mlosim::scenario::detail {

namespace {

constexpr std::uint32_t least_memory_mb = 128;
constexpr std::uint32_t most_memory_mb = 65'536;
constexpr std::uint32_t most_cpus = 64;

/// Virtual machines take their time.
constexpr sim::Duration ready_within = std::chrono::minutes(5);

/// "kvm:tcg": the first that there is.
const Kind<std::vector<std::string>>& accelerators() {
    static const Kind<std::vector<std::string>> kind{"\"kvm\", \"tcg\", or both with a colon between them",
                                                     [](const Json& value) -> std::optional<std::vector<std::string>> {
                                                         if (value == "kvm") return std::vector<std::string>{"kvm"};
                                                         if (value == "tcg") return std::vector<std::string>{"tcg"};
                                                         if (value == "kvm:tcg")
                                                             return std::vector<std::string>{"kvm", "tcg"};
                                                         if (value == "tcg:kvm")
                                                             return std::vector<std::string>{"tcg", "kvm"};
                                                         return std::nullopt;
                                                     }};
    return kind;
}

/// A group's name stands for its members.
std::vector<std::string> single_radios(const std::vector<std::string>& names, const Scenario& scenario) {
    std::vector<std::string> out;
    for (const std::string& one : names) {
        const auto group = std::ranges::find_if(
            scenario.radios, [&](const RadioPlan& radio) { return radio.group && radio.name == one; });
        if (group == scenario.radios.end()) {
            out.push_back(one);
            continue;
        }
        for (std::uint32_t i = 0; i < group->count; ++i)
            out.push_back(group->member_name(i));
    }
    return out;
}

void read_job(Fields& in, ProcessPlan& out) {
    const Json* job = in.find("job");
    if (job == nullptr) return;
    WorkingFile file;
    file.name = "share/job.sh";
    file.pointer = (in.at() / "job").text();
    file.verbatim = true;
    read_content(in, "job", *job, file);
    out.files.push_back(std::move(file));
}

void read_guest(const Json& value, const Pointer& at, Scenario& scenario, Mistakes& mistakes) {
    Fields in(value, at, mistakes);
    GuestPlan guest;
    guest.pointer = at.text();
    ProcessPlan process;
    process.guest = scenario.guests.size();
    process.preload = false;
    process.ready_within = ready_within;
    process.pointer = at.text();
    process.name = in.required("name", name());
    guest.radios = single_radios(in.list("radios", name(), 1), scenario);
    guest.image = in.optional("image", plain_text());
    guest.kernel = in.optional("kernel", plain_text());
    guest.initrd = in.optional("initrd", plain_text());
    guest.root = in.optional("root", plain_text());
    guest.qemu = in.optional("qemu", plain_text());
    guest.append = in.get("append", plain_text(), guest.append);
    guest.memory_mb = in.get("memory_mb", integer(least_memory_mb, most_memory_mb), guest.memory_mb);
    guest.cpus = in.get("cpus", integer<std::uint32_t>(1, most_cpus), guest.cpus);
    guest.accelerators = in.get("accel", accelerators(), guest.accelerators);
    read_job(in, process);
    read_files(in, "share/", process);
    read_life(in, process);
    scenario.guests.push_back(std::move(guest));
    scenario.processes.push_back(std::move(process));
}

}  // namespace

void read_guests(Fields& top, Scenario& out) {
    top.each("guests", [&](const Json& value, const Pointer& at) { read_guest(value, at, out, top.mistakes()); });
}

}  // namespace mlosim::scenario::detail
