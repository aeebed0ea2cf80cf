// connection_conformance DATA FRAMES: plays what hostapd and wpa_supplicant asked a real kernel while they connected
// (the files connection-*.txt), one request after the other as soon as what was announced before it has been announced
// here. Prints how many requests are acknowledged as they were, and how many announcements come in the same order with
// the same attributes. Of multi-link connections it also compares the management frames on the air with those of the
// recordings (FRAMES/*.hex), field by field. Fails if fewer agree than connections.txt says.

#include <algorithm>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iostream>
#include <map>

#include <linux/if.h>
#include <linux/rtnetlink.h>

#include "attribute_tree.h"
#include "frame_fields.h"
#include "kernel_session.h"
#include "mld/netdev.h"
#include "station_addresses.h"

namespace mlosim::conformance {

namespace {

constexpr unsigned radios = 3;  // modprobe mac80211_hwsim radios=3 mlo=1
constexpr std::chrono::milliseconds patience{1500};

struct Figures {
    std::size_t acknowledged = 0, requests = 0;
    std::size_t announced = 0, announcements = 0;
    std::size_t attributes_agreeing = 0, attributes = 0;
    std::size_t frames_agreeing = 0, frames = 0;
    std::size_t fields_agreeing = 0, fields = 0;

    Figures& operator+=(const Figures& more) {
        acknowledged += more.acknowledged;
        requests += more.requests;
        announced += more.announced;
        announcements += more.announcements;
        attributes_agreeing += more.attributes_agreeing;
        attributes += more.attributes;
        frames_agreeing += more.frames_agreeing;
        frames += more.frames;
        fields_agreeing += more.fields_agreeing;
        fields += more.fields;
        return *this;
    }
};

std::string to_hex(ieee80211::ByteView bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const std::uint8_t octet : bytes) {
        out += digits[octet >> 4U];
        out += digits[octet & 0xfU];
    }
    return out;
}

void print(const std::string& name, const Figures& f) {
    std::cout << name << ": " << f.acknowledged << " of " << f.requests << " requests, " << f.announced << " of "
              << f.announcements << " announcements, " << f.attributes_agreeing << " of " << f.attributes
              << " of their attributes";
    if (f.frames > 0)
        std::cout << ", " << f.frames_agreeing << " of " << f.frames << " frames on the air, " << f.fields_agreeing
                  << " of " << f.fields << " of their fields";
    std::cout << " agree with the kernel's\n";
}

/// A connection that was recorded.
struct Connection {
    const char* flow;
    const char* frames;  ///< nullptr: its frames are not compared
    phy::Alpha2 country;
};

/// Interfaces were brought up and down with ioctls, which netlink's listeners only saw the effect of.
void follow_link(mld::World& world, const Recorded& message) {
    ifinfomsg link{};
    if (message.type != RTM_NEWLINK || message.body.size() < sizeof(link)) return;
    std::memcpy(&link, message.body.data(), sizeof(link));
    mld::Netdev* netdev = world.find_netdev(mld::IfIndex{static_cast<std::uint32_t>(link.ifi_index)});
    if (netdev == nullptr || netdev->wdev() == nullptr) return;
    const bool up = (link.ifi_flags & IFF_UP) != 0;
    if (netdev->is_up() != up) (void)netdev->set_up(up);
}

int errno_in(const std::vector<Recorded>& answers) {
    for (const Recorded& answer : answers) {
        if (answer.type != NLMSG_ERROR && answer.type != NLMSG_DONE) continue;
        int code = 0;
        if (answer.body.size() >= sizeof(code)) std::memcpy(&code, answer.body.data(), sizeof(code));
        return code;
    }
    return 0;
}

/// Command and interface of an announcement: what its order is judged by.
std::string kind(const Recorded& message) {
    std::string out = message_name(message);
    for (const Item& item : take_apart(message))
        if (item.path.ends_with("/3") && item.value.size() == 4)
            return out + " wlan" + std::to_string(item.value[0] - 3);
    return out;
}

/// The management frame that a message carries, if it does.
ieee80211::Bytes frame_in(const Recorded& message) {
    constexpr std::string_view frame = "/51";  // NL80211_ATTR_FRAME
    for (const Item& item : take_apart(message))
        if (item.path.ends_with(frame) && item.path.find('/') == item.path.size() - frame.size()) return item.value;
    return {};
}

std::vector<std::string> shape(const Recorded& message) {
    std::vector<std::string> out;
    for (const Item& item : take_apart(message))
        out.push_back(item.path);
    return out;
}

using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;

/// The longest common order.
Pairs align(const std::vector<std::string>& a, const std::vector<std::string>& b) {
    std::vector<std::vector<std::uint32_t>> length(a.size() + 1, std::vector<std::uint32_t>(b.size() + 1, 0));
    for (std::size_t i = a.size(); i-- > 0;)
        for (std::size_t j = b.size(); j-- > 0;)
            length[i][j] = a[i] == b[j] ? length[i + 1][j + 1] + 1 : std::max(length[i + 1][j], length[i][j + 1]);
    Pairs out;
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

class Player {
public:
    /// `country`: the machine was in that of the configurations from flows before.
    Player(const Flow& flow, phy::Alpha2 country) : flow_(flow) {
        session_.load(radios, {});
        (void)session_.world().regulatory().hint_user(country);
        session_.begin();
        session_.advance_to(1'000'000);
    }

    Figures play() {
        session_.begin();
        before_ = session_.heard().size();
        for (const Recorded& message : flow_.messages)
            if (message.way == Recorded::Way::answer)
                recorded_errno_[{message.port, message.seq}] = errno_in({message});
        for (const Recorded& message : flow_.messages) {
            if (message.way == Recorded::Way::request) ask(message);
            if (message.way == Recorded::Way::announcement) hear(message);
        }
        compare();
        return figures_;
    }

private:
    void ask(const Recorded& message) {
        const int kernel = recorded_errno_[{message.port, message.seq}];
        if (message_name(message) != "frame") session_.advance_to(message.time_us);  // answers do not wait
        Recorded translated = message;
        translated.body = addresses_.translate(message.body);
        const int ours = errno_in(session_.request(translated, message.port));
        ++figures_.requests;
        if (kernel == ours)
            ++figures_.acknowledged;
        else
            std::cout << flow_.name << ": " << message_name(message) << ": the kernel says " << kernel << ", we "
                      << ours << "\n";
    }

    void hear(const Recorded& message) {
        if (message.protocol == netlink::Protocol::route) return follow_link(session_.world(), message);
        kernel_.push_back(message);
        session_.wait_for(before_ + kernel_.size(), patience);
        learn_addresses(message);
    }

    /// What a station sent was told to the access point's program: here as there.
    void learn_addresses(const Recorded& message) {
        const ieee80211::Bytes theirs = frame_in(message);
        const std::string name = frame_name(theirs);
        if (name != "Authentication" && !name.ends_with("Request")) return;
        const auto& heard = session_.heard();
        for (std::size_t i = heard.size(); i-- > before_;) {
            const ieee80211::Bytes ours = frame_in(heard[i]);
            constexpr std::ptrdiff_t receiver = 4, transmitter = 10;
            if (kind(heard[i]) != kind(message) || frame_name(ours) != name) continue;
            if (!std::equal(ours.begin() + receiver, ours.begin() + transmitter, theirs.begin() + receiver)) continue;
            return addresses_.learn(theirs, ours);
        }
    }

    void compare() {
        std::vector<std::string> theirs, ours;
        const std::vector<Recorded> heard(session_.heard().begin() + static_cast<std::ptrdiff_t>(before_),
                                          session_.heard().end());
        for (const Recorded& message : kernel_)
            theirs.push_back(kind(message));
        for (const Recorded& message : heard)
            ours.push_back(kind(message));
        figures_.announcements = kernel_.size();
        std::size_t next_kernel = 0, next_ours = 0;
        const auto report_until = [&](std::size_t i, std::size_t j) {
            for (; next_kernel < i; ++next_kernel)
                std::cout << flow_.name << ": the kernel announces " << theirs[next_kernel] << ", we do not\n";
            for (; next_ours < j; ++next_ours)
                std::cout << flow_.name << ": we announce " << ours[next_ours] << ", the kernel does not\n";
        };
        for (const auto& [i, j] : align(theirs, ours)) {
            report_until(i, j);
            next_kernel = i + 1;
            next_ours = j + 1;
            compare_attributes(theirs[i], kernel_[i], heard[j]);
        }
        report_until(theirs.size(), ours.size());
        for (const Recorded& message : kernel_)
            figures_.attributes += shape(message).size();
    }

public:
    /// The frames of a recording against the most similar ones that were sent here.
    Figures compare_frames(const std::vector<ieee80211::Bytes>& recorded) {
        std::vector<std::vector<FrameField>> ours;
        for (const ieee80211::Bytes& frame : session_.air())
            if (ours.empty() || ours.back() != fields_of(frame)) ours.push_back(fields_of(frame));
        Figures figures;
        for (const ieee80211::Bytes& frame : recorded)
            if (is_of_flow(frame)) compare_frame(fields_of(addresses_.translate(frame)), ours, figures);
        return figures;
    }

private:
    /// Frames to networks of recordings before this one, whose access points had gone, are not.
    [[nodiscard]] bool is_of_flow(const ieee80211::Bytes& frame) const {
        constexpr std::ptrdiff_t bssid = 16, end = 22;
        const ieee80211::ByteView wanted(frame.data() + bssid, frame.data() + end);
        if (std::all_of(wanted.begin(), wanted.end(), [](std::uint8_t octet) { return octet == 0xff; })) return true;
        return std::any_of(flow_.messages.begin(), flow_.messages.end(),
                           [&](const Recorded& message) { return !std::ranges::search(message.body, wanted).empty(); });
    }

    static std::size_t common(const std::vector<FrameField>& a, const std::vector<FrameField>& b) {
        std::size_t out = 0;
        for (const FrameField& field : a)
            out += std::find(b.begin(), b.end(), field) != b.end() ? 1 : 0;
        return out;
    }

    void compare_frame(const std::vector<FrameField>& theirs, const std::vector<std::vector<FrameField>>& ours,
                       Figures& figures) {
        if (theirs.empty()) return;
        const std::vector<FrameField>* best = nullptr;
        for (const std::vector<FrameField>& candidate : ours) {
            if (candidate.empty() || candidate.front().path != theirs.front().path) continue;
            if (best == nullptr || common(theirs, candidate) > common(theirs, *best)) best = &candidate;
        }
        ++figures.frames;
        figures.fields += theirs.size();
        if (best == nullptr) {
            std::cout << flow_.name << ": on the air: no " << theirs.front().path << "\n";
            return;
        }
        figures.fields_agreeing += common(theirs, *best);
        figures.frames_agreeing += theirs == *best ? 1 : 0;
        if (theirs == *best) return;
        for (const FrameField& field : theirs)
            if (std::find(best->begin(), best->end(), field) == best->end()) show_field("kernel", field);
        for (const FrameField& field : *best)
            if (std::find(theirs.begin(), theirs.end(), field) == theirs.end()) show_field("we", field);
        if (common(theirs, *best) == theirs.size() && theirs.size() == best->size())
            std::cout << flow_.name << ": on the air: " << theirs.front().path << ": another order\n";
    }

    void show_field(const char* who, const FrameField& field) const {
        std::cout << flow_.name << ": on the air: " << who << ": " << field.path << " = " << to_hex(field.value)
                  << "\n";
    }

    void compare_attributes(const std::string& what, const Recorded& kernel, const Recorded& ours) {
        const auto theirs = shape(kernel), mine = shape(ours);
        const std::size_t common = align(theirs, mine).size();
        figures_.attributes_agreeing += common;
        if (theirs == mine) {
            ++figures_.announced;
            return;
        }
        std::cout << flow_.name << ": " << what << ": of " << theirs.size() << " attributes " << common
                  << " in the same order, we tell " << mine.size() << ":";
        for (const std::string& path : theirs)
            if (std::find(mine.begin(), mine.end(), path) == mine.end()) std::cout << " -" << path;
        for (const std::string& path : mine)
            if (std::find(theirs.begin(), theirs.end(), path) == theirs.end()) std::cout << " +" << path;
        std::cout << "\n";
    }

    const Flow& flow_;
    KernelSession session_;
    std::size_t before_ = 0;
    std::map<std::pair<std::uint32_t, std::uint32_t>, int> recorded_errno_;
    std::vector<Recorded> kernel_;
    StationAddresses addresses_;
    Figures figures_;
};

ieee80211::Bytes from_hex(std::string_view text) {
    ieee80211::Bytes out;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
        std::uint8_t octet = 0;
        std::from_chars(text.data() + i, text.data() + i + 2, octet, 16);
        out.push_back(octet);
    }
    return out;
}

/// Frames of a file of tests/data/frames: hexadecimal, one a line.
std::vector<ieee80211::Bytes> read_frames(const std::filesystem::path& file) {
    std::vector<ieee80211::Bytes> out;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);)
        if (!line.empty() && line[0] != '#') out.push_back(from_hex(line));
    return out;
}

