#pragma once

#include <array>
#include <cerrno>
#include <utility>

namespace mlosim::scenario::detail {

/// The errors that wireless operations, and programs when they are spoken to, end with, by name.
inline constexpr std::array<std::pair<const char*, int>, 22> named_errors{{
    {"EACCES", EACCES},         {"EADDRNOTAVAIL", EADDRNOTAVAIL},
    {"EALREADY", EALREADY},     {"EBADMSG", EBADMSG},
    {"EBUSY", EBUSY},           {"ECONNREFUSED", ECONNREFUSED},
    {"ECONNRESET", ECONNRESET}, {"EEXIST", EEXIST},
    {"EINVAL", EINVAL},         {"ENETDOWN", ENETDOWN},
    {"ENFILE", ENFILE},         {"ENODEV", ENODEV},
    {"ENOENT", ENOENT},         {"ENOLINK", ENOLINK},
    {"ENOSPC", ENOSPC},         {"ENOTCONN", ENOTCONN},
    {"ENOTUNIQ", ENOTUNIQ},     {"EOPNOTSUPP", EOPNOTSUPP},
    {"EPERM", EPERM},           {"ERANGE", ERANGE},
    {"ESRCH", ESRCH},           {"ETIMEDOUT", ETIMEDOUT},
}};

}  // namespace mlosim::scenario::detail
