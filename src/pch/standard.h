#pragma once
// Precompiled for each of the larger rooms: what most of their files include. They go on including what they use
// (meson setup -Db_pch=false builds without this).

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <tl/expected.hpp>
