#include "host/control_socket.h"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace mlosim::host {

namespace {

Result<void> failed(const std::string& path) {
    return fail(errno, path + ": " + std::strerror(errno));
}

Result<sockaddr_un> address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return fail(ENAMETOOLONG, path + ": " + std::strerror(ENAMETOOLONG));
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    return address;
}

}  // namespace

std::optional<ControlEvent> parse_control_event(std::string_view datagram) {
    constexpr std::string_view global = "IFNAME=";
    if (datagram.starts_with(global)) {
        const std::size_t space = datagram.find(' ');
        if (space == std::string_view::npos) return std::nullopt;
        datagram.remove_prefix(space + 1);
    }
    if (datagram.size() < 3 || datagram.front() != '<') return std::nullopt;
    const std::size_t end = datagram.find('>');
    if (end == std::string_view::npos) return std::nullopt;
    ControlEvent out;
    const char* const last = datagram.data() + end;
    const auto [stopped, error] = std::from_chars(datagram.data() + 1, last, out.level);
    if (error != std::errc{} || stopped != last) return std::nullopt;
    out.text = control_text(datagram.substr(end + 1));
    return out;
}

std::string control_text(std::string_view datagram) {
    while (!datagram.empty() && (datagram.back() == '\n' || datagram.back() == '\0'))
        datagram.remove_suffix(1);
    return std::string(datagram);
}

Result<std::unique_ptr<ControlSocket>> ControlSocket::open(const std::string& program, const std::string& own) {
    const auto to = address_of(program);
    if (!to) return fail(to.error());
    const auto from = address_of(own);
    if (!from) return fail(from.error());
    const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return fail(failed(program).error());
    std::unique_ptr<ControlSocket> out(new ControlSocket(fd, {}));
    // First the program's: where that does not answer yet, nothing of ours need be made and removed again.
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&*to), sizeof *to) < 0) return fail(failed(program).error());
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&*from), sizeof *from) < 0) return fail(failed(own).error());
    out->own_ = own;
    return out;
}

ControlSocket::~ControlSocket() {
    ::close(fd_);
    if (!own_.empty()) ::unlink(own_.c_str());
}

Result<void> ControlSocket::send(std::string_view command) {
    if (::send(fd_, command.data(), command.size(), MSG_NOSIGNAL) < 0) return fail(errno, std::strerror(errno));
    return {};
}

std::optional<std::string> ControlSocket::receive() {
    std::string out(longest, '\0');
    ssize_t got = 0;
    do
        got = ::recv(fd_, out.data(), out.size(), 0);
    while (got < 0 && errno == EINTR);
    if (got < 0) return std::nullopt;
    out.resize(static_cast<std::size_t>(got));
    return out;
}

}  // namespace mlosim::host
