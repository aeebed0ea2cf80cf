#pragma once

#include <memory>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hwsim/driver.h"
#include "mld/radio_profiles.h"
#include "mld/world.h"
#include "netlink/nl80211/nl80211.h"
#include "netlink/nl80211/nl80211_numbers.h"
#include "phy/ideal_medium.h"
#include "program.h"

namespace mlosim::netlink::test {

namespace nl = nl80211;

/// A world of generic radios behind nl80211, a program that asks, and one that listens to all that is announced.
class Nl80211World : public testing::Test {
protected:
    explicit Nl80211World(Dialect dialect = Dialect::mainline) : nl80211(generic, world, dialect) {
        for (std::uint32_t group = 0; group < groups; ++group)
            (void)core.set_membership(listener.socket(), first_group() + group, true);
    }

    mld::Wiphy& add_radio(const std::string& profile = "generic-be") {
        mld::RadioSpec spec;
        spec.profile = *profiles.find(profile);
        return *world.add_radio(std::move(spec)).value()->wiphy;
    }

    [[nodiscard]] MessageBuilder request(std::uint8_t command, std::uint16_t flags = NLM_F_ACK) const {
        return genl_request(nl80211.handle().id(), command, flags);
    }
    /// A request about wlanN of the N-th radio, by its number.
    [[nodiscard]] MessageBuilder about(std::uint8_t command, std::string_view netdev = "wlan0") const {
        MessageBuilder message = request(command);
        message.put_u32(NL80211_ATTR_IFINDEX, world.find_netdev(netdev)->index().value);
        return message;
    }
    [[nodiscard]] MessageBuilder about(std::uint8_t command, const mld::Wdev& wdev) const {
        MessageBuilder message = request(command);
        message.put_u64(NL80211_ATTR_WDEV, wdev.id().value);
        return message;
    }
    /// The answer's errno as the kernel's negative number; 0 for success.
    int errno_of(const MessageBuilder& message) { return error_of(program.ask(message)); }
    static int error_of(const std::vector<Received>& answers) {
        for (const Received& answer : answers)
            if (answer.type() == NLMSG_ERROR || answer.type() == NLMSG_DONE) return answer.error();
        return 0;
    }
    /// The answers that are no acknowledgement.
    static std::vector<Received> told(std::vector<Received> answers) {
        std::erase_if(answers, [](const Received& r) { return r.type() < NLMSG_MIN_TYPE; });
        return answers;
    }
    std::vector<Received> dump(const MessageBuilder& message) { return told(program.ask(message)); }
    std::vector<std::uint8_t> announced() {
        std::vector<std::uint8_t> commands;
        for (const Received& r : listener.take())
            commands.push_back(r.command());
        return commands;
    }
    [[nodiscard]] mld::Wdev& wdev(std::string_view netdev = "wlan0") const {
        return *world.find_netdev(netdev)->wdev();
    }
    void up(std::string_view netdev = "wlan0") { ASSERT_TRUE(world.find_netdev(netdev)->set_up(true)); }

    static constexpr std::uint32_t groups = 6;
    [[nodiscard]] std::uint32_t first_group() const { return generic.find("nl80211")->first_group; }

    sim::EventQueue queue;
    sim::Random random{1};
    sim::Trace trace;
    phy::IdealMedium medium{queue};
    mld::RadioProfiles profiles = mld::RadioProfiles::built_in();
    mld::World world{queue, random, trace, phy::RegulatoryDatabase::embedded()};
    Core core{1000};
    GenericNetlink generic{core};
    Nl80211 nl80211;
    Program program{core, Protocol::generic};
    Program listener{core, Protocol::generic, {.pid = 4712, .uid = 0}};

private:
    bool installed_ = [this] {
        hwsim::install(world, medium);
        return true;
    }();
};

/// The same with one radio, wlan0.
class OneRadio : public Nl80211World {
protected:
    explicit OneRadio(Dialect dialect = Dialect::mainline) : Nl80211World(dialect) {
        add_radio();
        (void)listener.take();
    }
};

/// The same in the dialect of the patch that proposed link wdevs.
class RfcRadio : public OneRadio {
protected:
    RfcRadio() : OneRadio(Dialect::rfc) {}
};

}  // namespace mlosim::netlink::test
