#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sim/virtual_time.h"

namespace mlosim::sim {

/// JSON that somebody else wrote, on one line and in ASCII; it goes into a record as it is.
struct TraceJson {
    std::string_view text;
};

/// A value in a trace record. Bytes are written as lower-case hex.
using TraceValue =
    std::variant<bool, std::int64_t, std::uint64_t, double, std::string_view, std::span<const std::uint8_t>, TraceJson>;

/// One named value of a record.
struct TraceField {
    std::string_view name;
    TraceValue value;

    TraceField(std::string_view n, bool v) : name(n), value(v) {}
    TraceField(std::string_view n, int v) : name(n), value(static_cast<std::int64_t>(v)) {}
    TraceField(std::string_view n, std::int64_t v) : name(n), value(v) {}
    TraceField(std::string_view n, std::uint32_t v) : name(n), value(static_cast<std::uint64_t>(v)) {}
    TraceField(std::string_view n, std::uint64_t v) : name(n), value(v) {}
    TraceField(std::string_view n, double v) : name(n), value(v) {}
    TraceField(std::string_view n, std::string_view v) : name(n), value(v) {}
    TraceField(std::string_view n, const char* v) : name(n), value(std::string_view(v)) {}
    TraceField(std::string_view n, const std::string& v) : name(n), value(std::string_view(v)) {}
    TraceField(std::string_view n, std::span<const std::uint8_t> v) : name(n), value(v) {}
    TraceField(std::string_view n, TraceJson v) : name(n), value(v) {}
};

/// What the world says of itself, for programs: JSON lines `{"t":<ns>,"ev":"mld/wdev-up",…}`, fields in the order
/// given, and a running hash over those bytes. Same scenario and same seed give the same bytes.
class Trace {
public:
    /// Gets every line (with its newline) as it is made.
    using Sink = std::function<void(std::string_view line)>;

    Trace() = default;
    explicit Trace(Sink sink) { add_sink(std::move(sink)); }

    void add_sink(Sink sink) { sinks_.push_back(std::move(sink)); }

    /// Writes one record. `event` is "room/what-happened".
    void record(Time at, std::string_view event, std::initializer_list<TraceField> fields);

    /// 64-bit FNV-1a over all lines so far.
    [[nodiscard]] std::uint64_t hash() const noexcept { return hash_; }
    [[nodiscard]] std::uint64_t records() const noexcept { return records_; }

private:
    std::vector<Sink> sinks_;
    std::string line_;
    std::uint64_t hash_ = 0xcbf29ce484222325ULL;
    std::uint64_t records_ = 0;
};

}  // namespace mlosim::sim
