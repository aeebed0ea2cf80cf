#include "host/detail/time_connection.h"

#include "host/time_codec.h"

namespace mlosim::host {

TimeConnection::~TimeConnection() {
    if (participant_ != 0) server_.closed(participant_);
}

Result<void> TimeConnection::join(const mlosim_join& join, pid_t peer) {
    auto joined = server_.join(*this, join, peer);
    if (!joined) return fail(std::move(joined.error()));
    participant_ = joined->participant;
    struct {
        mlosim_welcome welcome;
        mlosim_time_facts facts;
    } packet{{MLOSIM_WIRE_MAGIC, 0}, joined->facts};
    if (!socket_.send_with_descriptor({&packet, sizeof packet}, joined->page)) end();
    return {};
}

Result<void> TimeConnection::on_packet(Bytes packet) {
    const auto message = parse_time_message(packet);
    if (!message) return fail(message.error());
    return server_.message(participant_, *message);
}

// There is never much unread: who does not take what it is told says nothing either, and gets nothing more.
void TimeConnection::send(const mlosim_time_message& message) {
    const iovec piece{const_cast<mlosim_time_message*>(&message), sizeof message};
    if (socket_.send({&piece, 1}) == 0) end();
}

}  // namespace mlosim::host
