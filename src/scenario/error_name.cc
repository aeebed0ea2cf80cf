#include "scenario/error_name.h"

#include "scenario/detail/named_errors.h"

namespace mlosim::scenario {

std::string error_name(int code) {
    if (code == 0) return "no error";
    for (const auto& [name, value] : detail::named_errors)
        if (value == code) return name;
    return "error " + std::to_string(code);
}

std::string error_text(const Error& error) {
    return error.message.empty() ? error_name(error.code) : error_name(error.code) + " (" + error.message + ")";
}

}  // namespace mlosim::scenario
