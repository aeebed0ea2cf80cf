#include "host/proc_files.h"

#include <array>
#include <cstdio>
#include <fstream>

namespace mlosim::host {
namespace {

// cf. dev_seq_show()
constexpr std::string_view device_headings =
    "Inter-|   Receive                                                |  Transmit\n"
    " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier "
    "compressed\n";

// cf. wireless_dev_seq_show()
constexpr std::string_view wireless_headings =
    "Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE\n"
    " face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22\n";

// cf. dev_seq_printf_stats()
std::string device_line(const mld::Netdev& netdev) {
    const mld::NetdevCounters& n = netdev.counters();
    const auto wide = [](std::uint64_t number) { return static_cast<unsigned long long>(number); };
    std::array<char, 320> text;
    const int length = std::snprintf(
        text.data(), text.size(),
        "%6s: %7llu %7llu %4llu %4llu %4u %5u %10u %9llu %8llu %7llu %4llu %4llu %4u %5u %7u %10u\n",
        netdev.name().c_str(), wide(n.rx_bytes), wide(n.rx_packets), wide(n.rx_errors), wide(n.rx_dropped), 0U, 0U, 0U,
        wide(n.multicast), wide(n.tx_bytes), wide(n.tx_packets), wide(n.tx_errors), wide(n.tx_dropped), 0U, 0U, 0U, 0U);
    return {text.data(), static_cast<std::size_t>(length)};
}

std::string_view device_of(std::string_view line) {
    line = line.substr(0, line.find(':'));
    return line.substr(std::min(line.find_first_not_of(' '), line.size()));
}

/// Our devices behind the kernel's.
std::string devices(const mld::World& world) {
    std::string text(device_headings);
    std::ifstream kernels("/proc/net/dev");
    std::string line;
    for (int number = 0; std::getline(kernels, line); number++)
        if (number >= 2 && world.find_netdev(device_of(line)) == nullptr) text += line + "\n";
    for (const auto& [index, netdev] : world.netdevs())
        text += device_line(*netdev);
    return text;
}

}  // namespace

Node proc_net_directory(const mld::World& world) {
    return directory_node({{"dev", file_node(0444, [&world]() -> Result<std::string> { return devices(world); })},
                           // A device that can do multi-link has no wireless extensions, cf. get_wireless_stats(); nor
                           // do the others here.
                           {"wireless", text_node(std::string(wireless_headings))}},
                          true);
}

}  // namespace mlosim::host
