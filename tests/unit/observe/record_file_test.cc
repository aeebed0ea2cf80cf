#include "observe/record_file.h"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace mlosim::observe {
namespace {

struct RecordsOnDisk : testing::Test {
    std::filesystem::path directory;

    RecordsOnDisk() {
        std::string name = (std::filesystem::temp_directory_path() / "mlosim-trace-XXXXXX").string();
        directory = ::mkdtemp(name.data());
    }
    ~RecordsOnDisk() override { std::filesystem::remove_all(directory); }

    static std::string content(const std::filesystem::path& path) {
        std::ostringstream text;
        text << std::ifstream(path).rdbuf();
        return text.str();
    }
};

TEST_F(RecordsOnDisk, HoldsEveryLine) {
    const std::string path = directory / "run.jsonl";
    RecordFile file({"trace", "lines"});
    ASSERT_TRUE(file.open(path));
    std::string expected;
    for (int i = 0; i < 10'000; ++i) {
        const std::string line = "{\"t\":" + std::to_string(i) + "}\n";
        expected += line;
        file.write(line);
    }
    EXPECT_TRUE(file.close());
    EXPECT_EQ(content(path), expected);
}

TEST_F(RecordsOnDisk, IsUpToDateAfterAFlush) {
    const std::string path = directory / "run.jsonl";
    RecordFile file({"trace", "lines"});
    ASSERT_TRUE(file.open(path));
    file.write("{\"t\":1}\n");
    file.flush();
    EXPECT_EQ(content(path), "{\"t\":1}\n");
}

TEST_F(RecordsOnDisk, SaysWhyItCannotBeMade) {
    RecordFile file({"trace", "lines"});
    const auto opened = file.open(directory / "no" / "such" / "place");
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ENOENT);
    EXPECT_NE(opened.error().message.find("cannot write the trace to"), std::string::npos);
    EXPECT_NE(opened.error().message.find("No such file"), std::string::npos);
}

TEST_F(RecordsOnDisk, LosesLinesOnAFullDiskAndSaysHowMany) {
    RecordFile file({"trace", "lines"});
    ASSERT_TRUE(file.open("/dev/full"));
    file.write("{\"t\":1}\n");
    file.flush();
    file.write("{\"t\":2}\n");
    const auto closed = file.close();
    ASSERT_FALSE(closed);
    EXPECT_EQ(closed.error().code, ENOSPC);
    EXPECT_NE(closed.error().message.find("2 lines are missing"), std::string::npos);
}

TEST_F(RecordsOnDisk, KeepsWhatComesBeforeItHasAPlace) {
    const std::string path = directory / "run.jsonl";
    RecordFile file({"trace", "lines"});
    file.write("{\"t\":0}\n");
    file.flush();
    ASSERT_TRUE(file.open(path));
    file.write("{\"t\":1}\n");
    EXPECT_TRUE(file.close());
    EXPECT_EQ(content(path), "{\"t\":0}\n{\"t\":1}\n");
}

// A limit on the size of files stands in for a disk that fills up in the middle of a line.
TEST_F(RecordsOnDisk, EndsWithAWholeLineWhenTheDiskFillsUp) {
    const std::string path = directory / "run.jsonl";
    RecordFile file({"trace", "lines"});
    ASSERT_TRUE(file.open(path));
    rlimit old{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old), 0);
    const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
    rlimit small = old;
    small.rlim_cur = 25;
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    for (int i = 0; i < 5; ++i)
        file.write("123456789\n");
    const auto closed = file.close();
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &old), 0);
    std::signal(SIGXFSZ, old_handler);

    ASSERT_FALSE(closed);
    EXPECT_EQ(content(path), "123456789\n123456789\n");
    EXPECT_NE(closed.error().message.find("3 lines are missing"), std::string::npos);
}

}  // namespace
}  // namespace mlosim::observe
