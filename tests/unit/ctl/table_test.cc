#include "ctl/table.h"

#include <sstream>

#include <gtest/gtest.h>

namespace mlosim::ctl {
namespace {

std::string printed(const Table& table) {
    std::ostringstream out;
    table.print(out);
    return out.str();
}

TEST(Table, ColumnsAreAsWideAsTheirWidestCell) {
    Table table({"NAME", "BAND"});
    table.add({"phy0", "2.4"});
    table.add({"a-long-name", "6"});
    EXPECT_EQ(printed(table),
              "NAME         BAND\n"
              "phy0         2.4\n"
              "a-long-name  6\n");
}

TEST(Table, AnEmptyCellIsShownAsADash) {
    Table table({"NAME", "OWNER"});
    table.add({"link0", ""});
    EXPECT_EQ(printed(table), "NAME   OWNER\nlink0  -\n");
}

TEST(Table, WithoutRowsThereIsTheHeadingAlone) {
    EXPECT_EQ(printed(Table({"A", "B"})), "A  B\n");
}

TEST(TableDeathTest, ARowWithAMissingCellIsABrokenInvariant) {
    Table table({"A", "B"});
    EXPECT_DEATH(table.add({"only one"}), "a row has a cell for every column");
}

}  // namespace
}  // namespace mlosim::ctl
