#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "mt7925/layout.h"
#include "sim/virtual_time.h"

namespace mlosim::mt7925 {

/// A field of a message as people read it: a number, a text (addresses, octets in hex), or a list of records.
struct DecodedField {
    std::string name;
    std::variant<std::uint64_t, std::int64_t, std::string> value;
    std::vector<std::vector<DecodedField>> records;
};
using DecodedFields = std::vector<DecodedField>;

struct DecodedTlv {
    std::uint16_t tag = 0;
    std::string name;  ///< empty: not in the catalogue
    std::size_t length = 0;
    DecodedFields fields;
};

enum class Direction : std::uint8_t { command, event };

/// One message of the command or event ring, by name and TLV.
struct DecodedMessage {
    Direction direction = Direction::command;
    bool uni = true;
    std::uint16_t id = 0;  ///< command or event number
    std::string name;
    std::uint8_t seq = 0;
    std::uint8_t option = 0;
    DecodedFields header;
    std::vector<DecodedTlv> tlvs;
    std::optional<std::uint32_t> status;   ///< of a result, or the status octet of the boot ROM
    std::optional<std::uint16_t> for_cid;  ///< of a result: the command it answers
    std::optional<unsigned> bss_idx;
    std::optional<unsigned> wcid;
    std::optional<unsigned> link;  ///< where the message names a link of an MLD
    std::string fault;             ///< why the rest could not be read
};

/// Never fails: what cannot be read is named in `fault`.
[[nodiscard]] DecodedMessage decode_command(ByteView packet);
[[nodiscard]] DecodedMessage decode_event(ByteView packet);

/// One line for a log: `cmd BSS_INFO seq 8 bss_idx 0 | BASIC active 1 … | RLM …`.
[[nodiscard]] std::string to_text(const DecodedMessage& message);
/// One JSON object, no newline: {t, dir, cid, name, seq, opt, tlvs[], status, link, wcid}. `t` in nanoseconds; none
/// where whoever has the object says when.
[[nodiscard]] std::string to_json(const DecodedMessage& message, std::optional<sim::Time> at);

/// The fields of `value`, in the order of its layout.
template <class T>
[[nodiscard]] DecodedFields fields_of(const T& value);

namespace detail {

[[nodiscard]] std::string hex_of(ByteView bytes);

class FieldCollector {
public:
    explicit FieldCollector(DecodedFields& out) : out_(out) {}

    template <Number T>
    void operator()(std::string_view name, const T& value) {
        if constexpr (std::is_enum_v<T>)
            (*this)(name, static_cast<std::underlying_type_t<T>>(value));
        else if constexpr (std::is_signed_v<T>)
            out_.push_back({std::string(name), static_cast<std::int64_t>(value), {}});
        else
            out_.push_back({std::string(name), static_cast<std::uint64_t>(value), {}});
    }
    void operator()(std::string_view name, const MacAddress& value) {
        out_.push_back({std::string(name), value.to_string(), {}});
    }
    template <class T, std::size_t N>
    void operator()(std::string_view name, const std::array<T, N>& values) {
        if constexpr (Number<T>) {
            Bytes bytes;
            LayoutWriter writer(bytes);
            writer(name, values);
            out_.push_back({std::string(name), hex_of(bytes), {}});
        } else {
            list(name, values);
        }
    }
    void reserved(std::size_t) {}
    template <class T>
    void records(std::string_view name, const std::vector<T>& values) {
        list(name, values);
    }
    void rest(std::string_view name, const Bytes& bytes) { out_.push_back({std::string(name), hex_of(bytes), {}}); }

private:
    template <class Range>
    void list(std::string_view name, const Range& values) {
        DecodedField field{std::string(name), std::uint64_t{values.size()}, {}};
        for (const auto& value : values)
            field.records.push_back(fields_of(value));
        out_.push_back(std::move(field));
    }

    DecodedFields& out_;
};

}  // namespace detail

template <class T>
DecodedFields fields_of(const T& value) {
    DecodedFields out;
    detail::FieldCollector collector(out);
    T::layout(value, collector);
    return out;
}

}  // namespace mlosim::mt7925
