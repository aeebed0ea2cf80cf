#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "ctl/genl_client.h"
#include "ctl/show.h"
#include "sim/result.h"

namespace mlosim::ctl {

/// Error code of a caller's mistake that the world was never asked about; no errno.
constexpr int usage_mistake = -1;

/// What mlosimctl does for each of its subcommands: asks family `mlosim` and prints.
class Commands {
public:
    /// Both must outlive the commands.
    Commands(GenlClient& client, Format format, std::ostream& out) : client_(client), format_(format), out_(out) {}

    [[nodiscard]] Result<void> world();
    [[nodiscard]] Result<void> time();
    [[nodiscard]] Result<void> radios();
    [[nodiscard]] Result<void> wdevs();
    [[nodiscard]] Result<void> links();
    [[nodiscard]] Result<void> stations();

    [[nodiscard]] Result<void> pause();
    [[nodiscard]] Result<void> resume();
    [[nodiscard]] Result<void> step(std::uint32_t events);
    /// Waits until the world is there. EINTR if somebody else stopped it on the way.
    [[nodiscard]] Result<void> run_to(const std::string& when);

    /// `station` is an interface's name or index, or a wdev identifier (0x1); `band` as in band names ("6").
    [[nodiscard]] Result<void> add_link(const std::string& station, const std::string& band);
    [[nodiscard]] Result<void> delete_link(const std::string& wdev);
    /// A station MLD uses these links and no others.
    [[nodiscard]] Result<void> activate_links(const std::string& station, const std::vector<unsigned>& links);
    /// They share one radio; none: no longer. Delays in microseconds, where given.
    [[nodiscard]] Result<void> share_radio(const std::string& station, const std::vector<unsigned>& links,
                                           std::optional<unsigned> padding, std::optional<unsigned> transition);
    [[nodiscard]] Result<void> share_links(const std::string& station, const std::string& policy);

    // Built-in access points and stations. `ap` and `station` as above; addresses as 02:00:00:00:01:00. Without a
    // client all are meant, or the group.

    [[nodiscard]] Result<void> rekey(const std::string& ap, const std::string& client);
    [[nodiscard]] Result<void> send_away(const std::string& ap, const std::string& client, unsigned reason,
                                         bool disassociates);
    [[nodiscard]] Result<void> remove_ap_link(const std::string& ap, unsigned link, unsigned beacons);
    [[nodiscard]] Result<void> rest_ap_link(const std::string& ap, unsigned link, const std::string& duration);
    struct NewChannel {
        double mhz = 0;
        unsigned width_mhz = 20;
        unsigned punctured = 0;
        unsigned beacons = 10;
        bool quiet = false;
    };
    [[nodiscard]] Result<void> switch_channel(const std::string& ap, std::optional<unsigned> link,
                                              const NewChannel& channel);
    [[nodiscard]] Result<void> change_color(const std::string& ap, std::optional<unsigned> link, unsigned color,
                                            unsigned beacons);
    [[nodiscard]] Result<void> request_transition(const std::string& ap, const std::string& client,
                                                  const std::vector<std::string>& targets, unsigned beacons);
    [[nodiscard]] Result<void> roam(const std::string& station, const std::vector<std::string>& targets);

    // Radios' chips. `radio`: the scenario's name for it, its device, its wiphy, or its number.

    /// A table of the chip's: "wcid", "bss", "counts" …
    [[nodiscard]] Result<void> show_table(const std::string& radio, const std::string& table);
    /// The last messages between driver and firmware; with `follow` the coming ones too, up to `count` of all (0: no
    /// end).
    [[nodiscard]] Result<void> mcu(const std::string& radio, bool follow, std::uint64_t count);
    /// What came to pass on the bus between a virtual machine and its chip.
    [[nodiscard]] Result<void> bus(const std::string& radio, bool follow, std::uint64_t count);
    /// What drivers print. Without a radio: all that have a chip and a driver in the world.
    [[nodiscard]] Result<void> dmesg(const std::string& radio, bool follow, std::uint64_t count);
    /// Faults of a radio's chip or of the "air"; of everybody.
    [[nodiscard]] Result<void> faults(const std::string& target);
    [[nodiscard]] Result<void> add_fault(const std::string& target, const std::string& rule);
    [[nodiscard]] Result<void> remove_fault(const std::string& target, std::uint32_t fault);
    [[nodiscard]] Result<void> clear_faults(const std::string& target);
    [[nodiscard]] Result<void> suspend_host(const std::string& radio, bool sleeps);

    /// Prints events as they come; after `count` of them it ends (0: never).
    [[nodiscard]] Result<void> events(std::uint64_t count);

private:
    struct ChipRadio {
        std::uint32_t index = 0;
        std::string place;  ///< the scenario's name
        std::string device;
        std::string wiphy;
        std::string chip;
        std::string front;  ///< where its driver is if not in the world
    };
    [[nodiscard]] Result<std::vector<ChipRadio>> chip_radios();
    [[nodiscard]] Result<ChipRadio> chip_radio(const std::string& name);
    [[nodiscard]] Result<void> show_record(const std::string& record, const std::vector<ChipRadio>& radios, bool follow,
                                           std::uint64_t count);
    void print_entry(const ChipRadio& radio, std::uint64_t at, const std::string& text, const std::string& json,
                     bool name_radio);
    [[nodiscard]] Result<Request> about_faults(std::uint8_t command, const std::string& target, int flags = 0);

    using Show = void (*)(std::span<const Reply>, Format, std::ostream&);
    [[nodiscard]] Result<void> dump(std::uint8_t command, Show show);
    [[nodiscard]] Result<void> command(std::uint8_t command);
    [[nodiscard]] Result<void> name_wdev(Request& request, int by, const std::string& station);
    [[nodiscard]] Result<Reply> one(const Request& request);
    /// A request about an access point or station of that name, and its acknowledgement.
    [[nodiscard]] Result<Request> about(std::uint8_t command, const std::string& interface);
    [[nodiscard]] Result<void> done(const Request& request);

    GenlClient& client_;
    Format format_;
    std::ostream& out_;
};

}  // namespace mlosim::ctl
