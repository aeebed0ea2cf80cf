#pragma once

#include <cstdint>
#include <optional>

#include "mt7925/message.h"

namespace mlosim::mt7925 {

/// What the boot ROM says to a command.
struct RomAnswer {
    std::uint8_t status = 0;  ///< the answer's status octet
    bool silent = false;      ///< no answer at all
    bool restart = false;     ///< the host switched the chip's power: back to the very beginning
    bool start = false;       ///< the downloaded firmware starts
};

/// The chip before its firmware runs: takes a patch and RAM regions piece by piece, then starts them. It verifies
/// nothing but that as many octets came as were announced.
class BootRom {
public:
    enum class State : std::uint8_t { idle, patching, patched, loading, started };

    /// `semaphore_stuck`: whatever the state, the patch semaphore is not given.
    [[nodiscard]] RomAnswer command(RomCid cid, ByteView payload, bool semaphore_stuck);
    /// A piece of firmware on the download ring.
    void scatter(std::size_t octets);
    /// The Wi-Fi subsystem's reset. The semaphore stays with who holds it: only switching the power releases it.
    void reset();

    [[nodiscard]] State state() const noexcept { return state_; }
    [[nodiscard]] bool semaphore_held() const noexcept { return semaphore_held_; }
    [[nodiscard]] std::uint64_t downloaded() const noexcept { return downloaded_; }

private:
    RomAnswer semaphore(ByteView payload, bool stuck);
    RomAnswer announce(ByteView payload, State state);

    State state_ = State::idle;
    bool patched_ = false;
    bool semaphore_held_ = false;
    std::uint64_t announced_ = 0;
    std::uint64_t downloaded_ = 0;
};

}  // namespace mlosim::mt7925
