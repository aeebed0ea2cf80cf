#include "host/program.h"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <vector>

#include <elf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/elf_facts.h"

namespace mlosim::host {
namespace {

using ::testing::HasSubstr;

std::vector<std::uint8_t> elf(const char* interpreter, std::uint16_t type = ET_DYN) {
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_type = type;
    header.e_machine = EM_X86_64;
    header.e_phoff = sizeof header;
    header.e_phentsize = sizeof(Elf64_Phdr);
    header.e_phnum = 2;
    Elf64_Phdr segments[2] = {};
    segments[0].p_type = PT_LOAD;
    segments[1].p_type = interpreter != nullptr ? PT_INTERP : PT_NOTE;
    segments[1].p_offset = sizeof header + sizeof segments;
    segments[1].p_filesz = interpreter != nullptr ? std::strlen(interpreter) + 1 : 0;
    std::vector<std::uint8_t> file(sizeof header + sizeof segments + segments[1].p_filesz);
    std::memcpy(file.data(), &header, sizeof header);
    std::memcpy(file.data() + sizeof header, segments, sizeof segments);
    if (interpreter != nullptr) std::memcpy(file.data() + segments[1].p_offset, interpreter, segments[1].p_filesz);
    return file;
}

TEST(ElfFacts, TellTheInterpreter) {
    const auto facts = parse_elf(elf("/lib64/ld-linux-x86-64.so.2"));
    ASSERT_TRUE(facts);
    EXPECT_EQ(facts->interpreter, "/lib64/ld-linux-x86-64.so.2");
    EXPECT_EQ(facts->machine, EM_X86_64);
    EXPECT_TRUE(facts->is_64_bit);
    EXPECT_TRUE(parse_elf(elf(nullptr))->interpreter.empty());
}

TEST(ElfFacts, RefuseAFileCutAnywhere) {
    const auto whole = elf("/lib64/ld-linux-x86-64.so.2");
    for (std::size_t length = 0; length < whole.size(); length++)
        EXPECT_FALSE(parse_elf(std::span(whole).first(length))) << length;
}

TEST(ElfFacts, RefuseOffsetsThatLeadOutside) {
    auto file = elf("/lib/ld.so");
    auto& header = *reinterpret_cast<Elf64_Ehdr*>(file.data());
    header.e_phoff = ~std::uint64_t{0} - 8;
    EXPECT_FALSE(parse_elf(file));
    header.e_phoff = sizeof header;
    auto& segment = *reinterpret_cast<Elf64_Phdr*>(file.data() + sizeof header + sizeof(Elf64_Phdr));
    segment.p_filesz = ~std::uint64_t{0};
    EXPECT_FALSE(parse_elf(file));
    segment.p_filesz = 1;
    segment.p_offset = ~std::uint64_t{0};
    EXPECT_FALSE(parse_elf(file));
}

TEST(ElfFacts, RefuseWhatIsNoProgram) {
    auto file = elf("/lib/ld.so");
    file[EI_CLASS] = 7;
    EXPECT_FALSE(parse_elf(file));
    file = elf("/lib/ld.so", ET_REL);
    EXPECT_FALSE(parse_elf(file));
    file = elf("/lib/ld.so");
    file[EI_DATA] = ELFDATA2MSB;
    EXPECT_THAT(parse_elf(file).error().message, HasSubstr("another kind of machine"));
}

class Programs : public ::testing::Test {
protected:
    Programs() {
        char name[] = "/tmp/mlosim-test-XXXXXX";
        directory = ::mkdtemp(name);
    }
    ~Programs() override { std::filesystem::remove_all(directory); }
    std::string write(const std::string& name, const std::string& content, mode_t mode = 0755) {
        const std::string path = directory + "/" + name;
        std::ofstream(path) << content;
        ::chmod(path.c_str(), mode);
        return path;
    }
    std::string write(const std::string& name, const std::vector<std::uint8_t>& content) {
        return write(name, std::string(content.begin(), content.end()));
    }
    std::string directory;
};

TEST_F(Programs, DynamicOnesCanBePreloaded) {
    EXPECT_TRUE(can_be_preloaded("/proc/self/exe"));
}

TEST_F(Programs, ALoaderStartedAsAProgramCanBePreloaded) {
    EXPECT_TRUE(can_be_preloaded(write("ld-linux-x86-64.so.2", elf(nullptr))));
}

TEST_F(Programs, StaticOnesCannot) {
    for (const auto type : {ET_EXEC, ET_DYN})
        EXPECT_THAT(can_be_preloaded(write("static", elf(nullptr, type))).error().message,
                    HasSubstr("linked statically"));
}

TEST_F(Programs, ThoseOfAnotherLibraryCannot) {
    EXPECT_THAT(can_be_preloaded(write("alpine", elf("/lib/ld-musl-x86_64.so.1"))).error().message, HasSubstr("musl"));
}

TEST_F(Programs, AScriptIsJudgedByItsInterpreter) {
    EXPECT_TRUE(can_be_preloaded(write("good", "#!/usr/bin/env python3\n")));
    const std::string interpreter = write("static", elf(nullptr));
    const auto judged = can_be_preloaded(write("bad", "#! " + interpreter + " -x\n"));
    ASSERT_FALSE(judged);
    EXPECT_THAT(judged.error().message, HasSubstr(interpreter + ", which is linked statically"));
    EXPECT_FALSE(can_be_preloaded(write("empty", "#!\n")));
    EXPECT_FALSE(can_be_preloaded(write("self", "#!" + directory + "/self\n")));
}

TEST_F(Programs, ThoseWithPrivilegesCannot) {
    std::string path = "/usr/bin/su";  // another user's, unless we are root
    if (::geteuid() == 0) {
        path = write("privileged", elf("/lib64/ld-linux-x86-64.so.2"));
        ASSERT_EQ(::chown(path.c_str(), 65534, 65534), 0);
        ASSERT_EQ(::chmod(path.c_str(), 04755), 0);
    }
    const auto judged = can_be_preloaded(path);
    ASSERT_FALSE(judged);
    EXPECT_EQ(judged.error().code, EPERM);
    EXPECT_THAT(judged.error().message, HasSubstr("set-user-ID"));
}

TEST_F(Programs, AreFoundAsAShellFindsThem) {
    const std::string path = write("some-tool", "#!/bin/sh\n");
    EXPECT_EQ(*find_program(path), path);
    EXPECT_EQ(find_program(directory + "/none").error().code, ENOENT);
    EXPECT_EQ(find_program(write("data", "x", 0644)).error().code, EACCES);
    EXPECT_TRUE(find_program("sh"));
    EXPECT_EQ(find_program("no-such-program-anywhere").error().code, ENOENT);
    EXPECT_FALSE(find_program(""));
}

}  // namespace
}  // namespace mlosim::host
