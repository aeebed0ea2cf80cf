// connection_conformance DATA: plays what hostapd and wpa_supplicant asked a real kernel while they connected (the
// files connection-*.txt), one request after the other as soon as what was announced before it has been announced here.
// Prints how many requests are acknowledged as they were, and how many announcements come in the same order with the
// same attributes. Fails if fewer agree than connections.txt says.

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iostream>
#include <map>

#include <linux/if.h>
#include <linux/rtnetlink.h>

#include "attribute_tree.h"
#include "kernel_session.h"
#include "mld/netdev.h"

namespace mlosim::conformance {

namespace {

constexpr unsigned radios = 3;  // modprobe mac80211_hwsim radios=3 mlo=1
constexpr std::chrono::milliseconds patience{1500};

struct Figures {
    std::size_t acknowledged = 0, requests = 0;
    std::size_t announced = 0, announcements = 0;
    std::size_t attributes_agreeing = 0, attributes = 0;
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
    explicit Player(const Flow& flow) : flow_(flow) {
        session_.load(radios, {});
        // The machine was in the country of the configurations from flows before.
        (void)session_.world().regulatory().hint_user(phy::Alpha2('U', 'S'));
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
        const int ours = errno_in(session_.request(message, message.port));
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
    Figures figures_;
};

int run(const std::filesystem::path& data) {
    std::ifstream in(data / "connections.txt");
    std::size_t least_requests = 0, least_announcements = 0;
    in >> least_requests >> least_announcements;
    Figures all;
    for (const char* name : {"connection-open.txt", "connection-wpa2.txt", "connection-sae.txt"}) {
        auto flow = read_flow(data / name);
        if (!flow) {
            std::cerr << flow.error().message << "\n";
            return 2;
        }
        const Figures one = Player(*flow).play();
        std::cout << flow->name << ": " << one.acknowledged << " of " << one.requests << " requests, " << one.announced
                  << " of " << one.announcements << " announcements, " << one.attributes_agreeing << " of "
                  << one.attributes << " of their attributes agree\n";
        all.acknowledged += one.acknowledged;
        all.requests += one.requests;
        all.announced += one.announced;
        all.announcements += one.announcements;
        all.attributes_agreeing += one.attributes_agreeing;
        all.attributes += one.attributes;
    }
    std::cout << "connections: " << all.acknowledged << " of " << all.requests << " requests, " << all.announced
              << " of " << all.announcements << " announcements, " << all.attributes_agreeing << " of "
              << all.attributes << " of their attributes agree with the kernel's\n";
    return all.acknowledged >= least_requests && all.announced >= least_announcements ? 0 : 1;
}

}  // namespace

}  // namespace mlosim::conformance

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "usage: connection_conformance DATA\n";
        return 2;
    }
    return mlosim::conformance::run(argv[1]);
}
