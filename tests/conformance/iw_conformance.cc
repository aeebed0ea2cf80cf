// iw_conformance [--write] DATA: plays what programs asked a real kernel, compares each answer attribute by attribute
// with the kernel's, and prints how many agree. Fails for a difference that differences.txt does not explain, for an
// explanation that nothing needs, and if fewer agree than agreement.txt says. --write notes a new figure there.

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>

#include <fnmatch.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "attribute_tree.h"
#include "kernel_session.h"

namespace mlosim::conformance {

namespace {

/// A line of differences.txt: `PATTERN [KIND] — REASON`.
struct Explanation {
    std::string pattern;      ///< of "FLOW REQUEST PATH", with shell wildcards
    bool only_value = false;  ///< "value": the attribute must be there and as long
    unsigned uses = 0;
};

class Comparison {
public:
    explicit Comparison(std::vector<Explanation> explanations) : explanations_(std::move(explanations)) {}

    void compare(const std::string& where, const std::vector<Recorded>& kernel, const std::vector<Recorded>& ours);
    [[nodiscard]] std::size_t agreeing() const { return agreeing_; }
    [[nodiscard]] std::size_t all() const { return all_; }
    [[nodiscard]] std::size_t messages() const { return messages_; }
    [[nodiscard]] std::size_t unexplained() const { return unexplained_; }
    void report_unused() const;
    [[nodiscard]] bool has_unused() const;

private:
    void compare_items(const std::string& where, const std::vector<Item>& kernel, const std::vector<Item>& ours);
    Explanation* explanation(const std::string& key);
    void differ(const std::string& key, const std::string& what);

