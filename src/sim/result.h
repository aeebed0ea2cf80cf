#pragma once

#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace mlosim {

/// Where in a netlink request the fault lies: byte offset from the start of the message's nlmsghdr
/// (what NLMSGERR_ATTR_OFFS carries).
struct AttrOffset {
    std::uint32_t bytes = 0;
    friend bool operator==(AttrOffset, AttrOffset) = default;
};

/// What went wrong, in the kernel's terms: a positive errno, a sentence for the extended ack (may be empty: most of the
/// kernel's errors carry none), the attribute at fault.
struct Error {
    int code = 0;
    std::string message;
    std::optional<AttrOffset> at;

    friend bool operator==(const Error&, const Error&) = default;
};

/// A value or an Error. Everything that bytes, files, users, clients or chips can make fail returns one.
template <class T>
using Result = tl::expected<T, Error>;

/// `return fail(EINVAL, "sentence");` in a function that returns a Result.
[[nodiscard]] inline tl::unexpected<Error> fail(int code, std::string message = {},
                                                std::optional<AttrOffset> at = std::nullopt) {
    return tl::unexpected<Error>(Error{code, std::move(message), at});
}

[[nodiscard]] inline tl::unexpected<Error> fail(Error error) {
    return tl::unexpected<Error>(std::move(error));
}

}  // namespace mlosim
