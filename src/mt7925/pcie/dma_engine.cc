#include "mt7925/pcie/dma_engine.h"

#include <algorithm>
#include <atomic>
#include <utility>

namespace mlosim::mt7925::pcie {
namespace {

constexpr std::uint32_t index_mask = 0xfff;

// A descriptor's control word. cf. struct mt76_desc
constexpr std::uint32_t dma_done = 1U << 31U;
constexpr std::uint32_t last0 = 1U << 30U;
constexpr std::uint32_t last1 = 1U << 14U;
constexpr unsigned length0_at = 16;
constexpr std::uint32_t length_mask = 0x3fff;

/// What a descriptor costs beside its octets and its packet's.
constexpr std::size_t cost_of_descriptor = 1024;
constexpr sim::Duration rest = std::chrono::microseconds(250);

constexpr std::uint32_t tx_interrupt(unsigned index) {
    switch (index) {
        case ring::commands:
            return 1U << 25U;
        case ring::download:
            return 1U << 26U;
        default:
            return 1U << 4U;
    }
}

constexpr std::uint32_t rx_interrupt(unsigned index) {
    return 1U << index;
}

void put_u32(std::span<std::uint8_t> out, std::uint32_t value) {
    for (unsigned i = 0; i < 4; ++i)
        out[i] = static_cast<std::uint8_t>(value >> 8U * i);
}

}  // namespace

void DmaEngine::allow(bool tx, bool rx) {
    tx_allowed_ = tx;
    rx_allowed_ = rx;
    serve();
    for (unsigned index = 0; index < rx_rings; ++index)
        serve_rx(index);
}

std::uint32_t DmaEngine::read(Side side, unsigned index, unsigned word) const {
    const Ring& ring = side == Side::tx ? static_cast<const Ring&>(tx_.at(index)) : rx_.at(index);
    const std::uint32_t words[] = {ring.base, ring.size, ring.host, ring.chip};
    return words[word % 4];
}

void DmaEngine::write(Side side, unsigned index, unsigned word, std::uint32_t value) {
    Ring& ring = side == Side::tx ? static_cast<Ring&>(tx_.at(index)) : rx_.at(index);
    constexpr unsigned base = 0;
    constexpr unsigned size = 1;
    constexpr unsigned host = 2;
    switch (word % 4) {
        case base:
            ring.base = value;
            ring.broken = false;
            break;
        case size:
            ring.size = value & index_mask;
            ring.broken = false;
            break;
        case host:
            ring.host = value & index_mask;
            if (ring.size != 0 && value >= ring.size) ++counts_.bad_indexes;
            break;
        default:
            ring.chip = value & index_mask;
            if (ring.size != 0 && value >= ring.size) ++counts_.bad_indexes;
            break;
    }
    if (side == Side::tx)
        serve_tx(index);
    else
        serve_rx(index);
}

void DmaEngine::rewind(Side side, std::uint32_t mask) {
    for (unsigned index = 0; index < (side == Side::tx ? tx_rings : rx_rings); ++index) {
        if ((mask >> index & 1U) == 0) continue;
        Ring& ring = side == Side::tx ? static_cast<Ring&>(tx_[index]) : rx_[index];
        ring.chip = 0;
        ring.broken = false;
        if (side == Side::tx) tx_[index].packet.clear();
    }
}

void DmaEngine::drop_waiting() {
    for (RxRing& ring : rx_)
        ring.waiting.clear();
    for (TxRing& ring : tx_)
        ring.packet.clear();
}

void DmaEngine::forget() {
    tx_ = {};
    rx_ = {};
}

void DmaEngine::serve() {
    for (unsigned index = 0; index < tx_rings; ++index)
        serve_tx(index);
}

bool DmaEngine::bus_is_free() {
    if (pace_.free(queue_.now())) return true;
    if (!rest_.pending()) rest_ = queue_.after(rest, [this] { serve(); });
    return false;
}

void DmaEngine::serve_tx(unsigned index) {
    // Who takes a packet may cause others to be sent, but not taken: one after the other.
    if (serving_) return;
    serving_ = true;
    bool moved = false;
    while (memory_ != nullptr && tx_allowed_ && tx_[index].pending() && taker_.looks_at(index) && bus_is_free()) {
        pace_.spend(cost_of_descriptor);
        if (!take_one(index)) break;
        moved = true;
    }
    serving_ = false;
    if (moved) interrupts_.raise(tx_interrupt(index));
}

bool DmaEngine::take_one(unsigned index) {
    TxRing& ring = tx_[index];
    const std::optional<Descriptor> descriptor = descriptor_of(ring);
    if (!descriptor) {
        ring.broken = true;
        return false;
    }
    const std::uint32_t control = descriptor->control;
    bool whole = append(ring.packet, descriptor->buffer0, control >> length0_at & length_mask);
    if ((control & last0) == 0) whole = append(ring.packet, descriptor->buffer1, control & length_mask) && whole;
    std::array<std::uint8_t, 4> done{};
    put_u32(done, control | dma_done);
    (void)store(ring.descriptor() + 4, done);
    ring.advance();
    if (!whole) {
        ring.packet.clear();
    } else if ((control & (last0 | last1)) != 0) {
        taker_.take(index, std::exchange(ring.packet, {}));
    }
    return true;
}

bool DmaEngine::append(Bytes& packet, std::uint32_t address, std::size_t length) {
    const std::size_t before = packet.size();
    if (before + length > longest_packet) return false;
    packet.resize(before + length);
    return fetch(address, std::span(packet).subspan(before));
}

bool DmaEngine::fetch(std::uint64_t address, std::span<std::uint8_t> out) {
    if (out.empty()) return true;
    pace_.spend(out.size());
    if (memory_ != nullptr && memory_->read(address, out)) return true;
    ++counts_.dma_errors;
    return false;
}

bool DmaEngine::store(std::uint64_t address, ByteView bytes) {
    if (memory_ != nullptr && memory_->write(address, bytes)) return true;
    ++counts_.dma_errors;
    return false;
}

std::optional<DmaEngine::Descriptor> DmaEngine::descriptor_of(const Ring& ring) {
    std::array<std::uint8_t, 16> bytes{};
    if (!fetch(ring.descriptor(), bytes)) return std::nullopt;
    ieee80211::ByteReader in(bytes);
    Descriptor descriptor;
    descriptor.buffer0 = in.u32le();
    descriptor.control = in.u32le();
    descriptor.buffer1 = in.u32le();
    return descriptor;
}

void DmaEngine::send(unsigned index, Bytes packet, bool silently) {
    RxRing& ring = rx_.at(index);
    if (packet.empty() || memory_ == nullptr || ring.broken || ring.waiting.size() >= waiting_limit)
        return count_dropped(index, 1);
    ring.waiting.push_back({std::move(packet), 0, silently});
    serve_rx(index);
}

void DmaEngine::serve_rx(unsigned index) {
    RxRing& ring = rx_[index];
    bool heard = false;
    while (memory_ != nullptr && rx_allowed_ && !ring.waiting.empty() && ring.pending()) {
        const bool silent = ring.waiting.front().silent;
        if (!deliver_piece(index)) {
            break_ring(ring, index);
            break;
        }
        heard = heard || !silent;
    }
    if (heard) interrupts_.raise(rx_interrupt(index));
}

/// The next buffer's worth of the first packet that waits.
bool DmaEngine::deliver_piece(unsigned index) {
    RxRing& ring = rx_[index];
    Waiting& waiting = ring.waiting.front();
    const std::optional<Descriptor> descriptor = descriptor_of(ring);
    if (!descriptor) return false;
    const std::size_t room = descriptor->control >> length0_at & length_mask;
    const std::size_t rest = waiting.packet.size() - waiting.delivered;
    const std::size_t length = std::min(room, rest);
    if (length == 0) {
        ++counts_.dma_errors;
        return false;
    }
    if (!store(descriptor->buffer0, ByteView(waiting.packet).subspan(waiting.delivered, length))) return false;
    const bool last = length == rest;
    std::array<std::uint8_t, 4> word{};
    if (!store(ring.descriptor() + 12, word)) return false;
    put_u32(word, dma_done | (last ? last0 : 0) | static_cast<std::uint32_t>(length) << length0_at);
    // The host may look at any moment: done is written when all else is there.
    std::atomic_thread_fence(std::memory_order_release);
    if (!store(ring.descriptor() + 4, word)) return false;
    ring.advance();
    if (!last) {
        counts_.split_packets += waiting.delivered == 0 ? 1 : 0;
        waiting.delivered += length;
        return true;
    }
    ring.waiting.pop_front();
    ++(index == ring::events ? counts_.events : counts_.packets);
    return true;
}

void DmaEngine::break_ring(RxRing& ring, unsigned index) {
    ring.broken = true;
    count_dropped(index, ring.waiting.size());
    ring.waiting.clear();
}

void DmaEngine::count_dropped(unsigned index, std::size_t packets) {
    (index == ring::events ? counts_.dropped_events : counts_.dropped_packets) += packets;
}

}  // namespace mlosim::mt7925::pcie
