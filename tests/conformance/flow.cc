#include "flow.h"

#include <charconv>
#include <fstream>
#include <sstream>

namespace mlosim::conformance {

namespace {

template <class T>
bool number(const std::string& text, T& out, int base = 16) {
    const char* end = text.data() + text.size();
    return !text.empty() && std::from_chars(text.data(), end, out, base).ptr == end;
}

bool hex_bytes(std::string_view text, ieee80211::Bytes& out) {
    for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
        std::uint8_t octet = 0;
        if (std::from_chars(text.data() + i, text.data() + i + 2, octet, 16).ptr != text.data() + i + 2) return false;
        out.push_back(octet);
    }
    return text.size() % 2 == 0;
}

/// A body: hex, `-` for none, `[HEX]=N` for one that goes on as line N's.
bool read_body(const std::string& text, const std::vector<Recorded>& before, ieee80211::Bytes& out) {
    if (text == "-") return true;
    const std::size_t equal = text.find('=');
    if (!hex_bytes(std::string_view(text).substr(0, equal), out)) return false;
    if (equal == std::string::npos) return true;
    std::size_t line = 0;
    if (!number(text.substr(equal + 1), line, 10) || line == 0 || line > before.size()) return false;
    const ieee80211::Bytes& tail = before[line - 1].body;
    if (tail.size() < out.size()) return false;
    out.insert(out.end(), tail.begin() + static_cast<std::ptrdiff_t>(out.size()), tail.end());
    return true;
}

bool read_line(const std::string& line, const std::vector<Recorded>& before, Recorded& out) {
    std::istringstream in(line);
    std::string time, way, protocol, datagram, type, flags, seq, port, body;
    in >> time >> way >> protocol >> datagram >> type >> flags >> seq >> port >> body;
    if (!in || way.size() != 1 || std::string("><*").find(way[0]) == std::string::npos) return false;
    out.way = static_cast<Recorded::Way>(way[0]);
    if (protocol != "g" && protocol != "r") return false;
    out.protocol = protocol == "g" ? netlink::Protocol::generic : netlink::Protocol::route;
    return number(time, out.time_us, 10) && number(datagram, out.datagram, 10) && number(type, out.type) &&
           number(flags, out.flags) && number(seq, out.seq) && number(port, out.port) &&
           read_body(body, before, out.body);
}

}  // namespace

Result<Flow> read_flow(const std::filesystem::path& file) {
    Flow flow;
    flow.name = file.stem().string();
    std::ifstream in(file);
    if (!in) return fail(ENOENT, file.string());
    std::string line;
    for (unsigned number = 1; std::getline(in, line); ++number) {
        if (line.empty() || line[0] == '#') continue;
        Recorded message;
        if (!read_line(line, flow.messages, message))
            return fail(EINVAL, file.string() + ":" + std::to_string(number) + ": not a recorded message");
        flow.messages.push_back(std::move(message));
    }
    return flow;
}

}  // namespace mlosim::conformance
