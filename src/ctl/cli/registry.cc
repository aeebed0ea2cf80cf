#include "ctl/cli/registry.h"

#include <iostream>
#include <utility>

#include <CLI/CLI.hpp>

namespace mlosim::ctl::cli {

CLI::App* Registry::ask(CLI::App& parent, const char* name, const char* description, Question what) {
    CLI::App* sub = parent.add_subcommand(name, description);
    sub->fallthrough();
    sub->callback([this, what = std::move(what)] { question_ = what; });
    return sub;
}

CLI::App* Registry::ask(const char* name, const char* description, Question what) {
    return ask(app_, name, description, std::move(what));
}

CLI::App* Registry::work(const char* name, const char* description, Job what) {
    CLI::App* sub = app_.add_subcommand(name, description);
    sub->fallthrough();
    sub->callback([this, what = std::move(what)] { job_ = what; });
    return sub;
}

CLI::App* Registry::group(const char* name, const char* description) {
    CLI::App* sub = app_.add_subcommand(name, description);
    sub->require_subcommand(1);
    sub->fallthrough();
    return sub;
}

int complain(int code, const std::string& message) {
    std::cerr << "mlosimctl: " << message << '\n';
    return code;
}

}  // namespace mlosim::ctl::cli
