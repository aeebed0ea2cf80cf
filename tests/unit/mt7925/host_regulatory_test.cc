// What the driver tells the firmware of a regulatory domain, against what the real driver told.

#include <gmock/gmock.h>

#include "chip_world.h"
#include "mt7925/host/regulatory.h"
#include "recording.h"

namespace mlosim::mt7925::host {
namespace {

constexpr int world_power_dbm = 20;

/// The payloads of a recording's commands of one kind.
std::vector<Bytes> payloads(const std::string& recording, Cid cid) {
    std::vector<Bytes> out;
    for (const Bytes& packet : recorded_commands(recording)) {
        const auto command = parse_command(packet);
        if (command && command->is(cid)) out.emplace_back(command->payload.begin(), command->payload.end());
    }
    return out;
}

/// The domain behind a recorded message; the powers are not in it.
Domain domain_of(const Bytes& message, int power_dbm) {
    Domain out;
    const auto header = decode_front<DomainHeader>(message);
    out.alpha2 = {static_cast<char>(header->alpha2[0]), static_cast<char>(header->alpha2[1])};
    const auto tlvs = parse_tlvs(message, 8);
    const auto channels = decode<DomainChannels>(tlvs->front());
    const std::size_t in_5ghz = channels->n_2g;
    const std::size_t in_6ghz = in_5ghz + channels->n_5g;
    for (std::size_t i = 0; i < channels->channels.size(); ++i) {
        const std::uint8_t band = i < in_5ghz ? 1 : (i < in_6ghz ? 2 : 3);
        out.channels.push_back({band, channels->channels[i].channel, channels->channels[i].flags, power_dbm});
    }
    return out;
}

TEST(HostRegulatory, TellsTheWorldDomainAsTheRealDriverDid) {
    const auto told = payloads("probe", Cid::set_domain_info);
    ASSERT_EQ(told.size(), 1U);
    const Domain domain = domain_of(told.front(), world_power_dbm);
    EXPECT_EQ(domain_message(domain), told.front());

    std::vector<Bytes> limits;
    for (const std::uint8_t band : {1, 2, 3})
        for (Bytes& message : power_limit_messages(domain, band))
            limits.push_back(std::move(message));
    const auto recorded = payloads("probe", Cid::set_power_limit);
    EXPECT_EQ(recorded.size(), 58U);
    ASSERT_EQ(limits.size(), recorded.size());
    for (std::size_t i = 0; i < limits.size(); ++i)
        EXPECT_EQ(limits[i], recorded[i]) << "message " << i;
}

TEST(HostRegulatory, ChannelsThatAreNotAllowedAreNotTold) {
    Domain domain;
    domain.alpha2 = {'U', 'S'};
    domain.channels = {{1, 1, 0, 20}, {1, 14, AllowedChannel::disabled, 20}, {3, 1, DomainChannel::no_ir, 12}};
    EXPECT_EQ(domain_message(domain),
              octets("55530000 00 03 03 00 0200 1800 01 00 01 00 0100 0000 00000000 0100 0000 02000000"));
}

TEST(HostRegulatory, TheLowerOfLevelAndRegulationLimitsAChannel) {
    Domain domain;
    domain.channels = {{1, 1, 0, 20}, {1, 2, 0, 10}, {1, 3, AllowedChannel::disabled, 5}};
    domain.power_level_dbm = 15;
    const auto first = decode<PowerLimits>(parse_tlvs(power_limit_messages(domain, 1).front(), 4)->front());
    ASSERT_TRUE(first);
    EXPECT_EQ(first->channels[0].limits[0], 30) << "the MAC's 15 dBm";
    EXPECT_EQ(first->channels[1].limits[0], 20) << "regulation's 10 dBm";
    EXPECT_EQ(first->channels[2].limits[0], 30) << "a channel that is not allowed is not looked at";
    EXPECT_EQ(first->channels[0].limits[12], 127) << "there is no such rate";
}

TEST_F(RunningChip, TakesThe59MessagesOfADomain) {
    KernelLog log(queue);
    Chip chip(queue, front, log);
    Domain domain;
    domain.channels = {{1, 1, 0, 20}, {2, 36, 0, 20}, {3, 1, 0, 12}};
    std::optional<Result<void>> result;
    const auto update = [](Chip& c, Domain d, std::optional<Result<void>>& out) -> Task<void> {
        auto lock = co_await c.mutex().lock("regd");
        Result<void> done = co_await set_domain(c, std::move(d));
        out.emplace(std::move(done));
    };
    TaskSet tasks;
    const auto before = counts().commands;
    tasks.start("regd", update(chip, domain, result));
    run(std::chrono::seconds(1));
    ASSERT_TRUE(result.has_value());
    EXPECT_TRUE(result->has_value());
    EXPECT_EQ(counts().commands - before, 59U);
    EXPECT_EQ(counts().malformed_commands + counts().refused_commands, 0U);
}

}  // namespace
}  // namespace mlosim::mt7925::host
