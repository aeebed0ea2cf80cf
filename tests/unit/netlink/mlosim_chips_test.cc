// What family "mlosim" tells of a radio's chip without knowing which it is.

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "program.h"
#include "small_world.h"

namespace mlosim::netlink::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// One table, one record, and faults that are any text but "wrong".
class ToyChip : public mld::ChipInspection {
public:
    [[nodiscard]] std::string_view chip() const override { return "toy"; }
    [[nodiscard]] std::vector<std::string_view> tables() const override { return {"wheels"}; }
    [[nodiscard]] Result<Table> table(std::string_view name) const override {
        if (name != "wheels") return fail(ENOENT, "no such table");
        return Table{{"number", "colour"}, {{"1", "red"}, {"2", ""}}};
    }
    [[nodiscard]] std::vector<std::string_view> records() const override { return {"diary"}; }
    [[nodiscard]] Result<std::vector<Line>> lines(std::string_view record, std::uint64_t from,
                                                  std::size_t at_most) const override {
        if (record != "diary") return fail(ENOENT, "no such record");
        std::vector<Line> out;
        for (const Line& line : diary)
            if (line.number >= from && out.size() < at_most) out.push_back(line);
        return out;
    }
    FollowerId follow(Follower follower) override {
        followers[++last] = std::move(follower);
        return last;
    }
    void leave(FollowerId id) override { followers.erase(id); }
    [[nodiscard]] Result<std::uint32_t> add_fault(std::string_view text) override {
        if (text == "wrong") return fail(EINVAL, "that is no fault");
        all.push_back({static_cast<std::uint32_t>(all.size() + 1), std::string(text), 0});
        return all.back().id;
    }
    Result<void> remove_fault(std::uint32_t id) override {
        if (std::erase_if(all, [id](const Fault& fault) { return fault.id == id; }) == 0) return fail(ENOENT);
        return {};
    }
    void clear_faults() override { all.clear(); }
    [[nodiscard]] std::vector<Fault> faults() const override { return all; }

    void write(std::string text, std::string json = {}) {
        diary.push_back({diary.size() + 1, sim::Time{sim::Duration(5)}, std::move(text), std::move(json)});
        for (const auto& [id, follower] : followers)
            follower("diary", diary.size());
    }

    std::vector<Line> diary;
    std::vector<Fault> all;
    std::map<FollowerId, Follower> followers;
    FollowerId last = 0;
};

/// What a virtual machine drives; nobody sends through it.
class ToyGuest final : public mld::GuestDevice {
public:
    explicit ToyGuest(mld::ChipInspection& chip) : chip_(chip) {}
    [[nodiscard]] phy::PortId port() const override { return {}; }
    [[nodiscard]] mld::ChipInspection& inspection() override { return chip_; }
    void limit_power(std::optional<phy::Dbm>) override {}

private:
    mld::ChipInspection& chip_;
};

class MlosimChipsTest : public testing::Test {
protected:
    MlosimChipsTest() {
        small.chip = &chip;
        index = small.add_radio().index.value;
        small.chip = nullptr;
        generic = small.add_radio().index.value;
        small.core.set_option(program.socket(), SocketOption::ext_ack, true);
        EXPECT_TRUE(small.core.set_membership(listener.socket(), SmallWorld::records_group, true));
    }
    /// Requests are about that one from now on.
    void add_guest() {
        mld::RadioSpec spec;
        spec.profile = *built_in_profiles().find("mt7925");
        spec.placement.name = "guest";
        index =
            guests
                .add(std::move(spec), [this](const mld::GuestRadio&) { return std::make_unique<ToyGuest>(guest_chip); })
                .index.value;
        small.mlosim.set_guest_radios(guests);
    }
    MessageBuilder about(std::uint8_t command, std::uint16_t flags = NLM_F_ACK) {
        MessageBuilder message = genl_request(SmallWorld::mlosim_id, command, flags, 1);
        message.put_u32(MLOSIM_ATTR_RADIO, index);
        return message;
    }
    std::vector<Received> record(std::uint64_t from = 1) {
        MessageBuilder request = about(MLOSIM_CMD_GET_RECORD, NLM_F_DUMP);
        request.put_string(MLOSIM_ATTR_RECORD, "diary");
        request.put_u64(MLOSIM_ATTR_NUMBER, from);
        auto out = program.ask(request);
        std::erase_if(out, [](const Received& message) { return message.type() == NLMSG_DONE; });
        return out;
    }
    static std::vector<std::string> texts(const Received& message, std::uint16_t type) {
        std::vector<std::string> out;
        for (const Attribute text : AttributeRange(*message.find(type)))
            out.emplace_back(text.string());
        return out;
    }

