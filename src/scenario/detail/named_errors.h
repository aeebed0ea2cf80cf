#pragma once

#include <array>
#include <cerrno>
#include <utility>

namespace mlosim::scenario::detail {

/// The errors that wireless operations end with, by name.
inline constexpr std::array<std::pair<const char*, int>, 17> named_errors{{
    {"EACCES", EACCES},
    {"EADDRNOTAVAIL", EADDRNOTAVAIL},
    {"EALREADY", EALREADY},
    {"EBUSY", EBUSY},
    {"EEXIST", EEXIST},
    {"EINVAL", EINVAL},
    {"ENETDOWN", ENETDOWN},
    {"ENFILE", ENFILE},
    {"ENODEV", ENODEV},
    {"ENOENT", ENOENT},
    {"ENOLINK", ENOLINK},
    {"ENOSPC", ENOSPC},
    {"ENOTCONN", ENOTCONN},
    {"ENOTUNIQ", ENOTUNIQ},
    {"EOPNOTSUPP", EOPNOTSUPP},
    {"EPERM", EPERM},
    {"ERANGE", ERANGE},
}};

}  // namespace mlosim::scenario::detail
