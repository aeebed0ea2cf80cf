#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "../agent/station_fixture.h"
#include "mld/netdev.h"
#include "mt7925/catalogue.h"
#include "mt7925/host/driver.h"
#include "mt7925/table_check.h"

namespace mlosim::mt7925::host {

using namespace std::chrono_literals;

/// Built-in stations on radios with the chip, and built-in access points on generic ones. Notes what a driver says to
/// its firmware, what it prints and which rules it breaks.
class ChipStations : public agent::StationTest {
protected:
    ChipStations() {
        trace.add_sink([this, noting = watched](std::string_view line) {
            if (!*noting) return;
            if (line.find("mt7925/violation") != std::string_view::npos) violations.emplace_back(line);
            if (line.find("\"agent/") != std::string_view::npos) story += line;
        });
        world.set_driver_factory("mt7925", [&](const mld::Radio& radio, mld::Wiphy& own, mld::DriverEvents& mac) {
            auto made = std::make_unique<Driver>(radio, own, mac, medium);
            driver = made.get();
            return made;
        });
    }
    ~ChipStations() override { *watched = false; }

    mld::Wdev& add_chip(const std::string& name = "sta") {
        mld::RadioSpec spec;
        spec.profile = mld::profile("mt7925");
        spec.driver = "mt7925";
        spec.interface_name = name;
        add_radio(std::move(spec));
        run_for(1s);
        driver->front().firmware().set_observer([this, noting = watched](Direction direction, ByteView packet) {
            if (!*noting || direction != Direction::command) return;
            if (counts().refused_commands > refusals_seen && !said.empty()) refused.push_back(said.back().second);
            refusals_seen = counts().refused_commands;
            const auto command = parse_command(packet);
            if (command->uni) said.emplace_back(static_cast<Cid>(command->cid), to_text(describe(direction, packet)));
        });
        return wdev(name);
    }
    DecodedMessage describe(Direction direction, ByteView packet) {
        return driver->front().firmware().describe(direction, packet);
    }
    agent::StationAgent& add_chip_station(agent::StationSettings settings, const std::string& name = "sta") {
        mld::Wdev& on = add_chip(name);
        settings.name = name;
        settings.start = world.now() + 100ms;
        return agents.add(on, settings);
    }

    mld::Wdev& sta() { return wdev("sta"); }
    static agent::NetworkSettings secured(std::string_view name, std::vector<agent::LinkSettings> links) {
        agent::NetworkSettings out = agent::network(name, links.front(), agent::Security::wpa3);
        out.links = std::move(links);
        out.password = "correct horse";
        return out;
    }
    agent::StationAgent& connect(const agent::AccessPoint& ap) { return connect(ap, settings_for(ap)); }
    agent::StationAgent& connect(const agent::AccessPoint& ap, agent::StationSettings settings) {
        settings.password = ap.settings().password;
        agent::StationAgent& out = add_chip_station(std::move(settings));
        run_for(10s);
        return out;
    }
    /// The interface goes down, and with it the connection.
    void leave() {
        EXPECT_TRUE(sta().netdev()->set_up(false).has_value());
        run_for(1s);
    }
    /// Frames of both reach the other.
    void expect_data(agent::AccessPoint& ap) {
        expect_arrival(sta(), ap.wdev());
        expect_arrival(ap.wdev(), sta());
    }
    void expect_arrival(mld::Wdev& from, mld::Wdev& to) {
        class Counter final : public mld::Events {
        public:
            explicit Counter(const mld::Netdev* of) : of_(of) {}
            void frame_passed(mld::Netdev& n, mld::FrameDirection way, ieee80211::ByteView frame) override {
                if (&n == of_ && way == mld::FrameDirection::incoming && frame.size() > 13 && frame[12] == 0x88 &&
                    frame[13] == 0xb5)
                    ++count;
            }
            unsigned count = 0;

        private:
            const mld::Netdev* of_;
        } counter(to.netdev());
        world.subscribe(counter);
        for (int i = 0; i < 5; ++i) {
            ieee80211::Bytes frame;
            ieee80211::ByteWriter w(frame);
            w.mac(to.address());
            w.mac(from.address());
            w.u8(0x88);  // an EtherType for experiments
            w.u8(0xb5);
            for (int octet = 0; octet < 60; ++octet)
                w.u8(0);
            EXPECT_TRUE(from.netdev()->transmit(frame).has_value());
        }
        run_for(500ms);
        world.unsubscribe(counter);
        EXPECT_EQ(counter.count, 5U) << from.name() << " to " << to.name();
    }
    /// The tables are as they were before there was an interface.
    void expect_nothing_left() const {
        EXPECT_EQ(active_bss(), 0U);
        EXPECT_THAT(valid_peers(), testing::IsEmpty());
        EXPECT_EQ(driver->bss_indexes().mask(), 0U);
        EXPECT_EQ(driver->wcids().mask(), 1U) << "the global one stays";
        EXPECT_TRUE(driver->interfaces().all().empty());
        EXPECT_FALSE(driver->roc().busy());
        EXPECT_TRUE(driver->idle());
    }
    [[nodiscard]] std::vector<std::string> firmware_keys(unsigned wcid) const {
        for (const WcidRow& row : tables().wcid_rows())
            if (row.wcid == wcid) return row.keys;
        return {};
    }

    std::vector<Cid> taken() {
        std::vector<Cid> out;
        for (const auto& [cid, text] : std::exchange(said, {}))
            out.push_back(cid);
        return out;
    }
    [[nodiscard]] const FirmwareTables& tables() const { return driver->front().firmware().tables(); }
    [[nodiscard]] const FirmwareCounts& counts() const { return driver->front().firmware().counts(); }
    [[nodiscard]] unsigned active_bss() const {
        return static_cast<unsigned>(std::ranges::count_if(tables().bss, [](const Bss& bss) { return bss.active; }));
    }
    [[nodiscard]] std::vector<unsigned> valid_peers() const {
        std::vector<unsigned> out;
        for (unsigned i = 0; i < wtbl_size; ++i)
            if (tables().wtbl[i].valid && !tables().wtbl[i].self) out.push_back(i);
        return out;
    }
    [[nodiscard]] std::vector<std::string> kernel_log() const {
        std::vector<std::string> out;
        for (const KernelLog::Line& line : driver->log().lines())
            out.push_back(line.text);
        return out;
    }
    void expect_no_fault() const {
        EXPECT_THAT(violations, testing::IsEmpty());
        EXPECT_EQ(counts().refused_commands, 0U) << testing::PrintToString(refused);
        EXPECT_EQ(counts().malformed_commands, 0U);
        EXPECT_EQ(counts().unknown_commands, 0U);
        EXPECT_EQ(counts().commands_while_asleep, 0U);
        for (const TableFault& fault : table_faults(tables()))
            ADD_FAILURE() << fault.rule << ": " << fault.what;
    }
    void show_conversation() const {
        for (const auto& [cid, text] : said)
            std::printf("%s\n", text.c_str());
    }

    Driver* driver = nullptr;
    /// What is noted ends before the world does: it takes itself down after this is gone.
    std::shared_ptr<bool> watched = std::make_shared<bool>(true);
    std::vector<std::string> violations;
    std::vector<std::string> refused;
    std::uint64_t refusals_seen = 0;
    std::string story;  ///< what the agents did
    std::vector<std::pair<Cid, std::string>> said;
};

}  // namespace mlosim::mt7925::host