int run(const std::filesystem::path& data, const std::filesystem::path& frames) {
    std::ifstream in(data / "connections.txt");
    Figures least;
    in >> least.acknowledged >> least.announced >> least.fields_agreeing;
    Figures all;
    const phy::Alpha2 us('U', 'S'), de('D', 'E');
    for (const Connection& connection : {Connection{"connection-open.txt", nullptr, us},
                                         {"connection-wpa2.txt", nullptr, us},
                                         {"connection-sae.txt", nullptr, us},
                                         {"connection-mlo-24.txt", "27-mlo2-24.hex", de},
                                         {"connection-mlo-24-5.txt", "28-mlo2-24-5.hex", de},
                                         {"connection-mlo-3.txt", "24-mlo3.hex", de},
                                         {"connection-mlo-roam.txt", "29-roam-211.hex", de}}) {
        auto flow = read_flow(data / connection.flow);
        if (!flow) {
            std::cerr << flow.error().message << "\n";
            return 2;
        }
        Player player(*flow, connection.country);
        Figures one = player.play();
        if (connection.frames != nullptr) one += player.compare_frames(read_frames(frames / connection.frames));
        print(flow->name, one);
        all += one;
    }
    print("connections", all);
    return all.acknowledged >= least.acknowledged && all.announced >= least.announced &&
                   all.fields_agreeing >= least.fields_agreeing
               ? 0
               : 1;
}

}  // namespace

}  // namespace mlosim::conformance

int main(int argc, char** argv) {
    if (argc != 3) {
        std::cerr << "usage: connection_conformance DATA FRAMES\n";
        return 2;
    }
    return mlosim::conformance::run(argv[1], argv[2]);
}
