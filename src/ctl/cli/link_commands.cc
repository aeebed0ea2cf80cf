// Links of stations, and where stations go.

#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "ctl/cli/registry.h"

namespace mlosim::ctl::cli {

namespace {

struct Arguments {
    std::string station;
    std::string band;
    std::string wdev;
    std::vector<unsigned> links;
    std::optional<unsigned> padding_us;
    std::optional<unsigned> transition_us;
    std::string policy;
    std::vector<std::string> targets;
};

constexpr const char* station_help = "Interface name or index, or wdev (0x1)";

}  // namespace

void add_link_commands(Registry& registry) {
    auto& given = registry.keep<Arguments>();
    CLI::App& link = *registry.group("link", "Registers and unregisters link wdevs");
    const auto at_station = [&](const char* name, const char* description, Registry::Question what) {
        CLI::App* sub = registry.ask(link, name, description, std::move(what));
        sub->add_option("STATION", given.station, station_help)->required();
        return sub;
    };
    at_station("add", "Gives a station that is down a link wdev of its own",
               [&given](Commands& commands) { return commands.add_link(given.station, given.band); })
        ->add_option("--band", given.band, "2.4, 5 or 6")
        ->required();
    registry
        .ask(link, "del", "Removes a link wdev",
             [&given](Commands& commands) { return commands.delete_link(given.wdev); })
        ->add_option("WDEV", given.wdev, "As mlosimctl links shows it")
        ->required();
    at_station("activate", "Has a station MLD use these links",
               [&given](Commands& commands) { return commands.activate_links(given.station, given.links); })
        ->add_option("LINK", given.links, "Link ids, as mlosimctl links shows them")
        ->required();
    CLI::App* emlsr = at_station(
        "emlsr", "Has links of a station MLD share one radio (without links: no longer)", [&given](Commands& commands) {
            return commands.share_radio(given.station, given.links, given.padding_us, given.transition_us);
        });
    emlsr->add_option("LINK", given.links, "Link ids, as mlosimctl links shows them");
    emlsr->add_option("--padding", given.padding_us, "Padding of the frames that call the radio to a link, in us");
    emlsr->add_option("--transition", given.transition_us,
                      "From the end of an exchange until it hears all links, in us");
    CLI::App* share =
        registry.ask(link, "policy", "How the links of an MLD share its data",
                     [&given](Commands& commands) { return commands.share_links(given.station, given.policy); });
    share->add_option("MLD", given.station, station_help)->required();
    share->add_option("POLICY", given.policy, "round_robin, strongest or by_tid")->required();

    CLI::App* roam = registry.ask("roam", "Sends a built-in station to another access point",
                                  [&given](Commands& commands) { return commands.roam(given.station, given.targets); });
    roam->add_option("STATION", given.station, station_help)->required();
    roam->add_option("TARGET", given.targets, "BSSIDs or addresses of AP MLDs, the best first; the loudest without");
}

}  // namespace mlosim::ctl::cli
