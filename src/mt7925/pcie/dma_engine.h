#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>

#include "mt7925/message.h"
#include "mt7925/pcie/bus_pace.h"
#include "mt7925/pcie/interrupts.h"
#include "mt7925/pcie/pcie_counts.h"
#include "sim/event_queue.h"
#include "vfio/device.h"

namespace mlosim::mt7925::pcie {

/// Rings and the bit of the interrupt status that each raises.
namespace ring {
inline constexpr unsigned frames = 0;  ///< to the chip
inline constexpr unsigned commands = 15;
inline constexpr unsigned download = 16;
inline constexpr unsigned events = 0;  ///< to the host
inline constexpr unsigned packets = 2;
}  // namespace ring

/// The rings in the host's memory (WFDMA). Indexes, addresses and lengths are the guest's word and are never trusted:
/// an index beyond its ring stops the ring until it is a good one, memory that is not there stops it until the guest
/// sets it up again.
class DmaEngine {
public:
    static constexpr unsigned tx_rings = 20;
    static constexpr unsigned rx_rings = 8;
    static constexpr std::size_t waiting_limit = 1536;
    static constexpr std::size_t longest_packet = 65536;

    /// Who takes what the host sends.
    class Taker {
    public:
        /// False: nobody looks at the ring now; what is on it stays.
        [[nodiscard]] virtual bool looks_at(unsigned ring) = 0;
        virtual void take(unsigned ring, Bytes packet) = 0;

    protected:
        ~Taker() = default;
    };

    /// All must outlive it.
    DmaEngine(sim::EventQueue& queue, Taker& taker, Interrupts& interrupts, PcieCounts& counts)
        : queue_(queue), taker_(taker), interrupts_(interrupts), counts_(counts) {}
    DmaEngine(const DmaEngine&) = delete;
    DmaEngine& operator=(const DmaEngine&) = delete;

    /// Nothing: there is no host.
    void attach(vfio::GuestMemory* memory) { memory_ = memory; }
    /// What GLO_CFG and the bus allow.
    void allow(bool tx, bool rx);

    enum class Side : std::uint8_t { tx, rx };
    /// Of a ring's four registers: base, size, the host's index, the chip's.
    [[nodiscard]] std::uint32_t read(Side side, unsigned index, unsigned word) const;
    void write(Side side, unsigned index, unsigned word, std::uint32_t value);
    /// The chip's indexes of the rings of `mask` begin anew.
    void rewind(Side side, std::uint32_t mask);
    /// Forgets what it had not yet delivered.
    void drop_waiting();
    /// Forgets the rings altogether.
    void forget();

    /// Takes what the host has put on its rings, as fast as the bus carries it.
    void serve();
    /// Puts a packet on one of the host's rings as soon as there is room. `silently`: its interrupt is lost.
    void send(unsigned index, Bytes packet, bool silently = false);
    /// Reads the host's memory. False: it is not there, or the bus does not let the chip.
    [[nodiscard]] bool fetch(std::uint64_t address, std::span<std::uint8_t> out);

    [[nodiscard]] std::size_t waiting(unsigned index) const { return rx_.at(index).waiting.size(); }

private:
    struct Ring {
        std::uint32_t base = 0;
        std::uint32_t size = 0;
        std::uint32_t host = 0;  ///< the first that is not the chip's
        std::uint32_t chip = 0;  ///< the next that it works on
        bool broken = false;

        [[nodiscard]] bool usable() const noexcept { return !broken && base != 0 && host < size && chip < size; }
        [[nodiscard]] bool pending() const noexcept { return usable() && chip != host; }
        [[nodiscard]] std::uint64_t descriptor() const noexcept { return base + std::uint64_t{16} * chip; }
        void advance() noexcept { chip = (chip + 1) % size; }
    };
    struct TxRing : Ring {
        Bytes packet;  ///< the beginning of one that goes on in the next descriptor
    };
    struct Waiting {
        Bytes packet;
        std::size_t delivered = 0;
        bool silent = false;
    };
    struct RxRing : Ring {
        std::deque<Waiting> waiting;
    };
    struct Descriptor {
        std::uint32_t buffer0 = 0;
        std::uint32_t control = 0;
        std::uint32_t buffer1 = 0;
    };

    [[nodiscard]] bool bus_is_free();
    void serve_tx(unsigned index);
    void serve_rx(unsigned index);
    [[nodiscard]] bool take_one(unsigned index);
    [[nodiscard]] bool deliver_piece(unsigned index);
    [[nodiscard]] bool append(Bytes& packet, std::uint32_t address, std::size_t length);
    [[nodiscard]] std::optional<Descriptor> descriptor_of(const Ring& ring);
    [[nodiscard]] bool store(std::uint64_t address, ByteView bytes);
    void break_ring(RxRing& ring, unsigned index);
    void count_dropped(unsigned index, std::size_t packets);

    sim::EventQueue& queue_;
    Taker& taker_;
    Interrupts& interrupts_;
    PcieCounts& counts_;
    vfio::GuestMemory* memory_ = nullptr;
    BusPace pace_;
    sim::Timer rest_;  ///< until the bus is free again
    bool tx_allowed_ = false;
    bool rx_allowed_ = false;
    bool serving_ = false;
    std::array<TxRing, tx_rings> tx_;
    std::array<RxRing, rx_rings> rx_;
};

}  // namespace mlosim::mt7925::pcie
