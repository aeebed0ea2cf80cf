#include "scenario/detail/overrides.h"

#include <algorithm>
#include <optional>

namespace mlosim::scenario::detail {

namespace {

constexpr const char* wanted = "a JSON pointer, like /radios/0/tx_power_dbm, or names, like radios.sta.tx_power_dbm";

/// The place of the element with that "name" in a list, or of that number.
std::optional<std::string> place_in_list(const Json& list, const std::string& word) {
    for (std::size_t i = 0; i < list.size(); ++i)
        if (list[i].is_object() && list[i].value("name", Json()) == word) return std::to_string(i);
    if (word == "-" || (!word.empty() && word.find_first_not_of("0123456789") == std::string::npos)) return word;
    return std::nullopt;
}

std::vector<std::string> names_in(const Json& list) {
    std::vector<std::string> out;
    for (const Json& element : list)
        if (element.is_object() && element.contains("name") && element["name"].is_string())
            out.push_back(element["name"].get<std::string>());
    return out;
}

/// "radios.sta.chip" as a pointer: members of objects by name, elements of lists by their "name" or number.
tl::expected<Json::json_pointer, std::string> by_names(const std::string& path, const Json& document) {
    Json::json_pointer out;
    const Json* here = &document;
    for (std::size_t begin = 0; begin <= path.size();) {
        const std::size_t end = std::min(path.find('.', begin), path.size());
        std::string word = path.substr(begin, end - begin);
        begin = end + 1;
        if (word.empty()) return tl::unexpected(std::string(wanted));
        if (here != nullptr && here->is_array()) {
            const auto place = place_in_list(*here, word);
            if (!place) {
                const auto names = names_in(*here);
                return tl::unexpected("in place of " + in_quotes(word) + " " +
                                      (names.empty() ? "the number of an element" : listed(names)));
            }
            word = *place;
        }
        out /= word;
        here = document.contains(out) ? &document.at(out) : nullptr;
    }
    return out;
}

}  // namespace

void apply(const Override& change, Json& document, Mistakes& mistakes) {
    const auto refuse = [&](std::string allowed) {
        mistakes.push_back({"--set " + in_quotes(change.pointer), in_quotes(change.value), std::move(allowed)});
    };
    Json value = Json::parse(change.value, nullptr, false, true);
    if (value.is_discarded()) value = change.value;
    try {
        Json::json_pointer pointer;
        if (change.pointer.empty() || change.pointer.front() == '/') {
            pointer = Json::json_pointer(change.pointer);
        } else {
            auto named = by_names(change.pointer, document);
            if (!named) return refuse(std::move(named.error()));
            pointer = std::move(*named);
        }
        if (pointer.empty()) return refuse("a JSON pointer to one value, like /radios/0/tx_power_dbm");
        // A list that is not there yet is an empty one.
        if (pointer.back() == "-" && !document.contains(pointer.parent_pointer()) &&
            document.contains(pointer.parent_pointer().parent_pointer()))
            document[pointer.parent_pointer()] = Json::array();
        if (!document.contains(pointer.parent_pointer())) return refuse("a place in a value that the scenario has");
        const Json& parent = document.at(pointer.parent_pointer());
        if (!parent.is_structured()) return refuse("a place in an object or a list");
        document[pointer] = std::move(value);
    } catch (const Json::exception&) {  // a malformed pointer, or an index that is none
        refuse(wanted);
    }
}

}  // namespace mlosim::scenario::detail
