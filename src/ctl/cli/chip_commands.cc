// Radios' chips and their hosts.

#include <cstdint>
#include <string>

#include <CLI/CLI.hpp>

#include "ctl/cli/registry.h"

namespace mlosim::ctl::cli {

namespace {

struct Arguments {
    std::string radio;
    bool follow = false;
    std::uint64_t entries = 0;
    std::string table = "counts";
};

constexpr const char* radio_help = "The scenario's name for it, its wiphy, or its number";

}  // namespace

void add_chip_commands(Registry& registry) {
    auto& given = registry.keep<Arguments>();
    const auto record = [&](const char* name, const char* description, Registry::Question what, bool needs_radio) {
        CLI::App* sub = registry.ask(name, description, std::move(what));
        sub->add_option("RADIO", given.radio, radio_help)->required(needs_radio);
        sub->add_flag("-f,--follow", given.follow, "Then what comes, as it comes");
        sub->add_option("-n,--count", given.entries, "End after that many");
    };
    record(
        "mcu", "Messages between a chip's driver and its firmware",
        [&given](Commands& commands) { return commands.mcu(given.radio, given.follow, given.entries); }, true);
    record(
        "bus", "What came to pass between a chip and the virtual machine that drives it",
        [&given](Commands& commands) { return commands.bus(given.radio, given.follow, given.entries); }, true);
    record(
        "dmesg", "What chips' drivers print",
        [&given](Commands& commands) { return commands.dmesg(given.radio, given.follow, given.entries); }, false);

    const auto at_radio = [&](const char* name, const char* description, Registry::Question what) {
        CLI::App* sub = registry.ask(name, description, std::move(what));
        sub->add_option("RADIO", given.radio, radio_help)->required();
        return sub;
    };
    at_radio("wcid", "A chip's WCID table: the driver's view, the firmware's, and where they differ",
             [&given](Commands& commands) { return commands.show_table(given.radio, "wcid"); });
    at_radio("chip", "A table of a chip's",
             [&given](Commands& commands) { return commands.show_table(given.radio, given.table); })
        ->add_option("TABLE", given.table,
                     "wcid, bss, traffic, counts (default), defects; of a virtual machine's chip pcie");
    at_radio("suspend", "A radio's host goes to sleep; what wakes it: iw phy PHY wowlan enable",
             [&given](Commands& commands) { return commands.suspend_host(given.radio, true); });
    at_radio("wake", "A radio's host wakes up",
             [&given](Commands& commands) { return commands.suspend_host(given.radio, false); });
}

}  // namespace mlosim::ctl::cli
