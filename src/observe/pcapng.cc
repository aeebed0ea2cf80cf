#include "observe/pcapng.h"

#include <utility>

#include "sim/invariant.h"

namespace mlosim::observe {

namespace {
using ieee80211::ByteView;
using ieee80211::ByteWriter;

constexpr std::uint32_t section_header = 0x0a0d0d0a;
constexpr std::uint32_t interface_description = 1;
constexpr std::uint32_t enhanced_packet = 6;

constexpr std::uint32_t byte_order = 0x1a2b3c4d;
constexpr std::uint64_t section_of_unknown_length = ~std::uint64_t{0};

constexpr std::uint16_t end_of_options = 0;
constexpr std::uint16_t opt_comment = 1;
constexpr std::uint16_t shb_user_application = 4;
constexpr std::uint16_t if_name = 2;
constexpr std::uint16_t if_description = 3;
constexpr std::uint16_t if_timestamp_resolution = 9;
constexpr std::uint16_t epb_flags = 2;
constexpr std::uint8_t nanoseconds = 9;  // ten to the minus ninth

constexpr std::size_t length_at = 4;

ByteView bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
}  // namespace

PcapngWriter::PcapngWriter(Sink sink, std::string_view application) : sink_(std::move(sink)) {
    begin(section_header);
    ByteWriter out{block_};
    out.u32le(byte_order);
    out.u16le(1);  // version 1.0
    out.u16le(0);
    out.u64le(section_of_unknown_length);
    option(shb_user_application, bytes_of(application));
    option(end_of_options, {});
    end();
}

PcapngWriter::InterfaceId PcapngWriter::add_interface(std::string_view name, std::string_view description,
                                                      LinkType link) {
    begin(interface_description);
    ByteWriter out{block_};
    out.u16le(static_cast<std::uint16_t>(link));
    out.u16le(0);
    out.u32le(0);  // nothing is cut off
    option(if_name, bytes_of(name));
    if (!description.empty()) option(if_description, bytes_of(description));
    option(if_timestamp_resolution, ByteView{&nanoseconds, 1});
    option(end_of_options, {});
    end();
    return interfaces_++;
}

void PcapngWriter::packet(InterfaceId interface, sim::Time at, std::initializer_list<ByteView> pieces,
                          Direction direction, std::string_view comment) {
    MLOSIM_INVARIANT(interface < interfaces_, "a packet's interface comes before it");
    std::size_t size = 0;
    for (const ByteView piece : pieces)
        size += piece.size();
    const auto ns = static_cast<std::uint64_t>(at.ns());
    begin(enhanced_packet);
    ByteWriter out{block_};
    out.u32le(interface);
    out.u32le(static_cast<std::uint32_t>(ns >> 32U));
    out.u32le(static_cast<std::uint32_t>(ns));
    out.u32le(static_cast<std::uint32_t>(size));
    out.u32le(static_cast<std::uint32_t>(size));
    for (const ByteView piece : pieces)
        out.bytes(piece);
    pad();
    if (direction != Direction::unknown) {
        out.u16le(epb_flags);
        out.u16le(4);
        out.u32le(static_cast<std::uint32_t>(direction));
    }
    if (!comment.empty()) option(opt_comment, bytes_of(comment));
    if (direction != Direction::unknown || !comment.empty()) option(end_of_options, {});
    end();
}

void PcapngWriter::begin(std::uint32_t type) {
    block_.clear();
    ByteWriter out{block_};
    out.u32le(type);
    out.u32le(0);  // the length, see end()
}

void PcapngWriter::option(std::uint16_t code, ByteView value) {
    ByteWriter out{block_};
    out.u16le(code);
    out.u16le(static_cast<std::uint16_t>(value.size()));
    out.bytes(value);
    pad();
}

void PcapngWriter::pad() {
    ByteWriter{block_}.zeros((4 - block_.size() % 4) % 4);
}

void PcapngWriter::end() {
    const auto length = static_cast<std::uint32_t>(block_.size() + 4);
    ByteWriter{block_}.u32le(length);
    for (std::size_t i = 0; i < 4; ++i)
        block_[length_at + i] = static_cast<std::uint8_t>(length >> (8 * i));
    sink_({reinterpret_cast<const char*>(block_.data()), block_.size()});
}

}  // namespace mlosim::observe