    ToyChip chip;
    ToyChip guest_chip;
    mld::GuestRadios guests;
    SmallWorld small;
    Program program{small.core, Protocol::generic};
    Program listener{small.core, Protocol::generic, {.pid = 99, .uid = 0}};
    std::uint32_t index = 0;
    std::uint32_t generic = 0;
};

TEST_F(MlosimChipsTest, ARadioTellsWhatItIsMadeOf) {
    EXPECT_EQ(program.ask(about(MLOSIM_CMD_GET_RADIO)).at(0).find(MLOSIM_ATTR_CHIP)->string(), "toy");
    index = generic;
    EXPECT_EQ(program.ask(about(MLOSIM_CMD_GET_RADIO)).at(0).find(MLOSIM_ATTR_CHIP)->string(), "generic");
}

TEST_F(MlosimChipsTest, ATableIsItsColumnsAndThenItsRows) {
    MessageBuilder request = about(MLOSIM_CMD_GET_TABLE, NLM_F_DUMP);
    request.put_string(MLOSIM_ATTR_TABLE, "wheels");
    const auto rows = program.ask(request);
    ASSERT_THAT(rows, SizeIs(4)) << "with the end of the dump";
    EXPECT_THAT(texts(rows[0], MLOSIM_ATTR_COLUMNS), ElementsAre("number", "colour"));
    EXPECT_THAT(texts(rows[1], MLOSIM_ATTR_CELLS), ElementsAre("1", "red"));
    EXPECT_THAT(texts(rows[2], MLOSIM_ATTR_CELLS), ElementsAre("2", ""));
}

TEST_F(MlosimChipsTest, WhatIsNotThereIsAnError) {
    MessageBuilder table = about(MLOSIM_CMD_GET_TABLE, NLM_F_DUMP);
    table.put_string(MLOSIM_ATTR_TABLE, "legs");
    EXPECT_EQ(program.ask(table).at(0).error(), -ENOENT);
    index = generic;
    MessageBuilder of_none = about(MLOSIM_CMD_GET_TABLE, NLM_F_DUMP);
    of_none.put_string(MLOSIM_ATTR_TABLE, "wheels");
    EXPECT_EQ(program.ask(of_none).at(0).error(), -EOPNOTSUPP);
    index = 99;
    EXPECT_EQ(program.ask(about(MLOSIM_CMD_GET_FAULT, NLM_F_DUMP)).at(0).error(), -ENODEV);
}

TEST_F(MlosimChipsTest, ARecordIsReadFromAnyNumberOn) {
    for (const char* text : {"one", "two", "three"})
        chip.write(text, "{}");
    EXPECT_THAT(record(), SizeIs(3));
    const auto late = record(3);
    ASSERT_THAT(late, SizeIs(1));
    EXPECT_EQ(late[0].find(MLOSIM_ATTR_TEXT)->string(), "three");
    EXPECT_EQ(late[0].find(MLOSIM_ATTR_JSON)->string(), "{}");
    EXPECT_EQ(late[0].find(MLOSIM_ATTR_TIME)->u64(), 5U);
    EXPECT_FALSE(late[0].find(MLOSIM_ATTR_MORE));
    EXPECT_THAT(record(4), IsEmpty());
}

