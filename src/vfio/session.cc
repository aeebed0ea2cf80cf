#include "vfio/session.h"

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

namespace mlosim::vfio {
namespace {

/// What serve() does before it gives way, in octets received and sent; a message costs more than its octets.
constexpr std::size_t fair_share = std::size_t{256} << 10;
constexpr std::size_t cost_of_message = std::size_t{1} << 10;

constexpr std::string_view capabilities = R"({"capabilities":{"max_msg_fds":8,"max_data_xfer_size":1048576}})";
static_assert(wire::max_descriptors == 8 && wire::max_data == 1048576);

std::uint32_t irq_flags(std::uint32_t index) {
    using namespace wire::irq_flag;
    return index == interrupt::intx ? eventfd | maskable | automasked : eventfd | noresize;
}

}  // namespace

Session::Session(Channel& channel, Device& device, const ServerOptions& options)
    : channel_(channel), device_(device), options_(options), memory_(options.log), lines_(device) {}

Session::~Session() {
    end("the device is gone");
}

void Session::end(std::string reason) {
    if (std::exchange(over_, true)) return;
    reason_ = std::move(reason);
    if (std::exchange(attached_, false)) device_.detached();
    memory_.unmap_all();
    for (std::uint32_t index = 0; index < interrupt::count; index++)
        lines_.disable(index);
}

Session::State Session::serve() {
    std::size_t done = 0;
    while (!over_) {
        auto message = stream_.next();
        if (!message) {
            end(message.error().message);
        } else if (*message) {
            handle(**message);
            done += cost_of_message + (*message)->header.size + reply_.size();
            if (done >= fair_share && !over_) return State::busy;
        } else if (const auto arrived = stream_.receive(channel_); !arrived) {
            end(arrived.error().message);
        } else if (!*arrived) {
            return State::waiting;
        }
    }
    return State::over;
}

Session::State Session::flush() {
    if (over_) return State::over;
    if (const auto sent = replies_.flush(channel_); !sent) end(sent.error().message);
    return over_ ? State::over : State::waiting;
}

Session::Handler Session::handler_of(std::uint16_t command) {
    static constexpr auto handlers = [] {
        std::array<Handler, wire::command_numbers> table{};
        const auto set = [&table](wire::Command number, Handler handler) {
            table[static_cast<std::size_t>(number)] = handler;
        };
        set(wire::Command::version, &Session::version);
        set(wire::Command::dma_map, &Session::dma_map);
        set(wire::Command::dma_unmap, &Session::dma_unmap);
        set(wire::Command::device_get_info, &Session::device_get_info);
        set(wire::Command::device_get_region_info, &Session::device_get_region_info);
        set(wire::Command::device_get_region_io_fds, &Session::device_get_region_io_fds);
        set(wire::Command::device_get_irq_info, &Session::device_get_irq_info);
        set(wire::Command::device_set_irqs, &Session::device_set_irqs);
        set(wire::Command::region_read, &Session::region_read);
        set(wire::Command::region_write, &Session::region_write);
        set(wire::Command::device_reset, &Session::device_reset);
        set(wire::Command::region_write_multi, &Session::region_write_multi);
        return table;
    }();
    return command < handlers.size() ? handlers[command] : nullptr;
}

void Session::handle(Message& message) {
    const wire::Header& request = message.header;
    reply_.clear();
    // We never ask, so a reply answers nothing.
    if ((request.flags & wire::flag::type_mask) == wire::flag::reply) return;
    begin_reply(request);
    const auto result = dispatch(message);
    if (over_ || (request.flags & wire::flag::no_reply) != 0) return;
    finish_reply(result);
    if (const auto sent = replies_.send(channel_, reply_); !sent) end(sent.error().message);
}

Result<void> Session::dispatch(Message& message) {
    const wire::Header& request = message.header;
    if ((request.flags & wire::flag::type_mask) != 0) return fail(EINVAL);
    // It comes first and once.
    const bool is_version = request.command == static_cast<std::uint16_t>(wire::Command::version);
    if (is_version == attached_) return fail(EINVAL);
    const Handler handler = handler_of(request.command);
    if (!handler) return fail(ENOTSUP);
    return (this->*handler)(message);
}

void Session::begin_reply(const wire::Header& request) {
    wire::append(reply_, wire::Header{request.id, request.command, 0, wire::flag::reply, 0});
}

void Session::finish_reply(const Result<void>& result) {
    wire::Header header;
    std::memcpy(&header, reply_.data(), sizeof header);
    if (!result) {
        reply_.resize(sizeof header);
        header.flags |= wire::flag::error;
        header.error = static_cast<std::uint32_t>(result.error().code);
    }
    header.size = static_cast<std::uint32_t>(reply_.size());
    std::memcpy(reply_.data(), &header, sizeof header);
}

bool Session::catch_up() {
    if (options_.before_access) options_.before_access();
    return !over_;
}

Result<void> Session::version(Message& message) {
    const auto asked = wire::parse_version(message.body);
    if (!asked) return fail(asked.error());
    if (asked->major != 0) return fail(EINVAL);
    if (!catch_up()) return {};
    wire::append(reply_, wire::Version{0, 0});
    reply_.insert(reply_.end(), capabilities.begin(), capabilities.end());
    reply_.push_back(0);
    attached_ = true;
    device_.attached(memory_, lines_);
    return {};
}

Result<void> Session::dma_map(Message& message) {
    const auto request = wire::parse_dma_map(message.body);
    if (!request) return fail(request.error());
    if (message.descriptors.size() > 1) return fail(EINVAL);
    Descriptor file = message.descriptors.empty() ? Descriptor() : std::move(message.descriptors.front());
    auto mapped = memory_.map(*request, std::move(file));
    if (!mapped && !std::exchange(complained_, true) && options_.log)
        options_.log(std::string("part of the guest's memory could not be mapped: ") +
                     std::strerror(mapped.error().code));
    return mapped;
}

Result<void> Session::dma_unmap(Message& message) {
    auto request = wire::parse_dma_unmap(message.body);
    if (!request) return fail(request.error());
    const bool all = request->flags == wire::dma::unmap_all;
    const auto unmapped = all ? memory_.unmap_all() : memory_.unmap(request->address, request->size);
    if (!unmapped) return fail(unmapped.error());
    request->argsz = sizeof *request;
    request->size = *unmapped;
    wire::append(reply_, *request);
    return {};
}

Result<void> Session::device_get_info(Message& message) {
    const auto asked = wire::parse_device_info(message.body);
    if (!asked) return fail(asked.error());
    wire::DeviceInfo info;
    info.flags = wire::device_flag::reset | wire::device_flag::pci;
    info.regions = region::count;
    info.interrupts = interrupt::count;
    wire::append(reply_, info);
    return {};
}

Result<void> Session::device_get_region_info(Message& message) {
    const auto asked = wire::parse_region_info(message.body);
    if (!asked) return fail(asked.error());
    wire::RegionInfo info;
    info.index = asked->index;
    info.size = device_.region_size(asked->index);
    if (info.size > 0) info.flags = wire::region_flag::read | wire::region_flag::write;
    wire::append(reply_, info);
    return {};
}

// Every access is a message: there is nothing of the device that a descriptor could stand for.
Result<void> Session::device_get_region_io_fds(Message& message) {
    const auto asked = wire::parse_region_io_fds(message.body);
    if (!asked) return fail(asked.error());
    wire::RegionIoFds none;
    none.index = asked->index;
    wire::append(reply_, none);
    return {};
}

Result<void> Session::device_get_irq_info(Message& message) {
    const auto asked = wire::parse_irq_info(message.body);
    if (!asked) return fail(asked.error());
    wire::IrqInfo info;
    info.index = asked->index;
    info.count = lines_.vectors(asked->index);
    if (info.count > 0) info.flags = irq_flags(asked->index);
    wire::append(reply_, info);
    return {};
}

// cf. vfio_pci_set_irqs_ioctl()
Result<void> Session::device_set_irqs(Message& message) {
    const auto set = wire::parse_irq_set(message.body);
    if (!set) return fail(set.error());
    if (set->count == 0) {
        lines_.disable(set->index);
        return {};
    }
    if (!lines_.has(set->index, set->start, set->count)) return fail(EINVAL);
    if (set->data() == wire::irq_set::data_eventfd) {
        if (set->action() != wire::irq_set::trigger) return fail(ENOTSUP);
        return lines_.listen(set->index, set->start, set->count, message.descriptors);
    }
    wire::Bytes chosen;
    if (set->data() == wire::irq_set::data_bool) {
        const auto bools = wire::irq_set_bools(*set, message.body);
        if (!bools) return fail(bools.error());
        chosen = *bools;
    }
    if (set->action() != wire::irq_set::trigger && set->index != interrupt::intx) return fail(ENOTSUP);
    if (!catch_up()) return {};
    for (std::uint32_t i = 0; i < set->count; i++) {
        if (!chosen.empty() && chosen[i] == 0) continue;
        const std::uint32_t vector = set->start + i;
        if (set->action() == wire::irq_set::trigger)
            lines_.raise(set->index, vector);
        else if (set->action() == wire::irq_set::mask)
            lines_.mask(set->index, vector);
        else if (!lines_.unmask(set->index, vector))
            device_.unmasked(set->index);
    }
    return {};
}

bool Session::is_within_region(const wire::RegionAccess& access) const {
    const std::uint64_t size = access.region < region::count ? device_.region_size(access.region) : 0;
    return size > 0 && access.offset <= size && access.count <= size - access.offset;
}

Result<void> Session::region_read(Message& message) {
    const auto access = wire::parse_region_read(message.body);
    if (!access) return fail(access.error());
    if (!catch_up()) return {};
    if (!is_within_region(*access)) return fail(EINVAL);
    wire::append(reply_, *access);
    const std::size_t at = reply_.size();
    reply_.resize(at + access->count);
    device_.read(access->region, access->offset, std::span(reply_).subspan(at));
    return {};
}

Result<void> Session::write_region(const wire::RegionAccess& access, wire::Bytes data) {
    if (!catch_up()) return {};
    if (!is_within_region(access)) return fail(EINVAL);
    device_.write(access.region, access.offset, data);
    return {};
}

Result<void> Session::region_write(Message& message) {
    const auto write = wire::parse_region_write(message.body);
    if (!write) return fail(write.error());
    wire::append(reply_, write->access);
    return write_region(write->access, write->data);
}

Result<void> Session::region_write_multi(Message& message) {
    const auto writes = wire::RegionWriteMulti::parse(message.body);
    if (!writes) return fail(writes.error());
    for (std::size_t i = 0; i < writes->size() && !over_; i++) {
        const wire::ShortWrite write = (*writes)[i];
        auto written = write_region(write.access, wire::Bytes(write.data).first(write.access.count));
        if (!written) return written;
    }
    wire::append(reply_, std::uint64_t{writes->size()});
    return {};
}

Result<void> Session::device_reset(Message&) {
    if (catch_up()) device_.reset();
    return {};
}

}  // namespace mlosim::vfio
