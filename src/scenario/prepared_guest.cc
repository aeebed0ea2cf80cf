#include "scenario/prepared_guest.h"

#include <cstdlib>
#include <optional>

#include <unistd.h>

#include "scenario/detail/fields.h"
#include "scenario/placeholders.h"

namespace mlosim::scenario {

namespace {

namespace fs = std::filesystem;
using detail::in_quotes;

std::optional<std::string> given_program(const std::string& name, const ProgramPaths& programs) {
    if (const auto given = programs.find(name); given != programs.end()) return given->second;
    if (const char* given = std::getenv(("MLOSIM_PROGRAM_" + name).c_str())) return given;
    return std::nullopt;
}

/// Where scripts/real-driver puts what it makes.
fs::path usual_image() {
    const char* told = std::getenv("MLOSIM_GUEST_DIR");
    return fs::absolute(told != nullptr && *told != '\0' ? told : "build-guest");
}

/// What a guest boots, as files of this machine.
class Image {
public:
    Image(const GuestPlan& plan, const fs::path& directory, const ProgramPaths& programs, Mistakes& mistakes)
        : plan_(plan), directory_(directory), programs_(programs), mistakes_(mistakes) {
        if (plan_.image)
            path_ = of_scenario(*plan_.image);
        else if (const auto given = given_program("image", programs_))
            path_ = fs::absolute(*given);
        else
            path_ = usual_image();
    }

    /// Empty after a mistake.
    std::string file(const char* member, const std::optional<std::string>& instead, const char* name) {
        const fs::path path = instead ? of_scenario(*instead) : path_ / name;
        std::error_code ignored;
        if (fs::is_regular_file(path, ignored)) return path.string();
        if (instead)
            mistakes_.push_back({plan_.pointer + "/" + member, in_quotes(path.string()), "a file"});
        else if (!said_)
            mistakes_.push_back(
                {plan_.pointer + "/image", in_quotes(path_.string()) + ", which has no " + name,
                 "a directory that `scripts/real-driver setup` has made, here or with --program image=DIR"});
        said_ = said_ || !instead;
        return {};
    }

    [[nodiscard]] std::optional<std::string> root() {
        std::error_code ignored;
        if (plan_.root) return file("root", plan_.root, "root.img");
        if (!fs::exists(path_ / "root.img", ignored)) return std::nullopt;
        return (path_ / "root.img").string();
    }

    /// What the plan says, else what the command line says, else the image's.
    [[nodiscard]] std::string qemu() const {
        if (plan_.qemu) {
            const std::string text = meant(*plan_.qemu);
            return text.find('/') == std::string::npos ? text : of_scenario(*plan_.qemu).string();
        }
        if (const auto given = given_program("qemu", programs_))
            return given->find('/') == std::string::npos ? *given : fs::absolute(*given).string();
        const std::string own = (path_ / "qemu").string();
        return ::access(own.c_str(), X_OK) == 0 ? own : "qemu-system-x86_64";
    }

private:
    [[nodiscard]] std::string meant(const std::string& text) const {
        return filled(text, [this](const std::string& name) -> std::optional<std::string> {
            if (name == "scenario") return fs::absolute(directory_).lexically_normal().string();
            const auto given = given_program(name, programs_);
            return given ? fs::absolute(*given).string() : name;
        });
    }
    [[nodiscard]] fs::path of_scenario(const std::string& text) const {
        return (fs::absolute(directory_) / meant(text)).lexically_normal();
    }

    const GuestPlan& plan_;
    const fs::path& directory_;
    const ProgramPaths& programs_;
    Mistakes& mistakes_;
    fs::path path_;
    bool said_ = false;
};

/// A kernel can offer KVM without the hardware for it; a guest then stops at its first instructions.
bool has_kvm() {
    std::error_code ignored;
    const bool hardware = fs::exists("/sys/module/kvm_intel", ignored) || fs::exists("/sys/module/kvm_amd", ignored);
    return hardware && ::access("/dev/kvm", R_OK | W_OK) == 0;
}

/// The first of those wanted that there is; without any the last, so that QEMU says what is wrong.
std::string accelerator(const std::vector<std::string>& wanted) {
    for (const std::string& one : wanted)
        if (one == "tcg" || (one == "kvm" && has_kvm())) return one == "tcg" ? "tcg,thread=multi" : one;
    return wanted.back();
}

/// Commas separate QEMU's options; doubled they are themselves.
std::string in_option(const std::string& text) {
    return replaced(text, ",", ",,");
}

}  // namespace

std::string guest_device(const std::string& socket) {
    return detail::Json{{"driver", "vfio-user-pci"}, {"socket", {{"path", socket}, {"type", "unix"}}}}.dump(
        -1, ' ', true, detail::Json::error_handler_t::replace);
}

std::vector<std::string> guest_arguments(const GuestPlan& plan, const fs::path& directory, const ProgramPaths& programs,
                                         Mistakes& mistakes) {
    Image image(plan, directory, programs, mistakes);
    const std::string memory = std::to_string(plan.memory_mb) + "M";
    std::vector<std::string> out{
        image.qemu(), "-nodefaults", "-no-user-config",        "-no-reboot", "-display", "none", "-cpu",
        "max",        "-smp",        std::to_string(plan.cpus)};
    const auto add = [&out](const char* option, std::string value) {
        out.emplace_back(option);
        out.push_back(std::move(value));
    };
    add("-accel", accelerator(plan.accelerators));
    // The chip reads and writes the guest's memory: it must be one that can be shared.
    add("-m", memory);
    add("-M", "q35,memory-backend=mem");
    add("-object", "memory-backend-memfd,id=mem,size=" + memory + ",share=on");
    add("-kernel", image.file("kernel", plan.kernel, "vmlinuz"));
    add("-initrd", image.file("initrd", plan.initrd, "initrd.img"));
    add("-append", "console=ttyS0 panic=1 quiet loglevel=4 mitigations=off random.trust_cpu=on no_timer_check" +
                       (plan.append.empty() ? "" : " " + plan.append));
    if (const auto root = image.root())
        add("-drive", "file=" + in_option(*root) + ",format=raw,if=virtio,snapshot=on,cache=unsafe");
    add("-device", "virtio-rng-pci");
    add("-virtfs", "local,path=${dir}/share,mount_tag=share,security_model=none,multidevs=remap");
    add("-virtfs", "local,path=${results},mount_tag=results,security_model=none,multidevs=remap");
    add("-serial", "stdio");
    for (const std::string& radio : plan.radios)
        add("-device", guest_device("${socket:" + radio + "}"));
    return out;
}

}  // namespace mlosim::scenario