TEST_F(MlosimChipsTest, ALongEntryComesInPieces) {
    const std::string text(5000, 't');
    const std::string json(100'000, 'j');
    chip.write(text, json);
    chip.write("short");
    (void)listener.take();
    std::string got_text;
    std::string got_json;
    const auto pieces = record();
    for (std::size_t i = 0; i + 1 < pieces.size(); ++i) {
        EXPECT_EQ(pieces[i].find(MLOSIM_ATTR_NUMBER)->u64(), 1U);
        EXPECT_EQ(pieces[i].find(MLOSIM_ATTR_MORE).has_value(), i + 2 < pieces.size());
        if (const auto piece = pieces[i].find(MLOSIM_ATTR_TEXT)) got_text += piece->string();
        if (const auto piece = pieces[i].find(MLOSIM_ATTR_JSON)) got_json += piece->string();
    }
    EXPECT_EQ(got_text, text);
    EXPECT_EQ(got_json, json);
    EXPECT_EQ(pieces.back().find(MLOSIM_ATTR_TEXT)->string(), "short");
}

TEST_F(MlosimChipsTest, EntriesAreToldToWhoeverListens) {
    chip.write("news");
    const auto told = listener.take();
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_EQ(told[0].command(), MLOSIM_CMD_NEW_ENTRY);
    EXPECT_EQ(told[0].find(MLOSIM_ATTR_RADIO)->u32(), index);
    EXPECT_EQ(told[0].find(MLOSIM_ATTR_RECORD)->string(), "diary");
    EXPECT_EQ(told[0].find(MLOSIM_ATTR_TEXT)->string(), "news");
}

TEST_F(MlosimChipsTest, ARadioOfAVirtualMachineIsListedWithoutAWiphy) {
    add_guest();
    const auto one = program.ask(about(MLOSIM_CMD_GET_RADIO)).at(0);
    EXPECT_EQ(one.find(MLOSIM_ATTR_FRONT)->string(), "vfio-user");
    EXPECT_EQ(one.find(MLOSIM_ATTR_PLACE)->string(), "guest");
    EXPECT_EQ(one.find(MLOSIM_ATTR_CHIP)->string(), "toy");
    EXPECT_FALSE(one.find(MLOSIM_ATTR_WIPHY).has_value());
    const auto all = program.ask(genl_request(SmallWorld::mlosim_id, MLOSIM_CMD_GET_RADIO, NLM_F_DUMP, 1));
    ASSERT_THAT(all, SizeIs(4)) << "with the end of the dump";
    EXPECT_FALSE(all[1].find(MLOSIM_ATTR_FRONT).has_value());
    EXPECT_EQ(all[2].find(MLOSIM_ATTR_RADIO)->u32(), index);
    EXPECT_EQ(program.ask(about(MLOSIM_CMD_SUSPEND_HOST)).at(0).error(), -EOPNOTSUPP);
}

TEST_F(MlosimChipsTest, AChipOfAVirtualMachineIsLookedAtLikeAnyOther) {
    add_guest();
    guest_chip.write("from the guest");
    EXPECT_EQ(record().at(0).find(MLOSIM_ATTR_TEXT)->string(), "from the guest");
    const auto told = listener.take();
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_EQ(told[0].find(MLOSIM_ATTR_RADIO)->u32(), index);
    MessageBuilder add = about(MLOSIM_CMD_ADD_FAULT);
    add.put_string(MLOSIM_ATTR_TEXT, "a flat tyre");
    EXPECT_EQ(program.ask(add).at(0).find(MLOSIM_ATTR_FAULT)->u32(), 1U);
    EXPECT_THAT(guest_chip.all, SizeIs(1));
    EXPECT_THAT(chip.all, IsEmpty());
}

TEST_F(MlosimChipsTest, FaultsComeAndGo) {
    MessageBuilder add = about(MLOSIM_CMD_ADD_FAULT);
    add.put_string(MLOSIM_ATTR_TEXT, "a flat tyre");
    EXPECT_EQ(program.ask(add).at(0).find(MLOSIM_ATTR_FAULT)->u32(), 1U);
    const auto listed = program.ask(about(MLOSIM_CMD_GET_FAULT, NLM_F_DUMP));
    EXPECT_EQ(listed.at(0).find(MLOSIM_ATTR_TEXT)->string(), "a flat tyre");
    MessageBuilder bad = about(MLOSIM_CMD_ADD_FAULT);
    bad.put_string(MLOSIM_ATTR_TEXT, "wrong");
    const auto refused = program.ask(bad).at(0);
    EXPECT_EQ(refused.error(), -EINVAL);
    EXPECT_EQ(refused.ack_message(), "that is no fault");
    MessageBuilder remove = about(MLOSIM_CMD_REMOVE_FAULT);
    remove.put_u32(MLOSIM_ATTR_FAULT, 1);
    EXPECT_EQ(program.ask(remove).at(0).error(), 0);
    EXPECT_EQ(program.ask(remove).at(0).error(), -ENOENT);
    (void)program.ask(add);
    EXPECT_EQ(program.ask(about(MLOSIM_CMD_REMOVE_FAULT)).at(0).error(), 0);
    EXPECT_THAT(chip.all, IsEmpty());
}

}  // namespace
}  // namespace mlosim::netlink::test
