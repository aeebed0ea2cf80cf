#include "ctl/run/shard.h"

#include <charconv>

namespace mlosim::ctl::run {

namespace {

constexpr unsigned most_shards = 1'000'000;

std::optional<unsigned> number_in(std::string_view text) {
    unsigned out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return out;
}

Result<Shard> checked(std::optional<unsigned> index, std::optional<unsigned> total, std::string source,
                      const std::string& found) {
    if (!index || !total || *index == 0 || *total > most_shards || *index > *total)
        return fail(EINVAL, source + ": found " + found + ", allowed a part I of N parts, from 1/N to N/N");
    return Shard{*index, *total, std::move(source)};
}

/// An array of consecutive numbers, from wherever and in whatever steps ("0-9", "1-20:2").
Result<Shard> slurm_shard(const std::string& id, const Environment& environment) {
    const auto text = [&](const char* name, const char* otherwise) { return environment(name).value_or(otherwise); };
    const std::string first = text("SLURM_ARRAY_TASK_MIN", "0");
    const std::string count = text("SLURM_ARRAY_TASK_COUNT", "");
    const std::string step = text("SLURM_ARRAY_TASK_STEP", "1");
    const std::string found = "task " + id + " of " + count + ", of which the first is " + first;
    const auto task = number_in(id);
    const auto least = number_in(first);
    const auto stride = number_in(step);
    constexpr const char* source = "SLURM_ARRAY_TASK_ID";
    if (!task || !least || !stride || *stride == 0 || *task < *least || (*task - *least) % *stride != 0)
        return fail(EINVAL, std::string(source) + ": found " + found + ", allowed a task of an array like 0-9");
    return checked((*task - *least) / *stride + 1, number_in(count), source, found);
}

}  // namespace

Result<Shard> parse_shard(std::string_view text) {
    const std::size_t slash = text.find('/');
    const bool two = slash != std::string_view::npos;
    return checked(two ? number_in(text.substr(0, slash)) : std::nullopt,
                   two ? number_in(text.substr(slash + 1)) : std::nullopt, "--shard", "'" + std::string(text) + "'");
}

Result<Shard> shard_of(const std::string& option, const Environment& environment) {
    if (!option.empty()) return parse_shard(option);
    if (const auto id = environment("SLURM_ARRAY_TASK_ID"); id && !id->empty()) return slurm_shard(*id, environment);
    const auto total = environment("CI_NODE_TOTAL");
    const auto index = environment("CI_NODE_INDEX");
    if (index && !index->empty() && total)
        return checked(number_in(*index), number_in(*total), "CI_NODE_INDEX", *index + " of " + *total);
    return Shard{};
}

}  // namespace mlosim::ctl::run
