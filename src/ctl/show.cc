#include "ctl/show.h"

#include <array>
#include <cstdio>
#include <iterator>
#include <ostream>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "ctl/table.h"
#include "netlink/mlosim_uapi.h"

namespace mlosim::ctl {
namespace {

/// A message as an object: what `--json` prints and what the tables are made of.
using Record = nlohmann::ordered_json;

template <std::size_t Size>
std::string name_in(const std::array<std::string_view, Size>& names, std::uint64_t number) {
    if (number < Size && !names[number].empty()) return std::string(names[number]);
    return std::to_string(number);
}

// In the order of enum nl80211_iftype and with iw's words, to which ours for link wdevs is added.
constexpr std::array<std::string_view, 14> type_names{"unspecified", "IBSS",   "managed",    "AP",
                                                      "AP/VLAN",     "WDS",    "monitor",    "mesh point",
                                                      "P2P-client",  "P2P-GO", "P2P-device", "outside context of a BSS",
                                                      "NAN",         "link"};
// enum nl80211_band
constexpr std::array<std::string_view, 6> band_names{"2.4", "5", "60", "6", "S1G", "LC"};
// enum nl80211_chan_width
constexpr std::array<std::string_view, 14> width_names{"20", "20", "40", "80", "80+80", "160", "5",
                                                       "10", "1",  "2",  "4",  "8",     "16",  "320"};
constexpr std::array<std::string_view, 2> clock_names{"real", "virtual"};
constexpr std::array<std::string_view, 2> dialect_names{"mainline", "rfc"};
constexpr std::array<std::string_view, 2> netdev_names{"emulated", "tap"};
constexpr std::array<std::string_view, 2> state_names{"down", "running"};
constexpr std::array<std::string_view, 5> use_names{"free", "active", "inactive", "dormant", "emlsr"};
// enum mlosim_station_state
constexpr std::array<std::string_view, 7> station_state_names{"idle",      "scanning",  "authenticating", "associating",
                                                              "handshake", "connected", "roaming"};
constexpr std::array<std::string_view, 14> counter_names{
    "",           "tx_frames",  "rx_frames",    "tx_bytes",    "rx_bytes",       "tx_errors", "rx_errors",
    "tx_dropped", "rx_dropped", "rx_malformed", "connections", "disconnections", "roams",     "failures"};

std::string hex(std::uint64_t number) {
    char text[24];
    std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(number));
    return text;
}

/// An SSID is bytes; what is no printable ASCII is shown as \xNN, as iw does.
std::string ssid_text(const std::string& bytes) {
    std::string out;
    for (const char c : bytes) {
        if (c > ' ' && c <= '~' && c != '\\') {
            out += c;
        } else if (c == ' ' && !out.empty()) {
            out += c;
        } else {
            char escaped[8];
            std::snprintf(escaped, sizeof escaped, "\\x%02x", static_cast<unsigned char>(c));
            out += escaped;
        }
    }
    return out;
}

Record bands_of(std::uint64_t mask) {
    Record bands = Record::array();
    for (std::size_t band = 0; band < band_names.size(); ++band)
        if (mask & (1ULL << band)) bands.push_back(band_names[band]);
    return bands;
}

/// The links of a built-in station, each an object.
Record station_links(const Attributes& a) {
    Record links = Record::array();
    for (const Attributes& link : a.list(MLOSIM_ATTR_STATION_LINKS)) {
        Record one = Record::object();
        if (const auto id = link.number(MLOSIM_ATTR_LINK_ID)) one["link_id"] = *id;
        if (const auto bssid = link.address(MLOSIM_ATTR_BSSID)) one["bssid"] = *bssid;
        if (const auto khz = link.number(MLOSIM_ATTR_FREQ)) one["frequency_mhz"] = static_cast<double>(*khz) / 1000.0;
        if (const auto dbm = link.signed_number(MLOSIM_ATTR_SIGNAL)) one["signal_dbm"] = *dbm;
        links.push_back(std::move(one));
    }
    return links;
}

/// Adds each attribute of `a` that a message can have, under its name; what is absent is left out.
Record record_of(const Attributes& a) {
    Record record = Record::object();
    const auto number = [&](const char* key, int type) {
        if (const auto value = a.number(type)) record[key] = *value;
    };
    const auto text = [&](const char* key, int type) {
        if (const auto value = a.text(type)) record[key] = *value;
    };
    const auto named = [&](const char* key, int type, const auto& names) {
        if (const auto value = a.number(type)) record[key] = name_in(names, *value);
    };
    const auto identifier = [&](const char* key, int type) {
        if (const auto value = a.number(type)) record[key] = hex(*value);
    };
    const auto links = [&](const char* key, int type) {
        const auto mask = a.number(type);
        if (!mask) return;
        record[key] = Record::array();
        for (unsigned link = 0; link < 16; ++link)
            if ((*mask >> link & 1U) != 0) record[key].push_back(link);
    };
    const auto address = [&](const char* key, int type) {
        if (const auto value = a.address(type)) record[key] = *value;
    };
    const auto megahertz = [&](const char* key, int type) {
        if (const auto value = a.number(type)) record[key] = static_cast<double>(*value) / 1000.0;
    };

    number("time_ns", MLOSIM_ATTR_TIME);
    number("seed", MLOSIM_ATTR_SEED);
    named("clock", MLOSIM_ATTR_CLOCK_MODE, clock_names);
    if (a.has(MLOSIM_ATTR_CLOCK_MODE)) record["paused"] = a.has(MLOSIM_ATTR_PAUSED);
    named("dialect", MLOSIM_ATTR_DIALECT, dialect_names);
    named("netdev", MLOSIM_ATTR_NETDEV_BACKEND, netdev_names);
    number("events", MLOSIM_ATTR_EVENTS);
    number("events_fired", MLOSIM_ATTR_EVENTS_FIRED);
    number("events_pending", MLOSIM_ATTR_EVENTS_PENDING);

    number("radio", MLOSIM_ATTR_RADIO);
    text("radio_name", MLOSIM_ATTR_RADIO_NAME);
    text("profile", MLOSIM_ATTR_PROFILE);
    text("chip", MLOSIM_ATTR_CHIP);
    text("front", MLOSIM_ATTR_FRONT);
    identifier("wdev", MLOSIM_ATTR_WDEV);
    identifier("mld_wdev", MLOSIM_ATTR_MLD_WDEV);
    number("ifindex", MLOSIM_ATTR_IFINDEX);
    text("ifname", MLOSIM_ATTR_IFNAME);
    named("type", MLOSIM_ATTR_IFTYPE, type_names);
    number("wiphy", MLOSIM_ATTR_WIPHY);
    text("wiphy_name", MLOSIM_ATTR_WIPHY_NAME);
    number("open_count", MLOSIM_ATTR_OPEN_COUNT);
    if (const auto mask = a.number(MLOSIM_ATTR_BANDS)) record["bands"] = bands_of(*mask);
    address("address", MLOSIM_ATTR_MAC);
    named("state", MLOSIM_ATTR_STATE, state_names);
    number("link_id", MLOSIM_ATTR_LINK_ID);
    named("use", MLOSIM_ATTR_LINK_USE, use_names);
    links("valid_links", MLOSIM_ATTR_VALID_LINKS);
    links("active_links", MLOSIM_ATTR_ACTIVE_LINKS);
    links("dormant_links", MLOSIM_ATTR_DORMANT_LINKS);
    links("emlsr_links", MLOSIM_ATTR_EMLSR_LINKS);
    number("emlsr_padding_us", MLOSIM_ATTR_EMLSR_PADDING);
    number("emlsr_transition_us", MLOSIM_ATTR_EMLSR_TRANSITION);
    text("link_policy", MLOSIM_ATTR_LINK_POLICY);
    named("band", MLOSIM_ATTR_BAND, band_names);
    if (a.has(MLOSIM_ATTR_LINKS)) {
        record["links"] = Record::array();
        for (const std::uint64_t link : a.numbers(MLOSIM_ATTR_LINKS))
            record["links"].push_back(hex(link));
    }
    if (const auto ssid = a.text(MLOSIM_ATTR_SSID)) record["ssid"] = ssid_text(*ssid);
    address("bssid", MLOSIM_ATTR_BSSID);
    megahertz("frequency_mhz", MLOSIM_ATTR_FREQ);
    named("width_mhz", MLOSIM_ATTR_WIDTH, width_names);
    megahertz("center_frequency_mhz", MLOSIM_ATTR_CENTER_FREQ1);
    if (const auto power = a.signed_number(MLOSIM_ATTR_TX_POWER)) record["tx_power_dbm"] = *power;
    number("socket_owner", MLOSIM_ATTR_SOCKET_OWNER);
    text("station", MLOSIM_ATTR_STATION_NAME);
    named("station_state", MLOSIM_ATTR_STATION_STATE, station_state_names);
    address("access_point", MLOSIM_ATTR_ACCESS_POINT);
    if (const auto dbm = a.signed_number(MLOSIM_ATTR_SIGNAL)) record["signal_dbm"] = *dbm;
    text("reason", MLOSIM_ATTR_REASON);
    if (a.has(MLOSIM_ATTR_STATION_LINKS)) record["station_links"] = station_links(a);
    if (a.has(MLOSIM_ATTR_COUNTERS)) {
        const Attributes counters = a.nest(MLOSIM_ATTR_COUNTERS);
        for (int counter = 1; counter <= MLOSIM_COUNTER_MAX; ++counter)
            if (const auto value = counters.number(counter))
                record["counters"][name_in(counter_names, static_cast<std::uint64_t>(counter))] = *value;
    }
    return record;
}

/// A value of a record as a cell: lists with commas, whole numbers of MHz without a point.
std::string cell(const Record& record, const char* key) {
    const auto found = record.find(key);
    if (found == record.end()) return {};
    if (found->is_string()) return found->get<std::string>();
    if (found->is_number_float()) {
        char text[32];
        std::snprintf(text, sizeof text, "%.10g", found->get<double>());
        return text;
    }
    if (found->is_array()) {
        std::string out;
        for (const Record& element : *found)
            out += (out.empty() ? "" : ",") + (element.is_string() ? element.get<std::string>() : element.dump());
        return out;
    }
    return found->dump();
}

std::string counter_cell(const Record& record, const char* key) {
    const auto counters = record.find("counters");
    return counters == record.end() ? std::string() : cell(*counters, key);
}

/// A station's links in one cell: "0=02:00:00:00:00:10 2412 MHz -40 dBm", one after the other.
std::string links_cell(const Record& record) {
    std::string out;
    const auto links = record.find("station_links");
    if (links == record.end()) return out;
    for (const Record& link : *links) {
        out += out.empty() ? "" : ", ";
        if (link.contains("link_id")) out += cell(link, "link_id") + "=";
        out += cell(link, "bssid") + " " + cell(link, "frequency_mhz");
        if (link.contains("signal_dbm")) out += " " + cell(link, "signal_dbm");
    }
    return out;
}

struct Column {
    const char* heading;
    const char* key;
};

constexpr std::array<Column, 8> radio_columns{{{"RADIO", "radio"},
                                               {"NAME", "radio_name"},
                                               {"PROFILE", "profile"},
                                               {"CHIP", "chip"},
                                               {"PHY", "wiphy_name"},
                                               {"INDEX", "wiphy"},
                                               {"BANDS", "bands"},
                                               {"OPEN", "open_count"}}};
constexpr std::array<Column, 12> wdev_columns{{{"WDEV", "wdev"},
                                               {"NAME", "ifname"},
                                               {"IFINDEX", "ifindex"},
                                               {"TYPE", "type"},
                                               {"PHY", "wiphy_name"},
                                               {"ADDRESS", "address"},
                                               {"STATE", "state"},
                                               {"SSID", "ssid"},
                                               {"MHZ", "frequency_mhz"},
                                               {"WIDTH", "width_mhz"},
                                               {"OWNER", "socket_owner"},
                                               {"LINKS", "links"}}};
constexpr std::array<Column, 10> link_columns{{{"WDEV", "wdev"},
                                               {"MLD", "mld_wdev"},
                                               {"LINK", "link_id"},
                                               {"BAND", "band"},
                                               {"STATE", "state"},
                                               {"ADDRESS", "address"},
                                               {"BSSID", "bssid"},
                                               {"MHZ", "frequency_mhz"},
                                               {"WIDTH", "width_mhz"},
                                               {"USE", "use"}}};

/// What a table shows beyond the values of single members.
struct MoreColumns {
    std::vector<std::string> headings;
    std::vector<std::string> (*cells)(const Record&) = nullptr;
};

/// The frames that went out and came in.
MoreColumns counters() {
    return {{"TX", "RX"}, [](const Record& record) -> std::vector<std::string> {
                return {counter_cell(record, "tx_frames"), counter_cell(record, "rx_frames")};
            }};
}

/// One object a message, or one row.
void show(std::span<const Reply> replies, std::span<const Column> columns, const MoreColumns& more, Format format,
          std::ostream& out) {
    std::vector<std::string> heading;
    for (const Column& column : columns)
        heading.emplace_back(column.heading);
    heading.insert(heading.end(), more.headings.begin(), more.headings.end());
    Table table(std::move(heading));
    Record list = Record::array();
    for (const Reply& reply : replies) {
        Record record = record_of(reply.attributes());
        std::vector<std::string> row;
        for (const Column& column : columns)
            row.push_back(cell(record, column.key));
        if (more.cells != nullptr)
            for (const std::string& text : more.cells(record))
                row.push_back(text);
        table.add(std::move(row));
        list.push_back(std::move(record));
    }
    if (format == Format::json)
        out << list.dump(2, ' ', false, Record::error_handler_t::replace) << '\n';
    else
        table.print(out);
}

constexpr std::array<Column, 6> station_columns{{{"STATION", "station"},
                                                 {"INTERFACE", "ifname"},
                                                 {"STATE", "station_state"},
                                                 {"SSID", "ssid"},
                                                 {"ACCESS POINT", "access_point"},
                                                 {"DBM", "signal_dbm"}}};

std::string_view event_name(std::uint8_t command) {
    switch (command) {
        case MLOSIM_CMD_NEW_WORLD:
        case MLOSIM_CMD_SET_WORLD:
            return "world";
        case MLOSIM_CMD_NEW_RADIO:
            return "new radio";
        case MLOSIM_CMD_DEL_RADIO:
            return "del radio";
        case MLOSIM_CMD_NEW_WDEV:
            return "new wdev";
        case MLOSIM_CMD_SET_WDEV:
            return "set wdev";
        case MLOSIM_CMD_DEL_WDEV:
            return "del wdev";
        case MLOSIM_CMD_NEW_LINK:
            return "new link";
        case MLOSIM_CMD_SET_LINK:
            return "set link";
        case MLOSIM_CMD_DEL_LINK:
            return "del link";
        default:
            return "unknown";
    }
}

}  // namespace

