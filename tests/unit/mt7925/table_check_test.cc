#include "mt7925/table_check.h"

#include <gmock/gmock.h>

#include "chip_world.h"

namespace mlosim::mt7925 {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::string second_link = "2000 1c00 02aa00000a00 0100 0200 0200 02 000000 0100 00 00 0200 01 00";

class TwoLinks : public RunningChip {
protected:
    TwoLinks() {
        add_interface(0);
        add_interface(1);
        uni(Cid::bss_info, "00 00 0200" + basic(true, true, 0) + mld(0, 0));
        uni(Cid::bss_info, "01 00 0200" + basic(true, true, 1) + mld(1, 0));
        add_peer();
        uni(Cid::sta_rec, "01 02 0200 01 00 00 00" + sta_basic() + second_link);
    }
    static std::string mld(unsigned idx, unsigned group) {
        return "1a00 1400 0" + std::to_string(group) + " 2" + std::to_string(idx) + " 02792500aa01 ff 0" +
               std::to_string(idx) + " 00 00 00 000000";
    }
};

TEST_F(TwoLinks, HaveTablesWithoutFault) {
    EXPECT_THAT(table_faults(tables()), IsEmpty());
}

TEST_F(TwoLinks, WhosePrimaryWentFirstAreAFault) {
    uni(Cid::sta_rec, "00 01 0200 01 00 00 00 2500 0800 00000000 2300 0400");
    EXPECT_THAT(table_faults(tables()),
                ElementsAre(TableFault{"I8", "WCID 2 names WCID 1 as its primary, which is not valid"}));
}

TEST_F(TwoLinks, OfTwoGroupsAreAFault) {
    uni(Cid::bss_info, "01 00 0200" + basic(true, true, 1) + mld(1, 1));
    EXPECT_THAT(table_faults(tables()),
                ElementsAre(TableFault{"I8", "WCID 2 is in BSS 1, which is not of the group of its primary's BSS 0"}));
}

TEST_F(TwoLinks, WhoseBssWentFirstAreAFault) {
    uni(Cid::sta_rec, "01 02 0100 01 00 00 00 2700 4400 01 01 01 00 02aa00000036 01 04 00 10 02 01" + zeros(48));
    uni(Cid::bss_info, "01000000" + basic(false, false, 1));
    const std::vector<TableFault> faults = table_faults(tables());
    ASSERT_EQ(faults.size(), 3U);
    EXPECT_EQ(faults[0], (TableFault{"I3", "WCID 2 belongs to BSS 1, which is not active"}));
    EXPECT_EQ(faults[1], (TableFault{"I10", "WCID 2 belongs to BSS 1, which is not active, and has keys"}));
    EXPECT_EQ(faults[2].rule, "I8");
}

}  // namespace
}  // namespace mlosim::mt7925
