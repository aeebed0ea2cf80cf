#pragma once

#include "host/detail/packet_socket.h"
#include "host/time_server.h"

namespace mlosim::host {

/// A participant of virtual time: between its connection and the time server.
class TimeConnection final : private TimeChannel {
public:
    /// Both must outlive it.
    TimeConnection(TimeServer& server, PacketSocket& socket) : server_(server), socket_(socket) {}
    ~TimeConnection();
    TimeConnection(const TimeConnection&) = delete;
    TimeConnection& operator=(const TimeConnection&) = delete;

    /// Joins, and welcomes. An error is for the welcome that the caller then sends.
    Result<void> join(const mlosim_join& join, pid_t peer);
    /// EPROTO: rubbish.
    Result<void> on_packet(Bytes packet);

private:
    void send(const mlosim_time_message& message) override;
    void end() override { socket_.give_up(); }

    TimeServer& server_;
    PacketSocket& socket_;
    std::uint32_t participant_ = 0;
};

}  // namespace mlosim::host
