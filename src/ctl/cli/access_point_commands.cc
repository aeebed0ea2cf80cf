// What a built-in access point is told to do.

#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "ctl/cli/registry.h"

namespace mlosim::ctl::cli {

namespace {

struct Arguments {
    std::string ap;
    std::string client;
    unsigned link = 0;
    unsigned beacons = 10;
    unsigned reason = 3;
    std::string duration;
    Commands::NewChannel channel;
    unsigned color = 1;
    std::vector<std::string> targets;
    unsigned patience = 0;
    const CLI::Option* switch_link = nullptr;  ///< the --link that may have been given
    const CLI::Option* color_link = nullptr;

    [[nodiscard]] std::optional<unsigned> link_of(const CLI::Option* option) const {
        return option->count() != 0 ? std::optional(link) : std::nullopt;
    }
};

constexpr const char* client_help = "The station's address (MLD address); all without";

/// Subcommands of `ap`, each of which begins with the access point.
class Group {
public:
    Group(Registry& registry, Arguments& given)
        : registry_(registry), ap_(*registry.group("ap", "Tells a built-in access point what to do")), given_(given) {}

    CLI::App* add(const char* name, const char* description, Registry::Question what) {
        CLI::App* sub = registry_.ask(ap_, name, description, std::move(what));
        sub->add_option("AP", given_.ap, "Interface name or index, or wdev (0x1)")->required();
        return sub;
    }
    void add_beacons(CLI::App* sub, unsigned most) {
        sub->add_option("--beacons", given_.beacons, "How many beacons say so before (default 10)")
            ->check(CLI::Range(1u, most));
    }

private:
    Registry& registry_;
    CLI::App& ap_;
    Arguments& given_;
};

void add_for_stations(Group& group, Arguments& given) {
    group
        .add("rekey", "New group keys, or a new 4-way handshake with one station",
             [&given](Commands& commands) { return commands.rekey(given.ap, given.client); })
        ->add_option("STATION", given.client, "The station's address (MLD address)");
    for (const bool disassociates : {false, true}) {
        CLI::App* away = group.add(disassociates ? "disassociate" : "deauthenticate", "Sends stations away",
                                   [&given, disassociates](Commands& commands) {
                                       return commands.send_away(given.ap, given.client, given.reason, disassociates);
                                   });
        away->add_option("STATION", given.client, client_help);
        away->add_option("--reason", given.reason, "Reason code (default 3)")->check(CLI::Range(1u, 65535u));
    }
    CLI::App* transition = group.add("transition", "Asks stations to go elsewhere", [&given](Commands& commands) {
        return commands.request_transition(given.ap, given.client, given.targets, given.patience);
    });
    transition->add_option("STATION", given.client, client_help);
    transition->add_option("--to", given.targets, "BSSIDs, the best first; all others of the same name without");
    transition->add_option("--disassociate-after", given.patience, "Who is still there after so many beacons has to go")
        ->check(CLI::Range(0u, 65535u));
}

void add_for_links(Group& group, Arguments& given) {
    CLI::App* removal = group.add("remove-link", "A link of an AP MLD goes for good", [&given](Commands& commands) {
        return commands.remove_ap_link(given.ap, given.link, given.beacons);
    });
    removal->add_option("LINK", given.link, "Link id")->required();
    group.add_beacons(removal, 65535);
    CLI::App* rest =
        group.add("rest-link", "No traffic is mapped to a link of an AP MLD for a while",
                  [&given](Commands& commands) { return commands.rest_ap_link(given.ap, given.link, given.duration); });
    rest->add_option("LINK", given.link, "Link id")->required();
    rest->add_option("DURATION", given.duration, "As in 2s or 500ms")->required();
}

void add_for_channels(Group& group, Arguments& given) {
    CLI::App* move = group.add("switch", "Goes to another channel", [&given](Commands& commands) {
        given.channel.beacons = given.beacons;
        return commands.switch_channel(given.ap, given.link_of(given.switch_link), given.channel);
    });
    move->add_option("MHZ", given.channel.mhz, "The primary channel's frequency")->required();
    move->add_option("--width", given.channel.width_mhz, "20, 40, 80, 160 or 320 MHz (default 20)");
    move->add_option("--punctured", given.channel.punctured, "Bit n: the n-th 20 MHz piece from below is left out");
    given.switch_link = move->add_option("--link", given.link, "Link id, of an AP MLD");
    move->add_flag("--quiet", given.channel.quiet, "Nobody is to send meanwhile");
    group.add_beacons(move, 255);
    CLI::App* paint = group.add("color", "Takes another BSS color", [&given](Commands& commands) {
        return commands.change_color(given.ap, given.link_of(given.color_link), given.color, given.beacons);
    });
    paint->add_option("COLOR", given.color, "1 to 63")->required();
    given.color_link = paint->add_option("--link", given.link, "Link id, of an AP MLD");
    group.add_beacons(paint, 255);
}

}  // namespace

void add_access_point_commands(Registry& registry) {
    auto& given = registry.keep<Arguments>();
    Group group(registry, given);
    add_for_stations(group, given);
    add_for_links(group, given);
    add_for_channels(group, given);
}

}  // namespace mlosim::ctl::cli
