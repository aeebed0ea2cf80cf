#include "ctl/trace_diff.h"

#include <algorithm>
#include <deque>
#include <utility>

#include <nlohmann/json.hpp>

#include "ctl/trace_reader.h"

namespace mlosim::ctl {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_differences = 50;

std::string text_of(const Json& value) {
    return value.dump(-1, ' ', true, Json::error_handler_t::replace);
}

/// Collects what is not the same in two values, member by member.
class FieldComparison {
public:
    explicit FieldComparison(const std::set<std::string>& ignored) : ignored_(ignored) {}

    void compare(const std::string& path, const Json* first, const Json* second) {
        if (out_.size() >= most_differences || (!path.empty() && ignored_.contains(path))) return;
        if (first != nullptr && second != nullptr) {
            if (first->is_object() && second->is_object()) return objects(path, *first, *second);
            if (first->is_array() && second->is_array()) return lists(path, *first, *second);
            if (*first == *second) return;
        }
        out_.push_back({path, first == nullptr ? std::nullopt : std::optional(text_of(*first)),
                        second == nullptr ? std::nullopt : std::optional(text_of(*second))});
    }
    [[nodiscard]] std::vector<FieldDifference> result() && { return std::move(out_); }

private:
    static const Json* member(const Json& object, const std::string& name) {
        const auto found = object.find(name);
        return found == object.end() ? nullptr : &*found;
    }
    void objects(const std::string& path, const Json& first, const Json& second) {
        const std::string prefix = path.empty() ? "" : path + ".";
        for (const auto& [name, value] : first.items())
            compare(prefix + name, &value, member(second, name));
        for (const auto& [name, value] : second.items())
            if (member(first, name) == nullptr) compare(prefix + name, nullptr, &value);
    }
    void lists(const std::string& path, const Json& first, const Json& second) {
        for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i)
            compare(path + "." + std::to_string(i), i < first.size() ? &first[i] : nullptr,
                    i < second.size() ? &second[i] : nullptr);
    }

    const std::set<std::string>& ignored_;
    std::vector<FieldDifference> out_;
};

/// One of the two traces, and where in it we are.
class Side {
public:
    Side(const char* name, std::istream& in, const TraceDiffOptions& options)
        : name_(name), reader_(in), options_(options) {}

    [[nodiscard]] Result<void> advance() {
        auto line = reader_.next();
        if (!line) return fail(line.error().code, std::string(name_) + ": " + line.error().message);
        line_ = std::move(*line);
        value_ = Json();
        return {};
    }
    /// Reads the line as JSON.
    [[nodiscard]] Result<void> understand() {
        if (!line_ || !value_.is_null()) return {};
        if (is_shallow(line_->text)) value_ = Json::parse(line_->text, nullptr, false);
        if (value_.is_object()) return {};
        return fail(EBADMSG, std::string(name_) + ": line " + std::to_string(line_->number) + " is no JSON object");
    }
    /// Goes on to the next record that is not left out.
    [[nodiscard]] Result<void> skip_ignored() {
        while (line_ && !options_.ignored.empty()) {
            if (auto understood = understand(); !understood) return understood;
            const auto kind = value_.find(options_.kind);
            if (kind == value_.end() || !kind->is_string() ||
                !options_.ignored.contains(kind->get_ref<const std::string&>()))
                return {};
            if (auto advanced = advance(); !advanced) return advanced;
        }
        return {};
    }
    void remember() {
        if (options_.context == 0) return;
        if (before_.size() == options_.context) before_.pop_front();
        before_.push_back(*line_);
    }
    [[nodiscard]] Result<std::vector<TraceLine>> rest(std::size_t most, std::uint64_t* all = nullptr) {
        std::vector<TraceLine> out;
        std::uint64_t count = 0;
        while (line_) {
            ++count;
            if (out.size() < most) out.push_back(*line_);
            if (all == nullptr && out.size() == most) break;
            if (auto advanced = advance(); !advanced) return fail(std::move(advanced.error()));
            if (auto skipped = skip_ignored(); !skipped) return fail(std::move(skipped.error()));
        }
        if (all != nullptr) *all = count;
        return out;
    }

