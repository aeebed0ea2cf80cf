#include "ctl/program.h"

#include <filesystem>

namespace mlosim::ctl {

std::string own_program() {
    std::error_code ignored;
    return std::filesystem::read_symlink("/proc/self/exe", ignored).string();
}

std::string program_beside(const std::string& name) {
    const std::filesystem::path self = std::filesystem::path(own_program()).parent_path();
    std::error_code ignored;
    for (const std::filesystem::path& place : {self / name, self.parent_path() / name})
        if (std::filesystem::is_regular_file(place, ignored)) return place.string();
    return name;
}

}  // namespace mlosim::ctl
