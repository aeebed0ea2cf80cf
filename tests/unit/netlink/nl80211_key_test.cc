// Keys: what is wrong with one is said before it is said that nobody can have it.

#include "nl80211_fixture.h"

namespace mlosim::netlink::test {
namespace {

/// What a request says of a key, in the nest KEY.
struct KeyRow {
    const char* why;
    std::uint8_t command;
    std::uint8_t index;
    std::vector<std::uint16_t> flags;
    bool has_data;
    int error;
    const char* sentence;
};

class Keys : public OneRadio {
protected:
    explicit Keys(Dialect dialect = Dialect::mainline) : OneRadio(dialect) {
        up();
        add_radio("mt7925");  // which cannot encrypt association frames, so that a connection comes before its keys
        up("wlan1");
        core.set_option(program.socket(), SocketOption::ext_ack, true);
    }
    static void put_key(MessageBuilder& message, const KeyRow& row) {
        auto key = message.nest(NL80211_ATTR_KEY);
        message.put_u8(NL80211_KEY_IDX, row.index);
        if (row.has_data) message.put(NL80211_KEY_DATA, Bytes(16, 0x11));
        if (row.has_data) message.put_u32(NL80211_KEY_CIPHER, ieee80211::cipher::ccmp128.selector());
        for (std::uint16_t flag : row.flags)
            message.put_flag(flag);
    }
    void expect(const KeyRow& row, MessageBuilder message) {
        put_key(message, row);
        const auto answers = program.ask(message);
        EXPECT_EQ(error_of(answers), row.error) << row.why;
        EXPECT_EQ(answers.back().ack_message(), row.sentence) << row.why;
    }
};

class RfcKeys : public Keys {
protected:
    RfcKeys() : Keys(Dialect::rfc) {}
};

TEST_F(Keys, OfAStationAreCheckedAndThenRefusedForWantOfAConnection) {
    const KeyRow rows[] = {
        {"there is none", NL80211_CMD_NEW_KEY, 0, {}, false, -EINVAL, "no key"},
        {"there are eight", NL80211_CMD_NEW_KEY, 8, {}, true, -EINVAL, "key idx not 0-7"},
        {"one is the default of one kind",
         NL80211_CMD_SET_KEY,
         0,
         {NL80211_KEY_DEFAULT, NL80211_KEY_DEFAULT_MGMT},
         false,
         -EINVAL,
         "key with multiple default flags is invalid"},
        {"management frames' are 4 and 5",
         NL80211_CMD_SET_KEY,
         3,
         {NL80211_KEY_DEFAULT_MGMT},
         false,
         -EINVAL,
         "defmgmt key idx not 4 or 5"},
        {"beacons' are 6 and 7",
         NL80211_CMD_SET_KEY,
         5,
         {NL80211_KEY_DEFAULT_BEACON},
         false,
         -EINVAL,
         "defbeacon key idx not 6 or 7"},
        {"data frames' are 0 to 3",
         NL80211_CMD_SET_KEY,
         4,
         {NL80211_KEY_DEFAULT},
         false,
         -EINVAL,
         "def key idx not 0-3"},
        {"default of nothing", NL80211_CMD_SET_KEY, 0, {}, false, -EINVAL, ""},
        {"no connection", NL80211_CMD_NEW_KEY, 0, {}, true, -ENOLINK, "key not allowed"},
        {"no connection", NL80211_CMD_SET_KEY, 0, {NL80211_KEY_DEFAULT}, false, -ENOLINK, ""},
        {"no connection", NL80211_CMD_DEL_KEY, 0, {}, false, -ENOLINK, ""},
    };
    for (const KeyRow& row : rows)
        expect(row, about(row.command, "wlan1"));
}

TEST_F(Keys, AreSaidInAttributesOfTheirOwnToo) {
    MessageBuilder message = about(NL80211_CMD_NEW_KEY, "wlan1");
    message.put_u8(NL80211_ATTR_KEY_IDX, 1);
    message.put_u32(NL80211_ATTR_KEY_CIPHER, ieee80211::cipher::ccmp128.selector());
    EXPECT_EQ(errno_of(message), -EINVAL) << "no data";
    message.put(NL80211_ATTR_KEY_DATA, Bytes(16, 0x11));
    EXPECT_EQ(errno_of(message), -ENOLINK);
    MessageBuilder both = about(NL80211_CMD_SET_KEY);
    both.put_u8(NL80211_ATTR_KEY_IDX, 1);
    both.put_flag(NL80211_ATTR_KEY_DEFAULT);
    both.put_flag(NL80211_ATTR_KEY_DEFAULT_MGMT);
    EXPECT_EQ(errno_of(both), -EINVAL);
}

TEST_F(Keys, CannotBeGotWhereThereAreNone) {
    EXPECT_EQ(errno_of(about(NL80211_CMD_GET_KEY)), -ENOENT);
}

TEST_F(RfcKeys, AreNothingForLinkWdevsHoweverWellTheyAreSaid) {
    const mld::Wdev& link = *wdev().link_wdevs().front();
    const KeyRow rows[] = {
        {"a new one", NL80211_CMD_NEW_KEY, 0, {}, true, -EINVAL, "key not allowed"},
        {"the default", NL80211_CMD_SET_KEY, 0, {NL80211_KEY_DEFAULT}, false, -EINVAL, ""},
        {"no more", NL80211_CMD_DEL_KEY, 0, {}, false, -EINVAL, ""},
        {"which", NL80211_CMD_GET_KEY, 0, {}, false, -EINVAL, ""},
    };
    for (const KeyRow& row : rows)
        expect(row, about(row.command, link));
}

}  // namespace
}  // namespace mlosim::netlink::test
