#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include <CLI/CLI.hpp>

#include "mkfw/firmware_files.h"

using namespace mlosim;

namespace {

enum ExitCode { done = 0, refused = 1, usage = 2, environment = 3 };

int complain(ExitCode code, const std::string& what) {
    std::cerr << "mlosim-mkfw: " << what << '\n';
    return code;
}

Result<mt7925::Bytes> read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    mt7925::Bytes content{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (!in.is_open() || in.bad()) return fail(EIO, "cannot read " + path);
    return content;
}

Result<void> write_file(const std::filesystem::path& path, const mt7925::Bytes& content) {
    std::error_code failed;
    std::filesystem::create_directories(path.parent_path(), failed);
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out.write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
    out.close();
    if (!out) return fail(EIO, "cannot write " + path.string());
    return {};
}

int show(const std::string& path) {
    const auto content = read_file(path);
    if (!content) return complain(environment, content.error().message);
    const auto text = mkfw::describe(*content);
    if (!text) return complain(refused, path + ": " + text.error().message);
    std::cout << *text;
    return done;
}

int make(const std::string& directory, const mkfw::Wishes& wishes) {
    const auto files = mkfw::firmware_files(wishes);
    if (!files) return complain(usage, files.error().message);
    for (const mkfw::File& file : *files)
        if (const auto written = write_file(std::filesystem::path(directory) / file.path, file.content); !written)
            return complain(environment, written.error().message);
    return done;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Makes the two firmware files that mt7925e downloads into an emulated chip", "mlosim-mkfw"};
    app.set_version_flag("--version", "mlosim-mkfw " MLOSIM_VERSION);
    app.footer("Manual: mlosim-mkfw(1)");

    std::string directory;
    std::string info;
    std::string clc;
    mkfw::Wishes wishes;
    bool no_cnm = false;
    app.add_option("directory", directory, "Where mediatek/mt7925/ goes: what the guest has as /lib/firmware");
    app.add_flag("--no-cnm", no_cnm, "Firmware without channel contexts: the driver then offers no MLO");
    app.add_option("--clc", clc, "A file with country tables, or none (default: none)");
    app.add_option("--fw-version", wishes.version, "Up to 10 characters")->capture_default_str();
    app.add_option("--build-date", wishes.build_date, "Up to 15 characters")->capture_default_str();
    app.add_option("--info", info, "Says what a firmware file holds, and makes none");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);  // --help and --version
        return complain(usage, error.what());
    }

    if (!info.empty() && directory.empty()) return show(info);
    if (!info.empty() || directory.empty())
        return complain(usage, "either a directory for the files, or --info and a file");
    wishes.cnm = !no_cnm;
    if (!clc.empty() && clc != "none") {
        auto tables = read_file(clc);
        if (!tables) return complain(environment, tables.error().message);
        wishes.clc = std::move(*tables);
    }
    return make(directory, wishes);
}
