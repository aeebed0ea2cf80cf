#include "ieee80211/element.h"

#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "captured_frames.h"
#include "ieee80211/bss_elements.h"
#include "ieee80211/element_builder.h"
#include "ieee80211/management_frames.h"
#include "ieee80211/rsn.h"
#include "ieee80211/ssid.h"

namespace mlosim::ieee80211::testing {
namespace {

using ::testing::ElementsAre;

std::vector<unsigned> ids(const ElementList& list) {
    std::vector<unsigned> result;
    for (const ElementView& e : list)
        result.push_back(e.type().is_extended() ? 1000U + e.type().extension : e.type().id);
    return result;
}

Bytes counting(std::size_t size) {
    Bytes bytes(size);
    std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
    return bytes;
}

Bytes encode(ElementType type, ByteView body, Nesting nesting = Nesting::elements) {
    Bytes bytes;
    ByteWriter out{bytes};
    write_element(out, type, body, nesting);
    return bytes;
}

TEST(ElementList, YieldsElementsInOrderWithTheirExtension) {
    const Bytes bytes = from_hex("0003616263 ff03230102 ff00 3000");
    const ElementList list{bytes};
    EXPECT_THAT(ids(list), ElementsAre(0, 1035, 1000, 48));
    EXPECT_TRUE(list.complete());
    const auto he = list.find(ElementType::extended(35));
    ASSERT_TRUE(he);
    EXPECT_THAT(he->first_piece(), ElementsAre(1, 2));
    EXPECT_THAT(he->encoded(), ElementsAre(0xff, 3, 35, 1, 2));
}

TEST(ElementList, EndsBeforeAnElementThatDoesNotFit) {
    const Bytes bytes = from_hex("000161 0302 06");
    EXPECT_THAT(ids(ElementList{bytes}), ElementsAre(0));
    EXPECT_FALSE(ElementList{bytes}.complete());
    EXPECT_EQ(ElementList::parse(bytes).error().code, EINVAL);
    EXPECT_FALSE(ElementList{from_hex("00")}.complete());
    EXPECT_TRUE(ElementList{}.complete());
}

TEST(ElementList, GetTellsAbsentFromMalformed) {
    const Bytes bytes = from_hex("000161 0300");
    const ElementList list{bytes};
    EXPECT_EQ(list.get<Ssid>()->text(), "a");
    EXPECT_EQ(list.get<DsssParameterSet>().error().code, EINVAL);
    EXPECT_EQ(list.get<Rsn>().error().code, ENOENT);
}

TEST(ElementList, FindsVendorElementsByTheirPrefix) {
    const Bytes bytes = from_hex("dd04506f9a16 dd030050f2 dd070050f202000100");
    const ElementList list{bytes};
    const auto wmm = list.find_vendor(from_hex("0050f202"));
    ASSERT_TRUE(wmm);
    EXPECT_EQ(wmm->encoded().size(), 9U);
    EXPECT_FALSE(list.find_vendor(from_hex("0050f204")));
}

struct FragmentCase {
    std::size_t body;
    std::vector<std::uint8_t> lengths;  // of the element and its fragments
};

class Fragmentation : public ::testing::TestWithParam<FragmentCase> {};

TEST_P(Fragmentation, SplitsAtTwoHundredFiftyFiveOctetsAndJoinsAgain) {
    const Bytes body = counting(GetParam().body);
    const Bytes encoded = encode(element::multi_link, body);

    std::vector<std::uint8_t> lengths;
    for (std::size_t at = 0; at < encoded.size(); at += 2U + encoded[at + 1]) {
        EXPECT_EQ(encoded[at], at == 0 ? 255 : 242);
        lengths.push_back(encoded[at + 1]);
    }
    EXPECT_EQ(lengths, GetParam().lengths);

    const ElementList list{encoded};
    ASSERT_THAT(ids(list), ElementsAre(1107));
    EXPECT_EQ(list.begin()->fragmented(), lengths.size() > 1);
    EXPECT_TRUE(std::ranges::equal(ElementBody(*list.begin()).bytes(), body));
}

// The extension takes one of the first 255 octets.
INSTANTIATE_TEST_SUITE_P(Sizes, Fragmentation,
                         ::testing::Values(FragmentCase{0, {1}}, FragmentCase{253, {254}}, FragmentCase{254, {255}},
                                           FragmentCase{255, {255, 1}}, FragmentCase{509, {255, 255}},
                                           FragmentCase{510, {255, 255, 1}}, FragmentCase{1000, {255, 255, 255, 236}}));

TEST(FragmentedSubelements, UseTheirOwnIdAndKnowNoExtension) {
    const Bytes body = counting(300);
    const Bytes encoded = encode(ElementType{0}, body, Nesting::subelements);
    EXPECT_EQ(encoded[257], 254);
    const ElementList list{encoded, Nesting::subelements};
    EXPECT_TRUE(std::ranges::equal(ElementBody(*list.begin()).bytes(), body));
    EXPECT_THAT(ids(ElementList{from_hex("ff0107"), Nesting::subelements}), ElementsAre(1000));
}

TEST(FragmentedElements, OnlyAFullElementIsContinued) {
    const Bytes bytes = from_hex("ff026b00 f20101");
    EXPECT_THAT(ids(ElementList{bytes}), ElementsAre(1107, 242));
}

TEST(FragmentedElements, ABodyOutlivesBeingMoved) {
    const Bytes body = counting(600);
    const Bytes encoded = encode(element::multi_link, body);
    ElementBody first{*ElementList{encoded}.begin()};
    const ElementBody second{std::move(first)};
    EXPECT_TRUE(std::ranges::equal(second.bytes(), body));
}

TEST(ElementBuilder, WritesInTheStandardsOrderWhateverTheOrderOfAdding) {
    const Bytes extra = from_hex("dd04506f9a16 7f0100 ff03240000");
    const Bytes bytes = ElementBuilder{}
                            .add(element::management_mic, counting(16))
                            .add(ElementList{extra})
                            .add(Rsn{.group_data_cipher = cipher::ccmp128})
                            .add(DsssParameterSet{6})
                            .add(*Ssid::from("x"))
                            .add(ElementType{200}, from_hex("01"))
                            .build();
    EXPECT_THAT(ids(ElementList{bytes}), ElementsAre(0, 3, 48, 127, 1036, 200, 221, 76));
}

TEST(ElementBuilder, KeepsTheOrderOfElementsOfOneType) {
    const Bytes bytes = from_hex("c90101 c90102 000161 c90103");
    const Bytes built = ElementBuilder{}.add(ElementList{bytes}).build();
    EXPECT_EQ(built, from_hex("000161 c90101 c90102 c90103"));
}

TEST(ElementBuilder, KeepsFragmentsWithTheirElement) {
    const Bytes big = encode(element::multi_link, counting(400));
    Bytes bytes = big;
    const Bytes ssid = from_hex("000161");
    bytes.insert(bytes.end(), ssid.begin(), ssid.end());
    const Bytes built = ElementBuilder{}.add(ElementList{bytes}).build();
    EXPECT_EQ(built.size(), bytes.size());
    EXPECT_THAT(ids(ElementList{built}), ElementsAre(0, 1107));
}

/// hostapd's beacons are in the standard's order, so sorting one changes nothing.
TEST(ElementBuilder, AgreesWithHostapdsBeacons) {
    unsigned beacons = 0;
    for (const CapturedFrame& captured : captured_frames()) {
        if (captured.octets[0] != 0x80) continue;
        const auto body = BeaconBody::parse(ByteView(captured.octets).subspan(24));
        ASSERT_TRUE(body);
        const ElementList& elements = body->elements;
        EXPECT_THAT(ids(ElementList{ElementBuilder{}.add(elements).build()}), ids(elements)) << captured.where;
        ++beacons;
    }
    EXPECT_GT(beacons, 20U);
}

}  // namespace
}  // namespace mlosim::ieee80211::testing
