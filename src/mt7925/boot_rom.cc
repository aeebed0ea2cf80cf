#include "mt7925/boot_rom.h"

namespace mlosim::mt7925 {
namespace {

constexpr std::uint8_t semaphore_refused = 0;
constexpr std::uint8_t semaphore_already_patched = 1;
constexpr std::uint8_t semaphore_given = 2;
constexpr std::uint8_t semaphore_released = 3;
constexpr std::uint8_t download_incomplete = 1;

}  // namespace

RomAnswer BootRom::command(RomCid cid, ByteView payload, bool semaphore_stuck) {
    switch (cid) {
        case RomCid::nic_power_ctrl:
            reset();
            semaphore_held_ = false;
            return {.silent = true, .restart = true};
        case RomCid::patch_sem_control:
            return semaphore(payload, semaphore_stuck);
        case RomCid::patch_start:
            return announce(payload, State::patching);
        case RomCid::target_address_len:
            return announce(payload, State::loading);
        case RomCid::patch_finish: {
            const bool complete = state_ == State::patching && downloaded_ == announced_;
            patched_ = complete;
            state_ = complete ? State::patched : State::idle;
            return {.status = complete ? std::uint8_t{0} : download_incomplete};
        }
        case RomCid::fw_start: {
            const bool complete = state_ == State::loading && downloaded_ == announced_;
            if (complete) state_ = State::started;
            return {.start = complete};
        }
        case RomCid::fw_scatter:
            break;
    }
    return {.silent = true};
}

RomAnswer BootRom::semaphore(ByteView payload, bool stuck) {
    ieee80211::ByteReader in(payload);
    const bool get = in.u32le() != 0;
    if (!get) {
        semaphore_held_ = false;
        return {.status = semaphore_released};
    }
    if (stuck || semaphore_held_) return {.status = semaphore_refused};
    if (patched_) return {.status = semaphore_already_patched};
    semaphore_held_ = true;
    return {.status = semaphore_given};
}

RomAnswer BootRom::announce(ByteView payload, State state) {
    ieee80211::ByteReader in(payload);
    in.skip(4);
    const std::uint32_t length = in.u32le();
    if (state_ != state) {
        announced_ = 0;
        downloaded_ = 0;
    }
    state_ = state;
    announced_ += length;
    return {};
}

void BootRom::scatter(std::size_t octets) {
    if (state_ == State::patching || state_ == State::loading) downloaded_ += octets;
}

void BootRom::reset() {
    state_ = State::idle;
    patched_ = false;
    announced_ = 0;
    downloaded_ = 0;
}

}  // namespace mlosim::mt7925
