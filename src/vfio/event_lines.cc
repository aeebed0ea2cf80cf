#include "vfio/event_lines.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace mlosim::vfio {
namespace {

/// What PCI Express has at most, as MSI-X.
constexpr std::uint32_t most_vectors = 2048;

bool is_eventfd(int fd) {
    std::array<char, 64> name{};
    const std::string path = "/proc/self/fd/" + std::to_string(fd);
    const ssize_t length = ::readlink(path.c_str(), name.data(), name.size());
    return length > 0 && std::string_view(name.data(), static_cast<std::size_t>(length)) == "anon_inode:[eventfd]";
}

/// One more event. A counter that has no room for it has been telling of one all the time.
void signal(int eventfd) {
    pollfd room{eventfd, POLLOUT, 0};
    if (::poll(&room, 1, 0) <= 0) return;
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(eventfd, &one, sizeof one);
}

}  // namespace

EventLines::EventLines(const Device& device) {
    for (std::uint32_t index = 0; index < lines_.size(); index++)
        lines_[index].resize(std::min(device.interrupts(index), most_vectors));
}

std::uint32_t EventLines::vectors(std::uint32_t index) const {
    return index < lines_.size() ? static_cast<std::uint32_t>(lines_[index].size()) : 0;
}

bool EventLines::has(std::uint32_t index, std::uint32_t start, std::uint32_t count) const {
    return start <= vectors(index) && count <= vectors(index) - start;
}

void EventLines::raise(std::uint32_t index, std::uint32_t vector) {
    if (!has(index, vector, 1)) return;
    Line& line = lines_[index][vector];
    if (!line.eventfd) return;
    if (line.masked) {
        line.waiting = true;
        return;
    }
    signal(line.eventfd.get());
    line.masked = index == interrupt::intx;
}

Result<void> EventLines::listen(std::uint32_t index, std::uint32_t start, std::uint32_t count,
                                std::span<Descriptor> eventfds) {
    if (!has(index, start, count) || (!eventfds.empty() && eventfds.size() != count)) return fail(EINVAL);
    for (const Descriptor& eventfd : eventfds) {
        if (!is_eventfd(eventfd.get())) return fail(EINVAL);
        const int flags = ::fcntl(eventfd.get(), F_GETFL);
        if (flags < 0 || ::fcntl(eventfd.get(), F_SETFL, flags | O_NONBLOCK) != 0) return fail(EINVAL);
    }
    for (std::uint32_t i = 0; i < count; i++) {
        Line& line = lines_[index][start + i];
        line = Line();
        if (!eventfds.empty()) line.eventfd = std::move(eventfds[i]);
    }
    return {};
}

void EventLines::disable(std::uint32_t index) {
    if (index >= lines_.size()) return;
    for (Line& line : lines_[index])
        line = Line();
}

void EventLines::mask(std::uint32_t index, std::uint32_t vector) {
    if (has(index, vector, 1)) lines_[index][vector].masked = true;
}

bool EventLines::unmask(std::uint32_t index, std::uint32_t vector) {
    if (!has(index, vector, 1)) return false;
    Line& line = lines_[index][vector];
    line.masked = false;
    if (!std::exchange(line.waiting, false)) return false;
    raise(index, vector);
    return true;
}

}  // namespace mlosim::vfio