std::string seconds_text(std::uint64_t nanoseconds) {
    char text[40];
    std::snprintf(text, sizeof text, "%llu.%09llu", static_cast<unsigned long long>(nanoseconds / 1'000'000'000),
                  static_cast<unsigned long long>(nanoseconds % 1'000'000'000));
    return text;
}

void show_world(const Reply& world, Format format, std::ostream& out) {
    const Record record = record_of(world.attributes());
    if (format == Format::json) {
        out << record.dump(2, ' ', false, Record::error_handler_t::replace) << '\n';
        return;
    }
    out << "time     " << seconds_text(world.attributes().number(MLOSIM_ATTR_TIME).value_or(0)) << " s"
        << (world.attributes().has(MLOSIM_ATTR_PAUSED) ? ", paused" : "") << '\n'
        << "clock    " << cell(record, "clock") << '\n'
        << "seed     " << cell(record, "seed") << '\n'
        << "dialect  " << cell(record, "dialect") << '\n'
        << "events   " << cell(record, "events_fired") << " fired, " << cell(record, "events_pending") << " pending\n";
}

void show_radios(std::span<const Reply> radios, Format format, std::ostream& out) {
    show(radios, radio_columns, {}, format, out);
}

void show_wdevs(std::span<const Reply> wdevs, Format format, std::ostream& out) {
    show(wdevs, wdev_columns, counters(), format, out);
}

void show_links(std::span<const Reply> links, Format format, std::ostream& out) {
    show(links, link_columns, counters(), format, out);
}

void show_stations(std::span<const Reply> stations, Format format, std::ostream& out) {
    const MoreColumns more{{"ROAMS", "LINKS (ID=BSSID MHZ DBM)", "LAST REASON"},
                           [](const Record& record) -> std::vector<std::string> {
                               return {counter_cell(record, "roams"), links_cell(record), cell(record, "reason")};
                           }};
    show(stations, station_columns, more, format, out);
}

void show_event(const Reply& event, Format format, std::ostream& out) {
    Record record = record_of(event.attributes());
    if (format == Format::json) {
        Record line = {{"event", event_name(event.command())}};
        line.update(record);
        out << line.dump(-1, ' ', false, Record::error_handler_t::replace) << std::endl;
        return;
    }
    out << seconds_text(event.attributes().number(MLOSIM_ATTR_TIME).value_or(0)) << "  " << event_name(event.command());
    record.erase("time_ns");
    for (const auto& [key, value] : record.items())
        if (!value.is_object()) out << "  " << key << '=' << cell(record, key.c_str());
    out << std::endl;
}

}  // namespace mlosim::ctl
