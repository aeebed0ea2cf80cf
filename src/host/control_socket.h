#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sim/result.h"

namespace mlosim::host {

/// What a program of the hostap project tells those who have attached to its control interface.
struct ControlEvent {
    unsigned level = 0;  ///< as of its log messages: 2 debug, 3 information, 4 warning …
    std::string text;
};

/// "<3>CTRL-EVENT-CONNECTED …", or "IFNAME=wlan0 <3>…" from a global interface. Nothing: an answer, or rubbish.
[[nodiscard]] std::optional<ControlEvent> parse_control_event(std::string_view datagram);

/// A datagram as text: without the newline and the NULs at its end.
[[nodiscard]] std::string control_text(std::string_view datagram);

/// Our end of a control interface of hostapd or wpa_supplicant: datagrams over a Unix socket, as wpa_cli speaks them.
class ControlSocket {
public:
    /// No answer is longer.
    static constexpr std::size_t longest = std::size_t{64} * 1024;

    /// `own` is where the program's answers come to: a path that is not there yet, and is removed at the end. Errors
    /// are those of the sockets: ENOENT and ECONNREFUSED until the program listens.
    [[nodiscard]] static Result<std::unique_ptr<ControlSocket>> open(const std::string& program,
                                                                     const std::string& own);
    ~ControlSocket();
    ControlSocket(const ControlSocket&) = delete;
    ControlSocket& operator=(const ControlSocket&) = delete;

    /// To wait for: readable when something has come.
    [[nodiscard]] int descriptor() const noexcept { return fd_; }
    Result<void> send(std::string_view command);
    /// The next datagram. Nothing: there is none now.
    [[nodiscard]] std::optional<std::string> receive();

private:
    ControlSocket(int fd, std::string own) : fd_(fd), own_(std::move(own)) {}

    int fd_;
    std::string own_;
};

}  // namespace mlosim::host
