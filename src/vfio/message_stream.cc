#include "vfio/message_stream.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace mlosim::vfio {
namespace {

constexpr std::size_t usual_room = std::size_t{8} << 10;

}  // namespace

MessageStream::MessageStream() : buffer_(usual_room) {}

Result<std::optional<Message>> MessageStream::next() {
    if (available() < sizeof(wire::Header)) return std::nullopt;
    const wire::Bytes bytes = wire::Bytes(buffer_).subspan(begin_, available());
    const auto header = wire::parse_header(bytes);
    if (!header) return fail(header.error());
    if (bytes.size() < header->size) return std::nullopt;

    Message message{*header, bytes.subspan(sizeof *header, header->size - sizeof *header), {}};
    begin_ += header->size;
    taken_ += header->size;
    while (!arrivals_.empty() && arrivals_.front().last_octet < taken_) {
        for (Descriptor& descriptor : arrivals_.front().descriptors)
            message.descriptors.push_back(std::move(descriptor));
        arrivals_.erase(arrivals_.begin());
    }
    if (message.descriptors.size() > wire::max_descriptors)
        return fail(EMSGSIZE, "it sent more descriptors with a message than was agreed");
    return message;
}

void MessageStream::make_room() {
    std::size_t needed = sizeof(wire::Header);
    if (available() >= sizeof(wire::Header)) {
        wire::Header header;
        std::memcpy(&header, buffer_.data() + begin_, sizeof header);
        needed = header.size;
    }
    if (begin_ > 0) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, available());
        end_ = available();
        begin_ = 0;
    }
    const std::size_t room = std::max(needed, usual_room);
    if (buffer_.size() == room || (buffer_.size() > room && end_ > 0)) return;
    buffer_.resize(room);
    buffer_.shrink_to_fit();
}

Result<bool> MessageStream::receive(Channel& channel) {
    make_room();
    auto got = channel.receive(std::span(buffer_).subspan(end_));
    if (!got) return fail(std::move(got.error()));
    if (!*got) return false;
    end_ += (*got)->octets;
    if ((*got)->descriptors.empty()) return true;
    arrivals_.push_back({taken_ + available() - 1, std::move((*got)->descriptors)});
    std::size_t kept = 0;
    for (const Arrival& arrival : arrivals_)
        kept += arrival.descriptors.size();
    // Those of the message that is not all there yet, and those of one that begins behind it.
    if (kept > 2 * wire::max_descriptors) return fail(EMSGSIZE, "it sent more descriptors than was agreed");
    return true;
}

}  // namespace mlosim::vfio
