#include "sim/trace.h"

#include <charconv>

namespace mlosim::sim {

namespace {

template <class Number>
void append_number(std::string& out, Number value) {
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    out.append(digits, end);
}

void append_string(std::string& out, std::string_view text) {
    static constexpr char hex[] = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        const auto u = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (u < 0x20 ||
                   u >= 0x7f) {  // SSIDs may hold any byte: escaped one by one, so that a line is always ASCII
            out += "\\u00";
            out += hex[u >> 4U];
            out += hex[u & 0xfU];
        } else {
            out += c;
        }
    }
    out += '"';
}

struct ValueWriter {
    std::string& out;
    void operator()(bool v) const { out += v ? "true" : "false"; }
    void operator()(std::int64_t v) const { append_number(out, v); }
    void operator()(std::uint64_t v) const { append_number(out, v); }
    void operator()(double v) const { append_number(out, v); }
    void operator()(std::string_view v) const { append_string(out, v); }
    void operator()(std::span<const std::uint8_t> bytes) const {
        static constexpr char hex[] = "0123456789abcdef";
        out += '"';
        for (const std::uint8_t b : bytes) {
            out += hex[b >> 4U];
            out += hex[b & 0xfU];
        }
        out += '"';
    }
    void operator()(TraceJson json) const { out += json.text; }
};

}  // namespace

void Trace::record(Time at, std::string_view event, std::initializer_list<TraceField> fields) {
    line_.assign("{\"t\":");
    append_number(line_, at.ns());
    line_ += ",\"ev\":";
    append_string(line_, event);
    for (const TraceField& field : fields) {
        line_ += ',';
        append_string(line_, field.name);
        line_ += ':';
        std::visit(ValueWriter{line_}, field.value);
    }
    line_ += "}\n";
    for (const char c : line_)
        hash_ = (hash_ ^ static_cast<std::uint8_t>(c)) * 0x100000001b3ULL;
    ++records_;
    for (const Sink& sink : sinks_)
        sink(line_);
}

}  // namespace mlosim::sim
