#include "mt7925/pcie/pcie_front.h"

#include <algorithm>

#include "mt7925/tx_descriptor.h"
#include "sim/invariant.h"

namespace mlosim::mt7925::pcie {
namespace {

constexpr std::uint32_t all_ones = 0xffffffff;

// Places in the BAR. cf. mt792x_regs.h, mt7925/regs.h
constexpr Address dummy_cr = 0x002120;
constexpr Address mac_int_enable = 0x010188;
constexpr Address lpon_uttr0 = 0x024280;
constexpr Address lpon_uttr1 = 0x024284;
constexpr Address lpon_tcr = 0x0242a8;
constexpr Address wtbl_wducr = 0x034370;
constexpr Address wtbl_update = 0x034380;
constexpr Address wtbl_window = 0x038000;
constexpr Address mcu_cmd = 0x0d41f0;
constexpr Address int_status = 0x0d4200;
constexpr Address int_enable = 0x0d4204;
constexpr Address glo_cfg = 0x0d4208;
constexpr Address rst_dtx_ptr = 0x0d420c;
constexpr Address rst_drx_ptr = 0x0d4280;
constexpr Address tx_ring_base = 0x0d4300;
constexpr Address rx_ring_base = 0x0d4500;
constexpr Address lpctl = 0x0e0010;
constexpr Address conn_on_misc = 0x0e00f0;
constexpr Address wfsys_sw_rst = 0x0f0140;

constexpr std::size_t wtbl_window_size = 0x8000;
constexpr std::size_t ring_register_size = 16;

constexpr std::uint32_t glo_tx_enable = 1U << 0U;
constexpr std::uint32_t glo_tx_busy = 1U << 1U;
constexpr std::uint32_t glo_rx_enable = 1U << 2U;
constexpr std::uint32_t glo_rx_busy = 1U << 3U;
constexpr std::uint32_t lpctl_set_own = 1U << 0U;
constexpr std::uint32_t lpctl_clear_own = 1U << 1U;
constexpr std::uint32_t lpctl_own_sync = 1U << 2U;
constexpr std::uint32_t reset_released = 1U << 0U;
constexpr std::uint32_t reset_init_done = 1U << 4U;
constexpr std::uint32_t update_index = 0xfff;
constexpr std::uint32_t update_clear_counts = 1U << 14U;
constexpr std::uint32_t update_busy = 1U << 31U;
constexpr std::uint32_t need_reinit = 1U << 1U;
constexpr std::uint32_t tcr_mode = 0x3;
constexpr std::uint32_t tcr_write = 1;
constexpr std::uint32_t chip_id = 0x7925;

bool within(Address address, Address first, std::size_t size) {
    return address >= first && address < first + size;
}

}  // namespace

/// A register that does something.
struct PcieFront::Behaviour {
    Address address;
    std::uint32_t (*read)(PcieFront& front);
    void (*write)(PcieFront& front, std::uint32_t value);
};

const PcieFront::Behaviour* PcieFront::behaviour_of(Address address) {
    using F = PcieFront;
    using V = std::uint32_t;
    static constexpr auto nothing = [](F&) -> V { return 0; };
    static constexpr auto read_only = [](F&, V) {};
    static const Behaviour table[] = {
        {Windows::l1_register, [](F& f) -> V { return f.windows_.l1; }, [](F& f, V v) { f.windows_.l1 = v; }},
        {Windows::l2_register, [](F& f) -> V { return f.windows_.l2; }, [](F& f, V v) { f.windows_.l2 = v; }},
        {on_bus(0x70010200), [](F&) -> V { return chip_id; }, read_only},
        {on_bus(0x70010204), nothing, read_only},  // HW_REV
        {lpctl, [](F& f) -> V { return f.firmware_.own_sync() ? lpctl_own_sync : 0; }, [](F& f, V v) { f.set_own(v); }},
        {conn_on_misc, [](F& f) -> V { return f.held_in_reset_ ? 0 : f.firmware_.boot_state(); }, read_only},
        {wfsys_sw_rst,
         [](F& f) -> V {
             const bool done = !f.held_in_reset_ && f.firmware_.boot_state() != 0;
             return (f.held_in_reset_ ? 0 : reset_released) | (done ? reset_init_done : 0);
         },
         [](F& f, V v) { f.set_reset_line(v); }},
        {int_status, [](F& f) -> V { return f.interrupts_.status(); }, [](F& f, V v) { f.interrupts_.acknowledge(v); }},
        {int_enable, [](F& f) -> V { return f.interrupts_.enabled(); }, [](F& f, V v) { f.interrupts_.enable(v); }},
        {mac_int_enable, [](F& f) -> V { return f.interrupts_.gate(); }, [](F& f, V v) { f.interrupts_.open(v); }},
        {mcu_cmd, [](F& f) -> V { return f.memory_.read(mcu_cmd); },
         [](F& f, V v) { f.memory_.write(mcu_cmd, f.memory_.read(mcu_cmd) & ~v); }},
        {glo_cfg, [](F& f) -> V { return f.memory_.read(glo_cfg) & ~(glo_tx_busy | glo_rx_busy); },
         [](F& f, V v) {
             f.memory_.write(glo_cfg, v);
             f.allow_dma();
         }},
        {rst_dtx_ptr, nothing, [](F& f, V v) { f.dma_.rewind(DmaEngine::Side::tx, v); }},
        {rst_drx_ptr, nothing, [](F& f, V v) { f.dma_.rewind(DmaEngine::Side::rx, v); }},
        {wtbl_update, [](F& f) -> V { return f.memory_.read(wtbl_update); }, [](F& f, V v) { f.update_table(v); }},
    };
    const auto found = std::ranges::find(table, address, &Behaviour::address);
    return found == std::end(table) ? nullptr : found;
}

PcieFront::PcieFront(sim::EventQueue& queue, const FirmwareConfig& config, Radio& radio)
    : queue_(queue),
      clock_(queue),
      interrupts_([this] { edge(); }),
      dma_(queue, *this, interrupts_, counts_),
      firmware_(config, clock_, radio, faults_, [this](Bytes event) { dma_.send(ring::events, std::move(event)); }) {
    firmware_.set_data_sink([this](Bytes packet) {
        dma_.send(ring::packets, std::move(packet), faults_.take(FaultEffect::irq_lost, {}).has_value());
    });
    firmware_.set_attention([this] { attention_ = queue_.after(sim::Duration{0}, [this] { dma_.serve(); }); });
}

// The bus

std::uint64_t PcieFront::region_size(std::uint32_t region) const {
    if (region == vfio::region::bar0) return ConfigSpace::bar_size;
    return region == vfio::region::config ? ConfigSpace::size : 0;
}

std::uint32_t PcieFront::interrupts(std::uint32_t index) const {
    return index == vfio::interrupt::intx || index == vfio::interrupt::msi ? 1 : 0;
}

void PcieFront::attached(vfio::GuestMemory& memory, vfio::InterruptLines& lines) {
    lines_ = &lines;
    dma_.attach(&memory);
}

void PcieFront::detached() {
    lines_ = nullptr;
    dma_.attach(nullptr);
    config_space_.reset();
    power_on();
}

void PcieFront::reset() {
    ++counts_.bus_resets;
    config_space_.reset();
    power_on();
}

void PcieFront::unmasked(std::uint32_t index) {
    if (index == vfio::interrupt::intx && !config_space_.msi_enabled() && interrupts_.up()) edge();
}

void PcieFront::power_on() {
    memory_.clear();
    windows_ = {};
    interrupts_.reset();
    dma_.forget();
    held_in_reset_ = false;
    tsf_offset_ = {};
    attention_.cancel();
    allow_dma();
    firmware_.power_on();
}

void PcieFront::read(std::uint32_t region, std::uint64_t offset, std::span<std::uint8_t> out) {
    MLOSIM_INVARIANT(offset <= region_size(region) && out.size() <= region_size(region) - offset,
                     "the bus reads within a region");
    if (region == vfio::region::config) {
        ++counts_.config_reads;
        std::ranges::copy(config_space_.octets().subspan(offset, out.size()), out.begin());
        return;
    }
    if (!config_space_.answers()) {
        ++counts_.odd_accesses;
        std::ranges::fill(out, 0xff);
        return;
    }
    if (offset % 4 != 0 || out.size() % 4 != 0) ++counts_.odd_accesses;
    for (std::size_t done = 0; done < out.size();) {
        const auto at = static_cast<std::uint32_t>(offset + done);
        const std::uint32_t value = read_register(at & ~3U);
        for (std::uint32_t octet = at % 4; octet < 4 && done < out.size(); ++octet)
            out[done++] = static_cast<std::uint8_t>(value >> 8U * octet);
    }
}

void PcieFront::write(std::uint32_t region, std::uint64_t offset, std::span<const std::uint8_t> bytes) {
    MLOSIM_INVARIANT(offset <= region_size(region) && bytes.size() <= region_size(region) - offset,
                     "the bus writes within a region");
    if (region == vfio::region::config) {
        ++counts_.config_writes;
        config_space_.write(offset, bytes);
        allow_dma();
        return;
    }
    if (!config_space_.answers() || offset % 4 != 0 || bytes.size() % 4 != 0) {
        ++counts_.odd_accesses;
        return;
    }
    ieee80211::ByteReader in(bytes);
    for (auto at = static_cast<std::uint32_t>(offset); in.remaining() > 0; at += 4)
        write_register(at, in.u32le());
}

void PcieFront::edge() {
    const bool msi = config_space_.msi_enabled();
    const bool heard = msi ? config_space_.is_master() : config_space_.intx_allowed();
    if (lines_ == nullptr || !heard) {
        ++counts_.masked_interrupts;
        return;
    }
    ++counts_.interrupts;
    lines_->raise(msi ? vfio::interrupt::msi : vfio::interrupt::intx, 0);
}

// Registers

std::uint32_t PcieFront::read_register(std::uint32_t offset) {
    ++counts_.register_reads;
    // Who is off the bus reads ones.
    const std::uint32_t value = faults_.take(FaultEffect::bus_ff, {}) ? all_ones : value_of(resolve(offset, windows_));
    if (observer_) observer_({false, offset, value});
    return value;
}

std::uint32_t PcieFront::value_of(Address address) {
    if (const Behaviour* behaviour = behaviour_of(address)) return behaviour->read(*this);
    if (within(address, tx_ring_base, DmaEngine::tx_rings * ring_register_size)) {
        const auto at = static_cast<unsigned>(address - tx_ring_base);
        return dma_.read(DmaEngine::Side::tx, at / ring_register_size, at % ring_register_size / 4);
    }
    if (within(address, rx_ring_base, DmaEngine::rx_rings * ring_register_size)) {
        const auto at = static_cast<unsigned>(address - rx_ring_base);
        return dma_.read(DmaEngine::Side::rx, at / ring_register_size, at % ring_register_size / 4);
    }
    if (within(address, wtbl_window, wtbl_window_size))
        return wtbl_word(static_cast<std::uint32_t>(address - wtbl_window));
    return memory_.read(address);
}

void PcieFront::write_register(std::uint32_t offset, std::uint32_t value) {
    ++counts_.register_writes;
    const Address address = resolve(offset, windows_);
    if (const Behaviour* behaviour = behaviour_of(address)) {
        behaviour->write(*this, value);
    } else if (within(address, tx_ring_base, DmaEngine::tx_rings * ring_register_size)) {
        const auto at = static_cast<unsigned>(address - tx_ring_base);
        dma_.write(DmaEngine::Side::tx, at / ring_register_size, at % ring_register_size / 4, value);
    } else if (within(address, rx_ring_base, DmaEngine::rx_rings * ring_register_size)) {
        const auto at = static_cast<unsigned>(address - rx_ring_base);
        dma_.write(DmaEngine::Side::rx, at / ring_register_size, at % ring_register_size / 4, value);
    } else if (within(address, lpon_tcr, 4 * tsf_offset_.size())) {
        control_tsf(address, value);
    } else if (!within(address, wtbl_window, wtbl_window_size) && !memory_.write(address, value)) {
        ++counts_.registers_full;
    }
    if (observer_) observer_({true, offset, value});
}

void PcieFront::set_own(std::uint32_t value) {
    if ((value & lpctl_set_own) != 0) {
        ++counts_.given;
        firmware_.set_own();
    }
    if ((value & lpctl_clear_own) == 0 || !firmware_.own_sync()) return;
    ++counts_.taken;
    const bool rings_set_up = (memory_.read(dummy_cr) & need_reinit) != 0;
    if (rings_set_up && faults_.take(FaultEffect::lose_wfdma, {})) {
        memory_.write(dummy_cr, 0);
        memory_.write(glo_cfg, 0);
        dma_.forget();
        allow_dma();
    }
    firmware_.clear_own();
}

void PcieFront::set_reset_line(std::uint32_t value) {
    const bool hold = (value & reset_released) == 0;
    if (hold == held_in_reset_) return;
    held_in_reset_ = hold;
    if (!hold) {
        ++counts_.wfsys_resets;
        memory_.write(glo_cfg, memory_.read(glo_cfg) & ~(glo_tx_enable | glo_rx_enable));
        dma_.drop_waiting();
        firmware_.reset();
    }
    allow_dma();
}

void PcieFront::allow_dma() {
    const std::uint32_t glo = memory_.read(glo_cfg);
    const bool may = config_space_.is_master() && !held_in_reset_;
    dma_.allow(may && (glo & glo_tx_enable) != 0, may && (glo & glo_rx_enable) != 0);
}

/// The table's words that the chip counts in. cf. mt7925_mac_wtbl_lmac_addr()
std::uint32_t PcieFront::wtbl_word(std::uint32_t offset) const {
    constexpr std::uint32_t group_mask = 0x1f;
    const std::uint32_t group = memory_.read(wtbl_wducr) & group_mask;
    const std::uint32_t wcid = group << 7U | offset >> 8U;
    const std::uint32_t word = offset % 0x100 / 4;
    return wcid < wtbl_size ? firmware_.data().register_word(static_cast<std::uint16_t>(wcid), word) : 0;
}

void PcieFront::update_table(std::uint32_t value) {
    const std::uint32_t wcid = value & update_index;
    if ((value & update_clear_counts) != 0 && wcid < wtbl_size)
        firmware_.data().clear_airtime(static_cast<std::uint16_t>(wcid));
    memory_.write(wtbl_update, value & ~update_busy);
}

/// One timer for each own MAC, read and written through one pair of registers. cf. mt792x_get_tsf()
void PcieFront::control_tsf(Address address, std::uint32_t value) {
    sim::Duration& offset = tsf_offset_.at((address - lpon_tcr) / 4);
    const sim::Duration now = queue_.now() - sim::Time{};
    const std::uint32_t mode = value & tcr_mode;
    if (mode == tcr_write) {
        const std::uint64_t wanted = memory_.read(lpon_uttr0) | static_cast<std::uint64_t>(memory_.read(lpon_uttr1))
                                                                    << 32U;
        constexpr std::uint64_t farthest = 1ULL << 52U;  // in ns it still is a Duration
        offset = std::chrono::microseconds(wanted % farthest) - now;
    } else if (mode == tcr_mode) {
        const auto time =
            static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(now + offset).count());
        memory_.write(lpon_uttr0, static_cast<std::uint32_t>(time));
        memory_.write(lpon_uttr1, static_cast<std::uint32_t>(time >> 32U));
    }
    memory_.write(address, value & ~tcr_mode);
}

