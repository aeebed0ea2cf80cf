#include "sim/trace.h"

#include <array>
#include <limits>
#include <string>

#include <gtest/gtest.h>

namespace mlosim::sim {
namespace {

struct TraceOfAWorld : testing::Test {
    Trace trace;
    std::string lines;
    TraceOfAWorld() {
        trace.add_sink([this](std::string_view line) { lines += line; });
    }
};

TEST_F(TraceOfAWorld, WritesOneJsonObjectALineWithFieldsInTheOrderGiven) {
    const std::array<std::uint8_t, 3> bytes{0x00, 0xab, 0xff};
    trace.record(
        Time{std::chrono::milliseconds(102)}, "mld/wdev-up",
        {{"wdev", std::uint64_t{4294967297}}, {"name", "wlan0"}, {"up", true}, {"dbm", -52}, {"x", 1.5}, {"b", bytes}});
    trace.record(Time{}, "empty", {});
    EXPECT_EQ(lines,
              "{\"t\":102000000,\"ev\":\"mld/wdev-up\",\"wdev\":4294967297,\"name\":\"wlan0\",\"up\":true,\"dbm\":-52,"
              "\"x\":1.5,\"b\":\"00abff\"}\n"
              "{\"t\":0,\"ev\":\"empty\"}\n");
    EXPECT_EQ(trace.records(), 2U);
}

TEST_F(TraceOfAWorld, EscapesEveryByteThatIsNoPrintableAscii) {
    trace.record(Time{}, "e", {{"ssid", std::string_view("a\"\\\n\0\x7f\xc3\xa9", 8)}});
    EXPECT_EQ(lines, "{\"t\":0,\"ev\":\"e\",\"ssid\":\"a\\\"\\\\\\u000a\\u0000\\u007f\\u00c3\\u00a9\"}\n");
}

TEST_F(TraceOfAWorld, WritesTheWholeRangeOfNumbers) {
    trace.record(Time{}, "e",
                 {{"low", std::numeric_limits<std::int64_t>::min()},
                  {"high", std::numeric_limits<std::uint64_t>::max()},
                  {"tenth", 0.1},
                  {"tiny", 1e-300}});
    EXPECT_EQ(lines,
              "{\"t\":0,\"ev\":\"e\",\"low\":-9223372036854775808,\"high\":18446744073709551615,\"tenth\":0.1,"
              "\"tiny\":1e-300}\n");
}

// The hash was computed over the line by an implementation of FNV-1a in another language.
TEST_F(TraceOfAWorld, HashesTheBytesOfItsLines) {
    EXPECT_EQ(trace.hash(), 0xcbf29ce484222325ULL);
    trace.record(Time{}, "empty", {});
    EXPECT_EQ(trace.hash(), 0x1d40fd10fd9291bfULL);
    trace.record(Time{}, "empty", {});
    EXPECT_EQ(trace.hash(), 0xf5433ad9b0d88f19ULL);
}

TEST_F(TraceOfAWorld, HashesTheSameWithoutASink) {
    Trace silent;
    silent.record(Time{Duration{1}}, "e", {{"n", 1}});
    trace.record(Time{Duration{1}}, "e", {{"n", 1}});
    EXPECT_EQ(silent.hash(), trace.hash());
    trace.record(Time{Duration{2}}, "e", {{"n", 1}});
    EXPECT_NE(silent.hash(), trace.hash());
}

}  // namespace
}  // namespace mlosim::sim
