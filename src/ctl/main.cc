#include <algorithm>
#include <cstdint>
#include <functional>
#include <iostream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>

#include "ctl/commands.h"
#include "ctl/daemon_connection.h"
#include "ctl/exec.h"
#include "ctl/genl_client.h"
#include "ctl/sweep.h"
#include "netlink/mlosim_uapi.h"

using namespace mlosim;

namespace {

// As mlosimd: 0 done, 1 refused by the world, 2 a mistake of the caller's, 3 no world to talk to.
enum ExitCode : int { done = 0, refused = 1, usage = 2, environment = 3 };

int complain(ExitCode code, const std::string& message) {
    std::cerr << "mlosimctl: " << message << '\n';
    return code;
}

/// The command line, cut at its first "--": what follows belongs to the program that `exec` runs, whatever it looks
/// like.
struct Arguments {
    std::vector<std::string> own;
    std::vector<std::string> of_program;
    bool cut = false;

    Arguments(int argc, char** argv) {
        for (int i = 1; i < argc; ++i) {
            if (!cut && std::string_view(argv[i]) == "--")
                cut = true;
            else
                (cut ? of_program : own).emplace_back(argv[i]);
        }
    }

    /// `exec iw dev` without "--" is understood too: `remaining` is what exec did not know.
    [[nodiscard]] std::vector<std::string> command(std::vector<std::string> remaining) const {
        if (!remaining.empty() && cut) remaining.emplace_back("--");
        remaining.insert(remaining.end(), of_program.begin(), of_program.end());
        return remaining;
    }
};

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& word : words)
        out += (out.empty() ? "" : " ") + word;
    return out;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Looks at, and steers, the world of a running mlosimd", "mlosimctl"};
    app.require_subcommand(1);
    app.set_version_flag("--version", "mlosimctl " MLOSIM_VERSION);
    app.footer("Manual: mlosimctl(1)");

    std::string socket;
    bool json = false;
    app.add_option("--socket", socket, "The daemon's socket (default: $MLOSIM_SOCKET, then mlosimd's own default)");
    app.add_flag("--json", json, "Answers as JSON");

    using Action = std::function<Result<void>(ctl::Commands&)>;
    Action action;
    const auto simple = [&](CLI::App& parent, const char* name, const char* description, Action what) {
        CLI::App* sub = parent.add_subcommand(name, description);
        sub->fallthrough();
        sub->callback([&action, what = std::move(what)] { action = what; });
        return sub;
    };
    using ctl::Commands;

    CLI::App* exec = app.add_subcommand("exec", "Runs a program inside the world: mlosimctl exec -- iw dev");
    exec->prefix_command();
    std::string preload;
    exec->add_option("--preload", preload, "The library to put into it (default: the one of this mlosimctl)");

    simple(app, "world", "Time, clock, seed and dialect", &Commands::world);
    simple(app, "time", "Seconds since the world began", &Commands::time);
    simple(app, "radios", "Radios and their wiphys", &Commands::radios);
    simple(app, "wdevs", "Wireless devices: interfaces and those without one", &Commands::wdevs);
    simple(app, "links", "Link wdevs and whose they are", &Commands::links);
    simple(app, "stations", "Built-in stations: how far they are, where, with which links", &Commands::stations);
    simple(app, "pause", "Stops time", &Commands::pause);
    simple(app, "resume", "Lets time go on", &Commands::resume);

    std::uint32_t events = 1;
    simple(app, "step", "Fires events of a paused world", [&](Commands& commands) { return commands.step(events); })
        ->add_option("N", events, "How many (default 1)")
        ->check(CLI::Range(1u, MLOSIM_STEP_MAX));

    std::string when;
    simple(app, "run-to", "Lets time go on until then, and waits",
           [&](Commands& commands) { return commands.run_to(when); })
        ->add_option("TIME", when, "Since the world began, as in 2.5s or 150ms; or from now, as in +1s")
        ->required();

    std::uint64_t count = 0;
    simple(app, "events", "Prints what changes, as it happens", [&](Commands& commands) {
        return commands.events(count);
    })->add_option("-n,--count", count, "End after that many");

    CLI::App* link = app.add_subcommand("link", "Registers and unregisters link wdevs");
    link->require_subcommand(1);
    link->fallthrough();
    std::string station;
    std::string band;
    CLI::App* add = simple(*link, "add", "Gives a station that is down a link wdev of its own",
                           [&](Commands& commands) { return commands.add_link(station, band); });
    add->add_option("STATION", station, "Interface name or index, or wdev (0x1)")->required();
    add->add_option("--band", band, "2.4, 5 or 6")->required();
    std::string wdev;
    simple(*link, "del", "Removes a link wdev", [&](Commands& commands) { return commands.delete_link(wdev); })
        ->add_option("WDEV", wdev, "As mlosimctl links shows it")
        ->required();

    std::vector<unsigned> links;
    CLI::App* activate = simple(*link, "activate", "Has a station MLD use these links",
                                [&](Commands& commands) { return commands.activate_links(station, links); });
    activate->add_option("STATION", station, "Interface name or index, or wdev (0x1)")->required();
    activate->add_option("LINK", links, "Link ids, as mlosimctl links shows them")->required();
    std::optional<unsigned> padding_us;
    std::optional<unsigned> transition_us;
    CLI::App* emlsr =
        simple(*link, "emlsr", "Has links of a station MLD share one radio (without links: no longer)",
               [&](Commands& commands) { return commands.share_radio(station, links, padding_us, transition_us); });
    emlsr->add_option("STATION", station, "Interface name or index, or wdev (0x1)")->required();
    emlsr->add_option("LINK", links, "Link ids, as mlosimctl links shows them");
    emlsr->add_option("--padding", padding_us, "Padding of the frames that call the radio to a link, in us");
    emlsr->add_option("--transition", transition_us, "From the end of an exchange until it hears all links, in us");
    std::string policy;
    CLI::App* share = simple(*link, "policy", "How the links of an MLD share its data",
                             [&](Commands& commands) { return commands.share_links(station, policy); });
    share->add_option("MLD", station, "Interface name or index, or wdev (0x1)")->required();
    share->add_option("POLICY", policy, "round_robin, strongest or by_tid")->required();

    CLI::App* ap = app.add_subcommand("ap", "Tells a built-in access point what to do");
    ap->require_subcommand(1);
    ap->fallthrough();
    std::string client;
    unsigned link_id = 0;
    unsigned beacons = 10;
    const auto at_ap = [&](const char* name, const char* description, Action what) {
        CLI::App* sub = simple(*ap, name, description, std::move(what));
        sub->add_option("AP", station, "Interface name or index, or wdev (0x1)")->required();
        return sub;
    };
    const auto counted = [&](CLI::App* sub, unsigned most) {
        sub->add_option("--beacons", beacons, "How many beacons say so before (default 10)")
            ->check(CLI::Range(1u, most));
    };
    const char* const client_help = "The station's address (MLD address); all without";
    at_ap("rekey", "New group keys, or a new 4-way handshake with one station", [&](Commands& commands) {
        return commands.rekey(station, client);
    })->add_option("STATION", client, "The station's address (MLD address)");
    unsigned reason = 3;
    for (const bool disassociates : {false, true}) {
        CLI::App* away = at_ap(disassociates ? "disassociate" : "deauthenticate", "Sends stations away",
                               [&, disassociates](Commands& commands) {
                                   return commands.send_away(station, client, reason, disassociates);
                               });
        away->add_option("STATION", client, client_help);
        away->add_option("--reason", reason, "Reason code (default 3)")->check(CLI::Range(1u, 65535u));
    }
    CLI::App* removal = at_ap("remove-link", "A link of an AP MLD goes for good",
                              [&](Commands& commands) { return commands.remove_ap_link(station, link_id, beacons); });
    removal->add_option("LINK", link_id, "Link id")->required();
    counted(removal, 65535);
    std::string duration;
    CLI::App* rest = at_ap("rest-link", "No traffic is mapped to a link of an AP MLD for a while",
                           [&](Commands& commands) { return commands.rest_ap_link(station, link_id, duration); });
    rest->add_option("LINK", link_id, "Link id")->required();
    rest->add_option("DURATION", duration, "As in 2s or 500ms")->required();
    Commands::NewChannel channel;
    const auto given_link = [&](CLI::App* sub) {
        const CLI::Option* option = sub->get_option("--link");
        return option->count() != 0 ? std::optional(link_id) : std::nullopt;
    };
    CLI::App* move = nullptr;
    move = at_ap("switch", "Goes to another channel", [&](Commands& commands) {
        channel.beacons = beacons;
        return commands.switch_channel(station, given_link(move), channel);
    });
    move->add_option("MHZ", channel.mhz, "The primary channel's frequency")->required();
    move->add_option("--width", channel.width_mhz, "20, 40, 80, 160 or 320 MHz (default 20)");
    move->add_option("--punctured", channel.punctured, "Bit n: the n-th 20 MHz piece from below is left out");
    move->add_option("--link", link_id, "Link id, of an AP MLD");
    move->add_flag("--quiet", channel.quiet, "Nobody is to send meanwhile");
    counted(move, 255);
    unsigned color = 1;
    CLI::App* paint = nullptr;
    paint = at_ap("color", "Takes another BSS color", [&](Commands& commands) {
        return commands.change_color(station, given_link(paint), color, beacons);
    });
    paint->add_option("COLOR", color, "1 to 63")->required();
    paint->add_option("--link", link_id, "Link id, of an AP MLD");
    counted(paint, 255);
    std::vector<std::string> targets;
    unsigned patience = 0;
    CLI::App* transition = at_ap("transition", "Asks stations to go elsewhere", [&](Commands& commands) {
        return commands.request_transition(station, client, targets, patience);
    });
    transition->add_option("STATION", client, client_help);
    transition->add_option("--to", targets, "BSSIDs, the best first; all others of the same name without");
    transition->add_option("--disassociate-after", patience, "Who is still there after so many beacons has to go")
        ->check(CLI::Range(0u, 65535u));

    std::string radio;
    bool follow = false;
    std::uint64_t entries = 0;
    const auto record = [&](const char* name, const char* description, Action what, bool needs_radio) {
        CLI::App* sub = simple(app, name, description, std::move(what));
        sub->add_option("RADIO", radio, "The scenario's name for it, its wiphy, or its number")->required(needs_radio);
        sub->add_flag("-f,--follow", follow, "Then what comes, as it comes");
        sub->add_option("-n,--count", entries, "End after that many");
    };
    record(
        "mcu", "Messages between a chip's driver and its firmware",
        [&](Commands& commands) { return commands.mcu(radio, follow, entries); }, true);
    record(
        "dmesg", "What chips' drivers print",
        [&](Commands& commands) { return commands.dmesg(radio, follow, entries); }, false);
    std::string table = "counts";
    const char* const radio_help = "The scenario's name for it, its wiphy, or its number";
    simple(app, "wcid", "A chip's WCID table: the driver's view, the firmware's, and where they differ",
           [&](Commands& commands) { return commands.show_table(radio, "wcid"); })
        ->add_option("RADIO", radio, radio_help)
        ->required();
    CLI::App* chip = simple(app, "chip", "A table of a chip's",
                            [&](Commands& commands) { return commands.show_table(radio, table); });
    chip->add_option("RADIO", radio, radio_help)->required();
    chip->add_option("TABLE", table, "wcid, bss, counts (default), defects");

    simple(app, "suspend", "A radio's host goes to sleep; what wakes it: iw phy PHY wowlan enable",
           [&](Commands& commands) { return commands.suspend_host(radio, true); })
        ->add_option("RADIO", radio, radio_help)
        ->required();
    simple(app, "wake", "A radio's host wakes up",
           [&](Commands& commands) { return commands.suspend_host(radio, false); })
        ->add_option("RADIO", radio, radio_help)
        ->required();

    CLI::App* faults = app.add_subcommand("faults", "What is made to go wrong");
    faults->require_subcommand(1);
    faults->fallthrough();
    const char* const target_help = "A radio with a chip, or air";
    simple(*faults, "list", "Faults in force", [&](Commands& commands) {
        return commands.faults(radio);
    })->add_option("RADIO", radio, target_help);
    std::vector<std::string> rule;
    CLI::App* add_fault = simple(*faults, "add", "One more: a rule, or a known defect by number or name",
                                 [&](Commands& commands) { return commands.add_fault(radio, joined(rule)); });
    add_fault->add_option("RADIO", radio, target_help)->required();
    add_fault->add_option("RULE", rule, "As in drop_ack cid=BSS_INFO times=1, or B6")->required();
    std::uint32_t fault = 0;
    CLI::App* remove_fault =
        simple(*faults, "remove", "One less", [&](Commands& commands) { return commands.remove_fault(radio, fault); });
    remove_fault->add_option("RADIO", radio, target_help)->required();
    remove_fault->add_option("FAULT", fault, "Its number, as mlosimctl faults list shows it")->required();
    simple(*faults, "clear", "None any more", [&](Commands& commands) { return commands.clear_faults(radio); })
        ->add_option("RADIO", radio, target_help)
        ->required();

    ctl::SweepOptions sweep;
    sweep.jobs = std::max(1U, std::thread::hardware_concurrency());
    CLI::App* sweeping = app.add_subcommand(
        "sweep-faults", "Runs a scenario once for each message of its chips, which fails in that run");
    sweeping->fallthrough();
    sweeping->add_option("SCENARIO", sweep.scenario, "A file, or a name as mlosimd takes it")->required();
    sweeping->add_option("-j,--jobs", sweep.jobs, "So many runs at a time (default: one a processor)")
        ->check(CLI::Range(1u, 1024u));
    sweeping->add_option("--settle", sweep.settle, "How much longer than the clean run each lasts (default 60 s)");
    sweeping->add_option("--at-most", sweep.at_most, "The first so many runs alone");
    sweeping->add_option("--set", sweep.set, "POINTER=VALUE, as for mlosimd")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    sweeping->add_option("--mlosimd", sweep.mlosimd, "The program (default: the one beside this mlosimctl)");

    CLI::App* roam = simple(app, "roam", "Sends a built-in station to another access point",
                            [&](Commands& commands) { return commands.roam(station, targets); });
    roam->add_option("STATION", station, "Interface name or index, or wdev (0x1)")->required();
    roam->add_option("TARGET", targets, "BSSIDs or addresses of AP MLDs, the best first; the loudest without");

    const Arguments arguments(argc, argv);
    try {
        app.parse(std::vector<std::string>(arguments.own.rbegin(), arguments.own.rend()));
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);  // --help and --version
        const auto unknown = app.remaining();
        return complain(usage,
                        unknown.empty() ? error.what() : "what is '" + unknown.front() + "'? See mlosimctl --help");
    }
    if (exec->parsed()) {
        const auto command = arguments.command(exec->remaining());
        if (command.empty()) return complain(usage, "exec needs a program: mlosimctl exec -- iw dev");
        return ctl::exec_command({ctl::socket_path(socket), command, preload});
    }
    if (sweeping->parsed()) {
        sweep.json = json;
        return ctl::sweep_faults(sweep, std::cout, std::cerr);
    }
    if (arguments.cut) return complain(usage, "only exec takes arguments after --");

    auto connection = ctl::GenlClient::open(ctl::socket_path(socket), MLOSIM_GENL_NAME);
    if (!connection) return complain(environment, connection.error().message);
    ctl::Commands commands(*connection, json ? ctl::Format::json : ctl::Format::people, std::cout);
    const auto result = action(commands);
    if (!result) return complain(result.error().code == ctl::usage_mistake ? usage : refused, result.error().message);
    return done;
}