// The rings

bool PcieFront::looks_at(unsigned ring) {
    switch (ring) {
        case ring::commands:
            return firmware_.takes_commands();
        case ring::download:
        case ring::frames:
            return !firmware_.own_sync();
        default:
            return false;
    }
}

void PcieFront::take(unsigned ring, Bytes packet) {
    if (ring == ring::commands) {
        ++counts_.commands;
        firmware_.receive_command(packet);
    } else if (ring == ring::download) {
        ++counts_.pieces;
        firmware_.receive_scatter(packet);
    } else {
        take_frame(packet);
    }
}

void PcieFront::take_frame(const Bytes& packet) {
    ++counts_.frames;
    const Result<TxDescriptor> descriptor = parse_tx_descriptor(packet);
    if (!descriptor) {
        ++counts_.bad_frames;
        return;
    }
    Bytes frame;
    for (const TxBuffer& buffer : descriptor->buffers) {
        const std::size_t before = frame.size();
        frame.resize(before + buffer.size);
        if (dma_.fetch(buffer.address, std::span(frame).subspan(before))) continue;
        ++counts_.bad_frames;
        return;
    }
    counts_.lost_frames += firmware_.receive_data(packet, frame) ? 0 : 1;
}

}  // namespace mlosim::mt7925::pcie
