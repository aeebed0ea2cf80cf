#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "ieee80211/byte_io.h"
#include "ieee80211/mac_address.h"
#include "mt7925/message.h"
#include "sim/result.h"

/// One description serves reader, writer and log. A structure of the chip's messages says once what its fields are:
///
///     struct BssRateTlv {
///         static constexpr std::uint16_t tag = 11;
///         static constexpr std::string_view name = "RATE";
///         std::uint16_t basic = 0;
///         template <class Self, class Visitor>
///         static void layout(Self& s, Visitor& v) { v.reserved(2); v("basic", s.basic); }
///     };
///
/// A visitor offers: operator()(name, field) for integers, enumerations, MAC addresses, octet arrays and arrays of
/// structures; reserved(n); records(name, vector) for structures up to the end; rest(name, bytes) for octets up to the
/// end.
namespace mlosim::mt7925 {

using ieee80211::MacAddress;

template <std::size_t N>
using Octets = std::array<std::uint8_t, N>;

namespace detail {

template <class T>
concept Number = std::integral<T> || std::is_enum_v<T>;

template <class T>
struct IsOctets : std::false_type {};
template <std::size_t N>
struct IsOctets<Octets<N>> : std::true_type {};

class LayoutReader {
public:
    explicit LayoutReader(ByteView bytes) : in_(bytes) {}

    template <Number T>
    void operator()(std::string_view, T& value) {
        if constexpr (sizeof(T) == 1) value = static_cast<T>(in_.u8());
        if constexpr (sizeof(T) == 2) value = static_cast<T>(in_.u16le());
        if constexpr (sizeof(T) == 4) value = static_cast<T>(in_.u32le());
        if constexpr (sizeof(T) == 8) value = static_cast<T>(in_.u64le());
    }
    void operator()(std::string_view, MacAddress& value) { value = in_.mac(); }
    template <class T, std::size_t N>
    void operator()(std::string_view name, std::array<T, N>& values) {
        for (T& value : values) {
            if constexpr (Number<T>)
                (*this)(name, value);
            else
                T::layout(value, *this);
        }
    }
    void reserved(std::size_t n) { in_.skip(n); }
    template <class T>
    void records(std::string_view, std::vector<T>& values) {
        while (in_.ok() && in_.remaining() > 0) {
            T::layout(values.emplace_back(), *this);
        }
    }
    void rest(std::string_view, Bytes& bytes) {
        const ByteView view = in_.take(in_.remaining());
        bytes.assign(view.begin(), view.end());
    }

    [[nodiscard]] bool ok() const noexcept { return in_.ok(); }
    [[nodiscard]] std::size_t remaining() const noexcept { return in_.remaining(); }

private:
    ieee80211::ByteReader in_;
};

class LayoutWriter {
public:
    explicit LayoutWriter(Bytes& out) : out_(out) {}

    template <Number T>
    void operator()(std::string_view, const T& value) {
        if constexpr (sizeof(T) == 1) out_.u8(static_cast<std::uint8_t>(value));
        if constexpr (sizeof(T) == 2) out_.u16le(static_cast<std::uint16_t>(value));
        if constexpr (sizeof(T) == 4) out_.u32le(static_cast<std::uint32_t>(value));
        if constexpr (sizeof(T) == 8) out_.u64le(static_cast<std::uint64_t>(value));
    }
    void operator()(std::string_view, const MacAddress& value) { out_.mac(value); }
    template <class T, std::size_t N>
    void operator()(std::string_view name, const std::array<T, N>& values) {
        for (const T& value : values) {
            if constexpr (Number<T>)
                (*this)(name, value);
            else
                T::layout(value, *this);
        }
    }
    void reserved(std::size_t n) { out_.zeros(n); }
    template <class T>
    void records(std::string_view, const std::vector<T>& values) {
        for (const T& value : values)
            T::layout(value, *this);
    }
    void rest(std::string_view, const Bytes& bytes) { out_.bytes(bytes); }

private:
    ieee80211::ByteWriter out_;
};

}  // namespace detail

/// Appends `value`'s fields.
template <class T>
void append_fields(Bytes& out, const T& value) {
    detail::LayoutWriter writer(out);
    T::layout(value, writer);
}

/// Appends `value` as one TLV, its length with the header's four octets.
template <class T>
void append_tlv(Bytes& out, const T& value) {
    Bytes body;
    append_fields(body, value);
    ieee80211::ByteWriter writer(out);
    writer.u16le(T::tag);
    writer.u16le(static_cast<std::uint16_t>(body.size() + 4));
    writer.bytes(body);
}

/// Reads all of `bytes` as a T: not one octet less or more than T has.
template <class T>
[[nodiscard]] Result<T> decode(ByteView bytes) {
    T value;
    detail::LayoutReader reader(bytes);
    T::layout(value, reader);
    if (!reader.ok())
        return fail(EMSGSIZE, std::string(T::name) + ": " + std::to_string(bytes.size()) + " bytes are too few");
    if (reader.remaining() != 0)
        return fail(EMSGSIZE, std::string(T::name) + ": " + std::to_string(reader.remaining()) + " of " +
                                  std::to_string(bytes.size()) + " bytes are too many");
    return value;
}

/// The same for a header: what follows it is left alone.
template <class T>
[[nodiscard]] Result<T> decode_front(ByteView bytes) {
    T value;
    detail::LayoutReader reader(bytes);
    T::layout(value, reader);
    if (!reader.ok())
        return fail(EMSGSIZE, std::string(T::name) + ": " + std::to_string(bytes.size()) + " bytes are too few");
    return value;
}

/// The same for a record that parse_tlvs() found: its place is in the error.
template <class T>
[[nodiscard]] Result<T> decode(const Tlv& tlv) {
    Result<T> value = decode<T>(tlv.body);
    if (!value)
        return fail(value.error().code, "TLV at byte " + std::to_string(tlv.offset) + ": " + value.error().message,
                    AttrOffset{static_cast<std::uint32_t>(tlv.offset)});
    return value;
}

/// A UNI command's payload: the fixed header, then TLVs in the order they are added.
class PayloadBuilder {
public:
    PayloadBuilder() = default;
    template <class Header>
    explicit PayloadBuilder(const Header& header) {
        append_fields(payload_, header);
    }

    template <class T>
    PayloadBuilder& add(const T& tlv) {
        append_tlv(payload_, tlv);
        return *this;
    }
    [[nodiscard]] const Bytes& bytes() const noexcept { return payload_; }

private:
    Bytes payload_;
};

}  // namespace mlosim::mt7925