    [[nodiscard]] const std::optional<TraceLine>& line() const noexcept { return line_; }
    [[nodiscard]] const Json& value() const noexcept { return value_; }
    [[nodiscard]] bool torn() const noexcept { return reader_.torn(); }
    [[nodiscard]] std::vector<TraceLine> before() const { return {before_.begin(), before_.end()}; }

private:
    const char* name_;
    TraceReader reader_;
    const TraceDiffOptions& options_;
    std::optional<TraceLine> line_;
    Json value_;
    std::deque<TraceLine> before_;
};

/// The two traces, side by side.
class Comparison {
public:
    Comparison(std::istream& first, std::istream& second, const TraceDiffOptions& options)
        : options_(options), first_("first", first, options), second_("second", second, options) {}

    [[nodiscard]] Result<TraceComparison> run() {
        for (;;) {
            if (auto moved = advance_both(); !moved) return fail(std::move(moved.error()));
            if (!first_.line() || !second_.line()) break;
            auto fields = differing();
            if (!fields) return fail(std::move(fields.error()));
            // What differs may be a record that is left out, in one of them; then either may be at its end.
            if (!first_.line() || !second_.line()) break;
            if (!fields->empty()) return part(std::move(*fields));
            ++out_.same;
            first_.remember();
            second_.remember();
        }
        if (!first_.line() && !second_.line()) return finished();
        if (!options_.prefix) return part({});
        if (auto counted = first_.rest(0, &out_.more_in_first); !counted) return fail(std::move(counted.error()));
        if (auto counted = second_.rest(0, &out_.more_in_second); !counted) return fail(std::move(counted.error()));
        return finished();
    }

private:
    [[nodiscard]] Result<void> advance_both() {
        if (auto moved = first_.advance(); !moved) return moved;
        if (auto moved = second_.advance(); !moved) return moved;
        // Lines that are the same are left out together, or not at all.
        if (first_.line() && second_.line()) return {};
        if (auto skipped = first_.skip_ignored(); !skipped) return skipped;
        return second_.skip_ignored();
    }
    [[nodiscard]] Result<std::vector<FieldDifference>> differing() {
        if (first_.line()->text == second_.line()->text) return std::vector<FieldDifference>{};
        for (Side* side : {&first_, &second_}) {
            if (auto skipped = side->skip_ignored(); !skipped) return fail(std::move(skipped.error()));
            if (auto understood = side->understand(); !understood) return fail(std::move(understood.error()));
        }
        FieldComparison fields(options_.ignored);
        if (first_.line() && second_.line()) fields.compare("", &first_.value(), &second_.value());
        return std::move(fields).result();
    }
    [[nodiscard]] Result<TraceComparison> part(std::vector<FieldDifference> fields) {
        TraceDifference difference;
        difference.fields = std::move(fields);
        difference.first = first_.line();
        difference.second = second_.line();
        difference.before_first = first_.before();
        difference.before_second = second_.before();
        for (const auto& [side, after] :
             {std::pair(&first_, &difference.after_first), std::pair(&second_, &difference.after_second)}) {
            auto rest = side->rest(options_.context + 1);
            if (!rest) return fail(std::move(rest.error()));
            if (!rest->empty()) rest->erase(rest->begin());
            *after = std::move(*rest);
        }
        out_.difference = std::move(difference);
        return finished();
    }
    [[nodiscard]] TraceComparison finished() {
        out_.torn_first = first_.torn();
        out_.torn_second = second_.torn();
        return std::move(out_);
    }

    const TraceDiffOptions& options_;
    Side first_;
    Side second_;
    TraceComparison out_;
};

}  // namespace

Result<TraceComparison> compare_traces(std::istream& first, std::istream& second, const TraceDiffOptions& options) {
    return Comparison(first, second, options).run();
}

}  // namespace mlosim::ctl