    std::vector<Explanation> explanations_;
    std::size_t agreeing_ = 0;
    std::size_t all_ = 0;
    std::size_t messages_ = 0;
    std::size_t unexplained_ = 0;
};

std::string hex(const Item& item) {
    std::string out;
    for (std::uint8_t octet : item.value) {
        char text[3];
        std::snprintf(text, sizeof(text), "%02x", octet);
        out += text;
        if (out.size() > 80) return out + "…";
    }
    return item.nest ? "nest" : out.empty() ? "(empty)" : out;
}

Explanation* Comparison::explanation(const std::string& key) {
    for (Explanation& e : explanations_)
        if (fnmatch(e.pattern.c_str(), key.c_str(), 0) == 0) return &e;
    return nullptr;
}

void Comparison::differ(const std::string& key, const std::string& what) {
    if (Explanation* known = explanation(key); known != nullptr && !known->only_value) {
        ++known->uses;
        return;
    }
    ++unexplained_;
    std::cout << "difference: " << key << ": " << what << "\n";
}

/// Longest common subsequence by path, so that one missing attribute is one difference and not hundreds.
std::vector<std::pair<std::size_t, std::size_t>> align(const std::vector<std::string>& a,
                                                       const std::vector<std::string>& b) {
    std::vector<std::vector<std::uint32_t>> length(a.size() + 1, std::vector<std::uint32_t>(b.size() + 1, 0));
    for (std::size_t i = a.size(); i-- > 0;)
        for (std::size_t j = b.size(); j-- > 0;)
            length[i][j] = a[i] == b[j] ? length[i + 1][j + 1] + 1 : std::max(length[i + 1][j], length[i][j + 1]);
    std::vector<std::pair<std::size_t, std::size_t>> out;
    for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
        if (a[i] == b[j])
            out.emplace_back(i++, j++);
        else if (length[i + 1][j] >= length[i][j + 1])
            ++i;
        else
            ++j;
    }
    return out;
}

std::vector<std::string> paths(const std::vector<Item>& items) {
    std::vector<std::string> out;
    for (const Item& item : items)
        out.push_back(item.path);
    return out;
}

void Comparison::compare_items(const std::string& where, const std::vector<Item>& kernel,
                               const std::vector<Item>& ours) {
    all_ += kernel.size();
    if (kernel == ours) {
        agreeing_ += kernel.size();
        return;
    }
    std::size_t next_kernel = 0, next_ours = 0;
    const auto missing_until = [&](std::size_t i, std::size_t j) {
        for (; next_kernel < i; ++next_kernel)
            differ(where + kernel[next_kernel].path,
                   "the kernel says " + hex(kernel[next_kernel]) + ", we say nothing");
        for (; next_ours < j; ++next_ours) {
            ++all_;
            differ(where + ours[next_ours].path, "the kernel says nothing, we say " + hex(ours[next_ours]));
        }
    };
    for (const auto& [i, j] : align(paths(kernel), paths(ours))) {
        missing_until(i, j);
        next_kernel = i + 1;
        next_ours = j + 1;
        if (kernel[i] == ours[j]) {
            ++agreeing_;
            continue;
        }
        const std::string key = where + kernel[i].path;
        Explanation* known = explanation(key);
        const bool same_shape = kernel[i].nest == ours[j].nest && kernel[i].nested_flag == ours[j].nested_flag &&
                                kernel[i].value.size() == ours[j].value.size();
        if (known != nullptr && known->only_value && same_shape) {
            ++known->uses;
            ++agreeing_;
        } else {
            differ(key, "the kernel says " + hex(kernel[i]) + ", we say " + hex(ours[j]));
        }
    }
    missing_until(kernel.size(), ours.size());
}

/// A message and where in its series of datagrams it lies.
std::vector<std::string> names(const std::vector<Recorded>& messages) {
    std::vector<std::string> out;
    for (const Recorded& message : messages) {
        const auto items = take_apart(message);
        std::string name = message_name(message);
        // Dumps of radios have hundreds of messages of one name: align those with the same attributes.
        if (name == "new_wiphy")
            for (const Item& item : items)
                if (std::count(item.path.begin(), item.path.end(), '/') <= 2)
                    name += item.path.substr(item.path.find('/'));
        // Dumps of devices: those of the same device.
        if (name == "RTM 16")
            for (const Item& item : items)
                if (item.path == "RTM 16/3") name.append(item.value.begin(), item.value.end());
        out.push_back(name);
    }
    return out;
}

void Comparison::compare(const std::string& where, const std::vector<Recorded>& kernel,
                         const std::vector<Recorded>& ours) {
    messages_ += kernel.size();
    std::vector<std::pair<std::size_t, std::size_t>> pairs;
    if (kernel.size() == ours.size())
        for (std::size_t i = 0; i < kernel.size(); ++i)
            pairs.emplace_back(i, i);
    else
        pairs = align(names(kernel), names(ours));

    std::size_t next_kernel = 0, next_ours = 0;
    const auto missing_until = [&](std::size_t i, std::size_t j) {
        for (; next_kernel < i; ++next_kernel) {
            all_ += take_apart(kernel[next_kernel]).size();
            differ(where + message_name(kernel[next_kernel]), "the kernel sends it, we do not");
        }
        for (; next_ours < j; ++next_ours)
            differ(where + message_name(ours[next_ours]), "the kernel does not send it, we do");
    };
    for (const auto& [i, j] : pairs) {
        missing_until(i, j);
        compare_items(where, take_apart(kernel[i]), take_apart(ours[j]));
        // Framing: whether it begins a datagram.
        ++all_;
        const bool kernel_begins = i == 0 || kernel[i].datagram != kernel[i - 1].datagram;
        const bool we_begin = j == 0 || ours[j].datagram != ours[j - 1].datagram;
        if (kernel_begins == we_begin)
            ++agreeing_;
        else
            differ(where + message_name(kernel[i]) + "/datagram", "one begins a datagram here, the other not");
        next_kernel = i + 1;
        next_ours = j + 1;
    }
    missing_until(kernel.size(), ours.size());
}

bool Comparison::has_unused() const {
    return std::any_of(explanations_.begin(), explanations_.end(), [](const Explanation& e) { return e.uses == 0; });
}
void Comparison::report_unused() const {
    for (const Explanation& e : explanations_)
        if (e.uses == 0) std::cout << "explains nothing any more: " << e.pattern << "\n";
}

/// The port of the program that sent a request: its own word, or (where programs leave it 0) the answer's.
std::uint32_t port_of(const Flow& flow, std::size_t at) {
    const Recorded& request = flow.messages[at];
    if (request.port != 0) return request.port;
    for (std::size_t i = at + 1; i < flow.messages.size(); ++i)
        if (flow.messages[i].way == Recorded::Way::answer && flow.messages[i].seq == request.seq &&
            flow.messages[i].protocol == request.protocol)
            return flow.messages[i].port;
    return 0;
}

/// What the kernel answered to the request at `at`: up to the next one of the same program with the same number.
std::vector<Recorded> answers_to(const Flow& flow, std::size_t at, std::uint32_t port) {
    std::vector<Recorded> out;
    const Recorded& request = flow.messages[at];
    for (std::size_t i = at + 1; i < flow.messages.size(); ++i) {
        const Recorded& m = flow.messages[i];
        if (m.way == Recorded::Way::request && m.seq == request.seq && m.protocol == request.protocol &&
            m.port == request.port && port_of(flow, i) == port)
            break;
        if (m.way == Recorded::Way::answer && m.seq == request.seq && m.port == port && m.protocol == request.protocol)
            out.push_back(m);
    }
    return out;
}

/// What else happened on the machine while a flow was recorded.
using Meanwhile = std::multimap<std::uint64_t, std::function<void()>>;

void play(KernelSession& session, const Flow& flow, Comparison& comparison, Meanwhile meanwhile) {
    session.begin();
    (void)session.announcements();
    std::vector<Recorded> announced, ours;
    for (std::size_t i = 0; i < flow.messages.size(); ++i) {
        const Recorded& message = flow.messages[i];
        for (; !meanwhile.empty() && meanwhile.begin()->first <= message.time_us; meanwhile.erase(meanwhile.begin())) {
            session.advance_to(meanwhile.begin()->first);
            meanwhile.begin()->second();
        }
        session.advance_to(message.time_us);
        if (message.way == Recorded::Way::announcement) announced.push_back(message);
        if (message.way != Recorded::Way::request) continue;
        const std::uint32_t port = port_of(flow, i);
        comparison.compare(flow.name + " " + message_name(message) + " ", answers_to(flow, i, port),
                           session.request(message, port));
    }
    constexpr std::uint64_t settle_us = 1'000'000;
    if (!flow.messages.empty()) session.advance_to(flow.messages.back().time_us + settle_us);
    ours = session.announcements();
    // A recording shows announcements only while somebody listened.
    if (!announced.empty()) comparison.compare(flow.name + " announced ", announced, ours);
}

/// A module that was loaded anew has a new family number: gives MAC80211_HWSIM the first one everywhere.
void translate_hwsim(Flow& flow) {
    constexpr std::uint16_t first = 0x26;
    constexpr std::string_view name = "MAC80211_HWSIM";
    constexpr std::size_t id_at = GENL_HDRLEN + NLA_HDRLEN + 16 + NLA_HDRLEN;  // behind the family's name
    constexpr std::size_t type_in_error = 8;                                   // errno, then the request's header
    std::uint16_t loaded = first;
    const auto put = [&](ieee80211::Bytes& body, std::size_t at) {
        std::memcpy(body.data() + at, &first, sizeof(first));
    };
    for (Recorded& m : flow.messages)
        if (m.type == GENL_ID_CTRL && m.body.size() > id_at + 2 && m.body[0] == CTRL_CMD_NEWFAMILY &&
            std::equal(name.begin(), name.end(), m.body.begin() + GENL_HDRLEN + NLA_HDRLEN)) {
            std::memcpy(&loaded, m.body.data() + id_at, sizeof(loaded));
            put(m.body, id_at);
        }
    for (Recorded& m : flow.messages) {
        if (m.type == loaded) m.type = first;
        std::uint16_t about = 0;
        if (m.type == NLMSG_ERROR && m.body.size() >= type_in_error + sizeof(about)) {
            std::memcpy(&about, m.body.data() + type_in_error, sizeof(about));
            if (about == loaded) put(m.body, type_in_error);
        }
    }
}

struct Failure {
    std::string what;
};

mld::RadioOptions read_options(std::istream& in, unsigned& radios) {
    mld::RadioOptions options;
    options.multi_link = false;
    std::string word;
    while (in >> word) {
        const std::string key = word.substr(0, word.find('='));
        const unsigned value = static_cast<unsigned>(std::stoul(word.substr(word.find('=') + 1)));
        if (key == "radios")
            radios = value;
        else if (key == "mlo")
            options.multi_link = value != 0;
        else if (key == "channels")
            options.channels = value;
        else if (key == "support_p2p_device")
            options.p2p_device = value != 0;
        else if (key == "multi_radio")
            options.multi_radio = value != 0;
        else
            throw Failure{"session.txt: unknown parameter " + key};
    }
    return options;
}

/// A scan of all channels that no recorded request asked for.
void scan(mld::World& world, const std::string& name, const std::string& ssid) {
    const mld::Netdev* netdev = world.find_netdev(name);
    if (netdev == nullptr || netdev->wdev() == nullptr) throw Failure{"session.txt: no wireless device " + name};
    mld::Wdev& wdev = *netdev->wdev();
    mld::ScanRequest request;
    const std::vector<std::uint8_t> octets(ssid.begin(), ssid.end());
    request.ssids.push_back(*ieee80211::Ssid::from(octets));
    if (auto begun = wdev.wiphy().trigger_scan(wdev, std::move(request)); !begun)
        throw Failure{"session.txt: " + name + " cannot scan: " + std::to_string(begun.error().code) + " " +
                      begun.error().message};
}

/// One line of session.txt: `load PARAMETER=VALUE…`, `unload`, `up IFNAME`, `down IFNAME`, `scan IFNAME SSID`, `play
/// FLOW`; or `at MS STEP` for a step in the middle of the flow that comes next.
void step(const std::string& line, const std::filesystem::path& data, KernelSession& session, Comparison& comparison,
          Meanwhile& meanwhile) {
    std::istringstream in(line);
    std::string verb, argument;
    in >> verb;
    if (verb == "at") {
        std::uint64_t ms = 0;
        std::string rest;
        in >> ms >> std::ws;
        std::getline(in, rest);
        meanwhile.emplace(ms * 1000, [=, &data, &session, &comparison] {
            Meanwhile none;
            step(rest, data, session, comparison, none);
        });
    } else if (verb == "load") {
        unsigned radios = 2;
        const mld::RadioOptions options = read_options(in, radios);
        session.load(radios, options);
    } else if (verb == "unload") {
        session.unload();
    } else if (verb == "up" || verb == "down") {
        in >> argument;
        mld::Netdev* netdev = session.world().find_netdev(argument);
        if (netdev == nullptr || !netdev->set_up(verb == "up")) throw Failure{"session.txt: " + line};
    } else if (verb == "scan") {
        std::string ssid;
        in >> argument >> ssid;
        scan(session.world(), argument, ssid);
    } else if (verb == "play") {
        in >> argument;
        auto flow = read_flow(data / (argument + ".txt"));
        if (!flow) throw Failure{flow.error().message};
        translate_hwsim(*flow);
        play(session, *flow, comparison, std::exchange(meanwhile, {}));
    } else {
        throw Failure{"session.txt: unknown step " + line};
    }
}

std::vector<Explanation> read_explanations(const std::filesystem::path& file) {
    std::ifstream in(file);
    std::vector<Explanation> out;
    std::string line;
    while (std::getline(in, line)) {
        if (line.empty() || line[0] == '#') continue;
        const std::size_t reason = line.find(" -- ");
        if (reason == std::string::npos) throw Failure{file.string() + ": no reason: " + line};
        std::string pattern = line.substr(0, reason);
        Explanation e;
        constexpr std::string_view value = " value";
        if (pattern.ends_with(value)) {
            e.only_value = true;
            pattern.resize(pattern.size() - value.size());
        }
        e.pattern = std::move(pattern);
        out.push_back(std::move(e));
    }
    return out;
}

int run(const std::filesystem::path& data, bool write) {
    Comparison comparison(read_explanations(data / "differences.txt"));
    KernelSession session;
    std::ifstream steps(data / "session.txt");
    if (!steps) throw Failure{"no session.txt in " + data.string()};
    Meanwhile meanwhile;
    for (std::string line; std::getline(steps, line);)
        if (!line.empty() && line[0] != '#') step(line, data, session, comparison, meanwhile);

    comparison.report_unused();
    std::cout << comparison.agreeing() << " of " << comparison.all() << " attributes agree (" << comparison.messages()
              << " messages of the kernel)\n";
    if (write) std::ofstream(data / "agreement.txt") << comparison.agreeing() << " of " << comparison.all() << "\n";
    std::size_t recorded = 0;
    std::ifstream(data / "agreement.txt") >> recorded;
    if (comparison.agreeing() < recorded) std::cout << "fewer than the " << recorded << " that agreed before\n";
    return comparison.unexplained() == 0 && !comparison.has_unused() && comparison.agreeing() >= recorded ? 0 : 1;
}

}  // namespace

}  // namespace mlosim::conformance

int main(int argc, char** argv) {
    const bool write = argc == 3 && std::string_view(argv[1]) == "--write";
    if (argc != (write ? 3 : 2)) {
        std::cerr << "usage: iw_conformance [--write] DATA\n";
        return 2;
    }
    try {
        return mlosim::conformance::run(argv[argc - 1], write);
    } catch (const mlosim::conformance::Failure& failure) {
        std::cerr << failure.what << "\n";
        return 2;
    }
}
