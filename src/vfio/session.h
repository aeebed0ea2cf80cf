#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/result.h"
#include "vfio/channel.h"
#include "vfio/device.h"
#include "vfio/event_lines.h"
#include "vfio/guest_memory_map.h"
#include "vfio/message_stream.h"
#include "vfio/reply_queue.h"
#include "vfio/server.h"
#include "vfio/wire.h"

namespace mlosim::vfio {

/// One guest's connection, from its VERSION to whatever ends it. Knows no event loop: it is told when its channel has
/// something to read or room to write, and never waits.
class Session {
public:
    enum class State {
        waiting,  ///< for the channel
        busy,     ///< there is more to do: call again, when others have had their turn
        over,
    };

    /// All of these outlive the session.
    Session(Channel& channel, Device& device, const ServerOptions& options);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// Answers what has arrived, a fair share of it at most.
    State serve();
    /// Sends what waits for room.
    State flush();
    /// Takes the device from the guest. May come from within a call of `before_access`.
    void end(std::string reason);

    [[nodiscard]] bool has_output() const { return !over_ && !replies_.empty(); }
    [[nodiscard]] bool attached() const { return attached_; }
    [[nodiscard]] bool over() const { return over_; }
    /// Why it is over.
    [[nodiscard]] const std::string& reason() const { return reason_; }
    [[nodiscard]] const GuestMemoryMap& memory() const { return memory_; }

private:
    using Handler = Result<void> (Session::*)(Message& message);
    [[nodiscard]] static Handler handler_of(std::uint16_t command);

    void handle(Message& message);
    [[nodiscard]] Result<void> dispatch(Message& message);
    void begin_reply(const wire::Header& request);
    void finish_reply(const Result<void>& result);
    /// The world's time is the present. False: the session ended meanwhile.
    [[nodiscard]] bool catch_up();
    [[nodiscard]] bool is_within_region(const wire::RegionAccess& access) const;
    [[nodiscard]] Result<void> write_region(const wire::RegionAccess& access, wire::Bytes data);

    [[nodiscard]] Result<void> version(Message& message);
    [[nodiscard]] Result<void> dma_map(Message& message);
    [[nodiscard]] Result<void> dma_unmap(Message& message);
    [[nodiscard]] Result<void> device_get_info(Message& message);
    [[nodiscard]] Result<void> device_get_region_info(Message& message);
    [[nodiscard]] Result<void> device_get_region_io_fds(Message& message);
    [[nodiscard]] Result<void> device_get_irq_info(Message& message);
    [[nodiscard]] Result<void> device_set_irqs(Message& message);
    [[nodiscard]] Result<void> region_read(Message& message);
    [[nodiscard]] Result<void> region_write(Message& message);
    [[nodiscard]] Result<void> region_write_multi(Message& message);
    [[nodiscard]] Result<void> device_reset(Message& message);

    Channel& channel_;
    Device& device_;
    const ServerOptions& options_;
    MessageStream stream_;
    ReplyQueue replies_;
    std::vector<std::uint8_t> reply_;  ///< the one in hand
    GuestMemoryMap memory_;
    EventLines lines_;
    bool attached_ = false;
    bool over_ = false;
    bool complained_ = false;  ///< of a map that was refused
    std::string reason_;
};

}  // namespace mlosim::vfio
