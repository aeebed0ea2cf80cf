#include "host/program.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "host/elf_facts.h"
#include "host/wire.h"

namespace mlosim::host {
namespace {

/// Where a program's headers and interpreter lie, always within its first pages.
constexpr std::size_t head_size = std::size_t{64} * 1024;
/// A script may name a script, which may name …; the kernel gives up as early.
constexpr int most_interpreters = 4;

Result<std::string> read_head(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return fail(errno, std::strerror(errno));
    std::string head(head_size, '\0');
    const ssize_t got = ::pread(fd, head.data(), head.size(), 0);
    ::close(fd);
    if (got < 0) return fail(errno, std::strerror(errno));
    head.resize(static_cast<std::size_t>(got));
    return head;
}

#if defined(__x86_64__)
constexpr std::uint16_t our_machine = EM_X86_64;
#elif defined(__aarch64__)
constexpr std::uint16_t our_machine = EM_AARCH64;
#elif defined(__riscv)
constexpr std::uint16_t our_machine = EM_RISCV;
#else
#error "which machine is this?"
#endif

/// The dynamic loader itself, started as a program (`ld-linux-x86-64.so.2 --library-path … PROGRAM`).
bool is_dynamic_loader(const std::string& path, const ElfFacts& facts) {
    return facts.is_shared && path.substr(path.rfind('/') + 1).starts_with("ld");
}

/// The loader ignores LD_PRELOAD where the program gets privileges that its caller lacks (AT_SECURE).
Result<void> has_no_privileges(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return fail(errno, std::strerror(errno));
    const bool set_user = (status.st_mode & S_ISUID) != 0 && status.st_uid != ::geteuid();
    const bool set_group =
        (status.st_mode & S_ISGID) != 0 && (status.st_mode & S_IXGRP) != 0 && status.st_gid != ::getegid();
    if (set_user || set_group)
        return fail(EPERM, "is set-user-ID or set-group-ID: the dynamic loader puts no library in front of it");
    if (::geteuid() != 0 && ::getxattr(path.c_str(), "security.capability", nullptr, 0) > 0)
        return fail(EPERM, "has file capabilities: the dynamic loader puts no library in front of it");
    return {};
}

/// The program on a script's first line.
std::string script_interpreter(const std::string& head) {
    const std::string line = head.substr(2, head.find('\n') - 2);
    const std::size_t first = line.find_first_not_of(" \t");
    if (first == std::string::npos) return {};
    return line.substr(first, line.find_first_of(" \t", first) - first);
}

Result<void> can_be_preloaded(const std::string& path, int interpreters_left) {
    const auto head = read_head(path);
    if (!head) return fail(head.error());
    if (auto plain = has_no_privileges(path); !plain) return plain;
    if (head->starts_with("#!")) {
        const std::string interpreter = script_interpreter(*head);
        if (interpreter.empty() || interpreters_left == 0) return fail(ENOEXEC, "is a script without an interpreter");
        auto judged = can_be_preloaded(interpreter, interpreters_left - 1);
        if (!judged) judged.error().message = "is a script for " + interpreter + ", which " + judged.error().message;
        return judged;
    }
    const auto facts = parse_elf({reinterpret_cast<const std::uint8_t*>(head->data()), head->size()});
    if (!facts) return fail(facts.error());
    if (!facts->is_64_bit || facts->machine != our_machine)
        return fail(ENOEXEC, "is a program for another kind of machine than the preload library");
    if (facts->interpreter.find("musl") != std::string::npos)
        return fail(ENOEXEC, "uses the C library musl: the preload library needs glibc");
    if (facts->interpreter.empty() && !is_dynamic_loader(path, *facts))
        return fail(ENOEXEC, "is linked statically: no library can be put in front of it");
    return {};
}

/// Where the library may lie: beside the daemon or mlosimctl in a build folder, else where it was installed, seen from
/// this program, so that an installation may be moved as a whole.
std::string own_preload() {
    using std::filesystem::path;
    constexpr const char* name = "libmlosim-preload.so";
    const path installed(MLOSIM_LIBRARY_DIR);
    std::error_code ignored;
    const path here = std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
    for (const path& place : {here / "host", here / "../host", here / "../../src/host", here / "../../../src/host",
                              here / installed.lexically_relative(MLOSIM_BIN_DIR)}) {
        const path found = std::filesystem::canonical(place / name, ignored);
        if (!ignored) return found.string();
    }
    return (installed / name).string();
}

}  // namespace

std::string absolute_path(const std::string& path) {
    char* real = ::realpath(path.c_str(), nullptr);
    if (real == nullptr) return path;
    std::string found = real;
    std::free(real);
    return found;
}

Result<std::string> preload_library(const std::string& chosen) {
    std::string preload = absolute_path(chosen.empty() ? own_preload() : chosen);
    if (::access(preload.c_str(), R_OK) != 0) return fail(errno, preload + ": " + std::strerror(errno));
    if (preload.find_first_of(" :") != std::string::npos)
        return fail(EINVAL, preload + ": the dynamic loader takes no path with a space or a colon");
    return preload;
}

std::vector<std::pair<std::string, std::optional<std::string>>> shim_environment(const std::string& preload,
                                                                                 const std::string& socket_path,
                                                                                 bool devices_are_taps) {
    const char* others = std::getenv("LD_PRELOAD");
    return {{"LD_PRELOAD", others != nullptr && *others != '\0' ? preload + ":" + others : preload},
            {MLOSIM_ENV_SOCKET, absolute_path(socket_path)},
            {MLOSIM_ENV_NETDEV, devices_are_taps ? std::optional<std::string>("tap") : std::nullopt}};
}

Result<void> can_be_preloaded(const std::string& program) {
    return can_be_preloaded(program, most_interpreters);
}

Result<std::string> find_program(const std::string& name) {
    if (name.empty()) return fail(ENOENT, "no command given");
    const auto runs = [](const std::string& path) {
        struct stat status {};
        return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && ::access(path.c_str(), X_OK) == 0;
    };
    if (name.find('/') != std::string::npos) {
        if (runs(name)) return name;
        return fail(::access(name.c_str(), F_OK) == 0 ? EACCES : ENOENT, name + ": no such program");
    }
    const char* path = std::getenv("PATH");
    std::string directories = std::string(path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin") + ":/usr/sbin:/sbin";
    for (std::size_t start = 0; start <= directories.size();) {
        const std::size_t end = std::min(directories.find(':', start), directories.size());
        const std::string directory = end > start ? directories.substr(start, end - start) : ".";
        if (const std::string candidate = directory + "/" + name; runs(candidate)) return candidate;
        start = end + 1;
    }
    return fail(ENOENT, name + ": no such program");
}

}  // namespace mlosim::host
