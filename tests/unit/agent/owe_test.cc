#include "agent/rsn/owe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/pmksa_cache.h"

namespace mlosim::agent {
namespace {

using ieee80211::Bytes;
using ieee80211::ByteView;
using ieee80211::MacAddress;
using rsn::Owe;
using namespace std::chrono_literals;

rsn::RandomOctets random(std::uint8_t first) {
    return [first](std::size_t size) {
        Bytes out(size);
        for (std::size_t i = 0; i < size; ++i)
            out[i] = static_cast<std::uint8_t>(first + i);
        return out;
    };
}
/// What is in the element behind its three octets of header.
Bytes body_of(const Bytes& element) {
    return {element.begin() + 3, element.end()};
}

TEST(OweExchange, GivesBothEndsTheSameKey) {
    const Owe client(Owe::Role::client, random(1));
    const Owe access_point(Owe::Role::access_point, random(77));
    const auto one = client.agree(body_of(access_point.element()));
    const auto other = access_point.agree(body_of(client.element()));
    ASSERT_TRUE(one && other);
    EXPECT_EQ(one->pmk, other->pmk);
    EXPECT_EQ(one->pmkid, other->pmkid);
    EXPECT_EQ(one->pmk.size(), 32U);
}

TEST(OweExchange, WritesAnElementOfGroup19) {
    const Bytes element = Owe(Owe::Role::client, random(1)).element();
    ASSERT_EQ(element.size(), 37U);
    EXPECT_EQ(Bytes(element.begin(), element.begin() + 5), (Bytes{255, 35, 32, 19, 0}));
    EXPECT_EQ(rsn::owe_group(body_of(element)), 19);
}

TEST(OweExchange, RefusesWhatIsNoKeyOfItsGroup) {
    const Owe own(Owe::Role::access_point, random(1));
    const Bytes good = body_of(Owe(Owe::Role::client, random(9)).element());
    ASSERT_TRUE(own.agree(good));
    Bytes other_group = good;
    other_group[0] = 20;
    Bytes too_short(good.begin(), good.end() - 1);
    Bytes too_long = good;
    too_long.push_back(0);
    Bytes too_great(34, 0xff);
    too_great[0] = 19;
    too_great[1] = 0;
    Bytes no_point = good;
    while (own.agree(no_point))
        ++no_point.back();
    for (const Bytes& bad : {Bytes{}, Bytes{19}, Bytes{19, 0}, other_group, too_short, too_long, too_great, no_point})
        EXPECT_FALSE(own.agree(bad)) << bad.size();
    EXPECT_FALSE(rsn::owe_group(Bytes{19}));
}

class Cache : public testing::Test {
protected:
    static Pmksa entry(std::uint8_t peer, std::uint8_t id) {
        Pmksa out;
        out.peer = MacAddress{std::array<std::uint8_t, 6>{2, 0, 0, 0, 0, peer}};
        out.pmkid.fill(id);
        out.pmk = Bytes(32, id);
        out.akm = ieee80211::akm::sae;
        return out;
    }
    PmksaCache cache;
    sim::Time now{};
};

TEST_F(Cache, FindsAKeyByThePmkidThatIsOffered) {
    cache.remember(entry(1, 1), now);
    cache.remember(entry(2, 2), now);
    const Pmksa one = entry(1, 1);
    ASSERT_NE(cache.find(one.peer, one.akm, {entry(9, 9).pmkid, one.pmkid}, now), nullptr);
    EXPECT_EQ(cache.find(one.peer, one.akm, {entry(2, 2).pmkid}, now), nullptr) << "another station's";
    EXPECT_EQ(cache.find(one.peer, ieee80211::akm::owe, {one.pmkid}, now), nullptr) << "another AKM's";
    EXPECT_EQ(cache.find(one.peer, one.akm, {}, now), nullptr);
}

TEST_F(Cache, KeepsTheNewestOfAStation) {
    cache.remember(entry(1, 1), now);
    cache.remember(entry(1, 2), now);
    EXPECT_EQ(cache.size(), 1U);
    EXPECT_EQ(cache.find(entry(1, 1).peer, entry(1, 1).akm, {entry(1, 1).pmkid}, now), nullptr);
    cache.forget(entry(1, 1).peer);
    EXPECT_EQ(cache.size(), 0U);
}

TEST_F(Cache, ForgetsWhenTheTimeIsUpAndTheOldestFirst) {
    cache.remember(entry(1, 1), now);
    EXPECT_NE(cache.find(entry(1, 1).peer, entry(1, 1).akm, {entry(1, 1).pmkid}, now + 11h), nullptr);
    EXPECT_EQ(cache.find(entry(1, 1).peer, entry(1, 1).akm, {entry(1, 1).pmkid}, now + 12h), nullptr);
    for (std::size_t i = 0; i < PmksaCache::most + 10; ++i) {
        Pmksa one = entry(0, 3);
        one.peer = MacAddress{
            std::array<std::uint8_t, 6>{2, 0, 0, 0, static_cast<std::uint8_t>(i >> 8U), static_cast<std::uint8_t>(i)}};
        cache.remember(one, now);
    }
    EXPECT_EQ(cache.size(), PmksaCache::most);
}

}  // namespace
}  // namespace mlosim::agent
