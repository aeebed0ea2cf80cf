#include "host/time_codec.h"

#include <cstring>
#include <limits>

namespace mlosim::host {

Result<mlosim_join> parse_join(std::span<const std::uint8_t> bytes) {
    mlosim_join join{};
    if (bytes.size() != sizeof join) return fail(EPROTO, "a join of another size");
    std::memcpy(&join, bytes.data(), sizeof join);
    if (join.kind < MLOSIM_JOIN_PROGRAM || join.kind > MLOSIM_JOIN_CHILD) return fail(EPROTO, "no such join");
    if (join.thread <= 0) return fail(EPROTO, "no thread has that number");
    if (::strnlen(join.name, sizeof join.name) == sizeof join.name) return fail(EPROTO, "a name without an end");
    return join;
}

Result<mlosim_time_message> parse_time_message(std::span<const std::uint8_t> bytes) {
    mlosim_time_message message{};
    if (bytes.size() != sizeof message) return fail(EPROTO, "a message of another size");
    std::memcpy(&message, bytes.data(), sizeof message);
    if (message.kind < MLOSIM_TIME_IDLE || message.kind > MLOSIM_TIME_LEAVE) return fail(EPROTO, "no such message");
    if (message.kind == MLOSIM_TIME_IDLE && (message.ran & ~(MLOSIM_IDLE_RAN | MLOSIM_IDLE_LOOKS)) != 0)
        return fail(EPROTO, "idle in an unknown way");
    const bool names_process = message.kind == MLOSIM_TIME_EXPECT || message.kind == MLOSIM_TIME_ADOPT;
    if (names_process && (message.value <= 0 || message.value > std::numeric_limits<std::int32_t>::max()))
        return fail(EPROTO, "no process has that number");
    return message;
}

}  // namespace mlosim::host
