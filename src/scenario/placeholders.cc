#include "scenario/placeholders.h"

namespace mlosim::scenario {

std::string filled(std::string_view text, const Meaning& meaning) {
    std::string out;
    while (!text.empty()) {
        const std::size_t begin = text.find("${");
        const std::size_t end = begin == std::string_view::npos ? begin : text.find('}', begin);
        if (end == std::string_view::npos) break;
        const auto value = meaning(std::string(text.substr(begin + 2, end - begin - 2)));
        out += text.substr(0, begin);
        // Without a meaning only the sign is passed by: the name may hold another placeholder.
        out += value ? std::string_view(*value) : text.substr(begin, 2);
        text.remove_prefix(value ? end + 1 : begin + 2);
    }
    out += text;
    return out;
}

std::vector<std::string> placeholders_in(std::string_view text) {
    std::vector<std::string> out;
    (void)filled(text, [&](const std::string& name) -> std::optional<std::string> {
        out.push_back(name);
        return std::nullopt;
    });
    return out;
}

std::string replaced(std::string text, std::string_view found, std::string_view by) {
    if (found.empty()) return text;
    for (std::size_t at = text.find(found); at != std::string::npos; at = text.find(found, at + by.size()))
        text.replace(at, found.size(), by);
    return text;
}

}  // namespace mlosim::scenario
