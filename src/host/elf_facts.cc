#include "host/elf_facts.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>

#include <elf.h>

namespace mlosim::host {
namespace {

using Bytes = std::span<const std::uint8_t>;

/// Nothing if `size` bytes at `offset` are not all there.
Result<Bytes> slice(Bytes file, std::uint64_t offset, std::uint64_t size) {
    if (offset > file.size() || size > file.size() - offset) return fail(ENOEXEC, "is cut short");
    return file.subspan(offset, size);
}

template <class T>
Result<T> read(Bytes file, std::uint64_t offset) {
    const auto bytes = slice(file, offset, sizeof(T));
    if (!bytes) return fail(bytes.error());
    T object;
    std::memcpy(&object, bytes->data(), sizeof object);
    return object;
}

template <class Header, class ProgramHeader>
Result<ElfFacts> parse(Bytes file) {
    const auto header = read<Header>(file, 0);
    if (!header) return fail(header.error());
    ElfFacts facts;
    facts.machine = header->e_machine;
    facts.is_64_bit = sizeof(Header) == sizeof(Elf64_Ehdr);
    facts.is_shared = header->e_type == ET_DYN;
    if (header->e_type != ET_DYN && header->e_type != ET_EXEC) return fail(ENOEXEC, "is no program");
    if (header->e_phnum != 0 && header->e_phentsize != sizeof(ProgramHeader)) return fail(ENOEXEC, "is no program");
    for (std::uint16_t i = 0; i < header->e_phnum; i++) {
        const auto segment = read<ProgramHeader>(file, header->e_phoff + std::uint64_t{i} * sizeof(ProgramHeader));
        if (!segment) return fail(segment.error());
        if (segment->p_type != PT_INTERP) continue;
        const auto name = slice(file, segment->p_offset, segment->p_filesz);
        if (!name) return fail(name.error());
        facts.interpreter.assign(name->begin(), std::find(name->begin(), name->end(), 0));
    }
    return facts;
}

}  // namespace

Result<ElfFacts> parse_elf(Bytes file) {
    if (file.size() < EI_NIDENT || std::memcmp(file.data(), ELFMAG, SELFMAG) != 0)
        return fail(ENOEXEC, "is no program");
    const std::uint8_t order = std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;
    if (file[EI_DATA] != order) return fail(ENOEXEC, "is a program for another kind of machine");
    if (file[EI_CLASS] == ELFCLASS64) return parse<Elf64_Ehdr, Elf64_Phdr>(file);
    if (file[EI_CLASS] == ELFCLASS32) return parse<Elf32_Ehdr, Elf32_Phdr>(file);
    return fail(ENOEXEC, "is no program");
}

}  // namespace mlosim::host
