#include "ctl/run/campaign.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include <nlohmann/json.hpp>

#include "ctl/trace_reader.h"

namespace mlosim::ctl::run {

namespace {

using Json = nlohmann::ordered_json;

std::string listed(const std::vector<std::string>& words) {
    return words.empty() ? "none" : shell_line(words);
}

std::string listed(const std::vector<Axis>& axes) {
    std::vector<std::string> words;
    for (const Axis& axis : axes) {
        std::string word = axis.place + "=";
        for (std::size_t i = 0; i < axis.values.size(); ++i)
            word += (i == 0 ? "" : ",") + axis.values[i];
        words.push_back(std::move(word));
    }
    return listed(words);
}

std::vector<std::string> texts(const Json& list) {
    std::vector<std::string> out;
    for (const Json& one : list)
        out.push_back(one.get<std::string>());
    return out;
}

}  // namespace

Campaign::Campaign(std::vector<ScenarioFile> scenarios, std::vector<Axis> axes, Seeds seeds,
                   std::vector<std::string> options, std::string commit)
    : scenarios_(std::move(scenarios)),
      axes_(std::move(axes)),
      combinations_(product(axes_)),
      seeds_(std::move(seeds)),
      options_(std::move(options)),
      commit_(std::move(commit)) {}

Run Campaign::operator[](std::uint64_t number) const {
    Run out;
    out.number = number;
    out.seed = seeds_[number % seeds_.size()];
    number /= seeds_.size();
    out.parameters = &combinations_[number % combinations_.size()];
    out.scenario = &scenarios_[number / combinations_.size()];
    return out;
}

std::vector<std::string> Campaign::arguments(const Run& run) const {
    std::vector<std::string> out{"--scenario", run.scenario->path, "--no-socket", "--seed", std::to_string(run.seed)};
    for (const Setting& setting : *run.parameters)
        out.insert(out.end(), {"--set", setting.place + "=" + setting.value});
    out.insert(out.end(), options_.begin(), options_.end());
    return out;
}

bool Campaign::has(const Record& record) const {
    if (record.run >= size()) return false;
    const Run run = (*this)[record.run];
    return run.seed == record.seed && run.scenario->name == record.scenario && *run.parameters == record.parameters;
}

std::string Campaign::manifest(const Shard& shard) const {
    Json out{{"what", "a campaign of mlosimctl run"}, {"mlosimd", commit_}};
    out["scenarios"] = Json::array();
    for (const ScenarioFile& scenario : scenarios_)
        out["scenarios"].push_back(
            {{"name", scenario.name}, {"path", scenario.path}, {"fingerprint", scenario.fingerprint}});
    out["set"] = Json::array();
    for (const Axis& axis : axes_)
        out["set"].push_back({{"place", axis.place}, {"values", axis.values}});
    out["seeds"] = seeds_.text();
    out["options"] = options_;
    out["shard"] = shard.text();
    return out.dump(2, ' ', true, Json::error_handler_t::replace) + "\n";
}

Result<Campaign::Read> Campaign::parse(const std::string& manifest) {
    const auto bad = [] { return fail(EBADMSG, "no manifest of a campaign"); };
    if (!is_shallow(manifest)) return bad();
    const Json in = Json::parse(manifest, nullptr, false);
    if (!in.is_object()) return bad();
    try {
        std::vector<ScenarioFile> scenarios;
        for (const Json& one : in.at("scenarios"))
            scenarios.push_back({one.at("name").get<std::string>(), one.at("path").get<std::string>(),
                                 one.at("fingerprint").get<std::string>()});
        std::vector<Axis> axes;
        for (const Json& one : in.at("set")) {
            axes.push_back({one.at("place").get<std::string>(), texts(one.at("values"))});
            if (axes.back().values.empty() || axes.size() > 64) return bad();
        }
        std::size_t combinations = 1;
        for (const Axis& axis : axes)
            if ((combinations *= axis.values.size()) > 1'000'000) return bad();
        auto seeds = Seeds::parse(in.at("seeds").get<std::string>());
        auto shard = parse_shard(in.at("shard").get<std::string>());
        if (scenarios.empty() || !seeds || !shard) return bad();
        if (seeds->size() * combinations > Seeds::most || seeds->size() * combinations * scenarios.size() > Seeds::most)
            return bad();
        if (shard->whole()) shard->source.clear();
        return Read{Campaign(std::move(scenarios), std::move(axes), std::move(*seeds), texts(in.at("options")),
                             in.at("mlosimd").get<std::string>()),
                    *shard};
    } catch (const Json::exception&) {
        return bad();
    }
}

std::string Campaign::difference(const Campaign& other) const {
    std::string out;
    const auto compare = [&out](const char* what, const std::string& mine, const std::string& its) {
        if (mine != its) out += (out.empty() ? "" : "; ") + std::string(what) + " " + mine + ", not " + its;
    };
    const auto names = [](const Campaign& campaign) {
        std::vector<std::string> words;
        for (const ScenarioFile& scenario : campaign.scenarios_)
            words.push_back(scenario.name);
        return listed(words);
    };
    compare("scenarios", names(*this), names(other));
    if (out.empty())
        for (std::size_t i = 0; i < scenarios_.size(); ++i)
            if (scenarios_[i].fingerprint != other.scenarios_[i].fingerprint)
                out += (out.empty() ? "" : "; ") + scenarios_[i].name + " with another text";
    compare("seeds", seeds_.text(), other.seeds_.text());
    compare("--set", listed(axes_), listed(other.axes_));
    compare("options", listed(options_), listed(other.options_));
    compare("program", commit_, other.commit_);
    return out;
}

std::string fingerprint(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325ULL;  // 64-bit FNV-1a
    for (const char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    char out[17];
    std::snprintf(out, sizeof out, "%016llx", static_cast<unsigned long long>(hash));
    return out;
}

std::string shell_line(const std::vector<std::string>& words) {
    static constexpr std::string_view harmless =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=:,+@%";
    std::string out;
    for (const std::string& word : words) {
        if (!out.empty()) out += ' ';
        if (!word.empty() && word.find_first_not_of(harmless) == std::string::npos) {
            out += word;
            continue;
        }
        out += '\'';
        for (const char c : word)
            out += c == '\'' ? std::string("'\\''") : std::string(1, c);
        out += '\'';
    }
    return out;
}

}  // namespace mlosim::ctl::run
