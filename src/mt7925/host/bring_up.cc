#include "mt7925/host/bring_up.h"

#include <cstdio>
#include <utility>

#include "mt7925/chip_tlvs.h"
#include "mt7925/roc_tlvs.h"

namespace mlosim::mt7925::host {

namespace {

using namespace std::chrono_literals;
using Level = KernelLog::Level;

constexpr unsigned init_tries = 10;  // MT792x_MCU_INIT_RETRY_COUNT
constexpr std::size_t scatter_size = 4096;
constexpr sim::Duration power_patience = 1s;
constexpr sim::Duration start_patience = 1500ms;
constexpr std::uint8_t state_mask = 0x07;
constexpr std::uint8_t state_powered = 1;
constexpr std::uint8_t state_running = 3;

// The status octet of PATCH_SEM_CONTROL.
constexpr std::uint8_t already_patched = 1;
constexpr std::uint8_t semaphore_given = 2;
constexpr std::uint8_t semaphore_released = 3;

// Of the mode word of a download.
constexpr std::uint32_t mode_encrypted = 1U << 0U;
constexpr unsigned mode_key_shift = 1;
constexpr std::uint32_t mode_reset_iv = 1U << 3U;
constexpr std::uint32_t mode_scrambled = 1U << 6U;
constexpr std::uint32_t mode_needs_response = 1U << 31U;

constexpr std::uint32_t start_overrides_address = 1U << 0U;
constexpr std::uint32_t efuse_block = 0xa70;
constexpr std::size_t encapsulation_octet = 1;  // of that block

// Not a list of values: GCC 12 takes no temporary array in a coroutine.
template <class... Values>
Bytes words(Values... values) {
    Bytes out;
    ieee80211::ByteWriter writer(out);
    (writer.u32le(values), ...);
    return out;
}

std::string hex(std::uint32_t value) {
    char text[16];
    (void)std::snprintf(text, sizeof text, "0x%x", static_cast<unsigned>(value));
    return text;
}

/// A text field of an image: the real ones end with a newline.
std::string printed(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\0'))
        text.pop_back();
    return text;
}

/// cf. mt76_connac2_get_data_mode()
std::uint32_t mode_of(const PatchSection& section) {
    constexpr std::uint32_t aes = 1;
    constexpr std::uint32_t scrambled = 2;
    std::uint32_t mode = mode_needs_response;
    if (section.security == PatchSection::no_security) return mode;
    const std::uint32_t type = section.security >> 24U;
    if (type == aes) mode |= mode_encrypted | (section.security & 3U) << mode_key_shift | mode_reset_iv;
    if (type == scrambled) mode |= mode_encrypted | mode_scrambled | mode_reset_iv;
    return mode;
}

/// cf. mt76_connac_mcu_gen_dl_mode()
std::uint32_t mode_of(const RamRegion& region) {
    constexpr std::uint8_t scrambled = 1U << 4U;
    std::uint32_t mode = mode_needs_response;
    if ((region.feature_set & RamRegion::encrypted) != 0) mode |= mode_encrypted | mode_reset_iv;
    if ((region.feature_set & scrambled) != 0) mode |= mode_scrambled;
    return mode | (region.feature_set >> 1U & 3U) << mode_key_shift;
}

/// Places whose download the ROM is told of as a patch.
bool is_patch_address(std::uint32_t address) {
    return address == 0x200000 || address == 0x900000 || address == 0xe0002800;
}

void scatter(Chip& chip, const Bytes& data) {
    for (std::size_t at = 0; at < data.size(); at += scatter_size)
        chip.scatter(Bytes(data.begin() + static_cast<std::ptrdiff_t>(at),
                           data.begin() + static_cast<std::ptrdiff_t>(std::min(data.size(), at + scatter_size))));
}

Result<void> of(const McuResult& result) {
    if (result.error != 0) return fail(result.error);
    return {};
}

Task<Result<void>> download(Chip& chip, std::uint32_t address, const Bytes& data, std::uint32_t mode) {
    const RomCid announce = is_patch_address(address) ? RomCid::patch_start : RomCid::target_address_len;
    const McuResult announced =
        co_await chip.command(announce, words(address, static_cast<std::uint32_t>(data.size()), mode));
    if (announced.error != 0) co_return of(announced);
    scatter(chip, data);
    co_return Result<void>{};
}

Task<Result<void>> send_sections(Chip& chip, const PatchImage& patch) {
    for (const PatchSection& section : patch.sections) {
        auto sent = co_await download(chip, section.address, section.data, mode_of(section));
        if (!sent) {
            chip.log().print(Level::error, "Failed to send firmware");
            co_return sent;
        }
    }
    const McuResult finished = co_await chip.command(RomCid::patch_finish, words(0U));
    if (finished.error != 0) chip.log().print(Level::error, "Failed to start patch");
    co_return of(finished);
}

/// cf. mt76_connac2_load_patch()
Task<Result<void>> load_patch(Chip& chip, const PatchImage& patch) {
    const McuResult semaphore = co_await chip.command(RomCid::patch_sem_control, words(1U));
    if (semaphore.error == 0 && semaphore.ext_eid == already_patched) co_return Result<void>{};
    if (semaphore.error != 0 || semaphore.ext_eid != semaphore_given) {
        chip.log().print(Level::error, "Failed to get patch semaphore");
        co_return Result<void>(fail(EAGAIN));
    }
    chip.log().print(Level::info,
                     "HW/SW Version: " + hex(patch.hw_sw_ver) + ", Build Time: " + printed(patch.build_date));
    Result<void> loaded = co_await send_sections(chip, patch);
    const McuResult released = co_await chip.command(RomCid::patch_sem_control, words(0U));
    if (released.error != 0 || released.ext_eid != semaphore_released) {
        chip.log().print(Level::error, "Failed to release patch semaphore");
        co_return Result<void>(fail(EAGAIN));
    }
    co_return loaded;
}

/// cf. mt792x_load_firmware(), mt76_connac2_load_ram()
Task<Result<void>> load_ram(Chip& chip, const RamImage& ram) {
    chip.log().print(Level::info, "WM Firmware Version: " + ram.fw_ver + ", Build Time: " + printed(ram.build_date));
    std::uint32_t options = 0;
    std::uint32_t start = 0;
    for (const RamRegion& region : ram.regions) {
        if ((region.feature_set & RamRegion::not_downloaded) != 0) continue;
        if ((region.feature_set & RamRegion::override_address) != 0) {
            options |= start_overrides_address;
            start = region.address;
        }
        auto sent = co_await download(chip, region.address, region.data, mode_of(region));
        if (!sent) {
            chip.log().print(Level::error, "Failed to send firmware.");
            co_return sent;
        }
    }
    const McuResult started = co_await chip.command(RomCid::fw_start, words(options, start));
    if (started.error != 0) {
        chip.log().print(Level::error, "Failed to start WM firmware");
        co_return of(started);
    }
    const bool runs = co_await chip.wait_for_state(
        [](std::uint8_t state) { return (state & state_running) == state_running; }, start_patience);
    if (runs) co_return Result<void>{};
    chip.log().print(Level::error, "Timeout for initializing firmware");
    co_return Result<void>(fail(EIO));
}

/// What follows the firmware's start. cf. mt7925_run_firmware(), mt7925_mcu_set_eeprom()
Task<Result<Capabilities>> set_up(Chip& chip) {
    const McuResult told = co_await chip.command(Cid::chip_config, option::set_silent,
                                                 PayloadBuilder(ReservedHeader{}).add(ChipConfigCapability{}).bytes());
    if (told.error != 0) co_return Result<Capabilities>(fail(told.error));
    Result<Capabilities> capabilities = read_capabilities(told.payload);
    if (!capabilities) co_return capabilities;

    EfuseAccess block;
    block.address = efuse_block;
    const McuResult fuses =
        co_await chip.command(Cid::efuse_ctrl, option::query_ack, PayloadBuilder(ReservedHeader{}).add(block).bytes());
    if (fuses.error != 0) co_return Result<Capabilities>(fail(fuses.error));
    const auto read = decode<EfuseBlock>(fuses.payload);
    if (!read) co_return Result<Capabilities>(fail(read.error()));
    capabilities->encapsulation_type = read->data[encapsulation_octet] & 3U;

    WsysFwLog log_on;
    log_on.ctrl = 1;
    const McuResult logging =
        co_await chip.command(Cid::wsys_config, option::set_ack, PayloadBuilder(ReservedHeader{}).add(log_on).bytes());
    if (logging.error != 0) co_return Result<Capabilities>(fail(logging.error));

    EfuseBufferMode from_efuse;
    from_efuse.format = 1;
    const McuResult mode = co_await chip.command(Cid::efuse_ctrl, option::set_ack,
                                                 PayloadBuilder(ReservedHeader{}).add(from_efuse).bytes());
    if (mode.error != 0) co_return Result<Capabilities>(fail(mode.error));
    co_return capabilities;
}

/// cf. mt7925e_mcu_init(): the chip changes hands once, so that it is awake for certain.
Task<Result<Capabilities>> try_once(Chip& chip, const Images& images, bool restarts) {
    Result<void> done = co_await chip.give();
    if (done) done = co_await chip.take();
    if (done) done = co_await load_firmware(chip, images, restarts);
    if (!done) co_return Result<Capabilities>(fail(done.error()));
    co_return co_await set_up(chip);
}

template <class T>
Result<void> read_into(const Tlv& tlv, T& out) {
    auto read = decode<T>(tlv);
    if (!read) return fail(EPROTO, read.error().message);
    out = *read;
    return {};
}

}  // namespace

Result<Capabilities> read_capabilities(ByteView payload) {
    const auto header = decode_front<CapabilityHeader>(payload);
    if (!header) return fail(EPROTO, header.error().message);
    const auto tlvs = parse_tlvs(payload, sizeof(std::uint32_t));
    if (!tlvs) return fail(EPROTO, tlvs.error().message);
    Capabilities out;
    for (const Tlv& tlv : *tlvs) {
        Capability6g six_ghz;
        CapabilityChip chip;
        CapabilityEml eml;
        Result<void> read;
        switch (tlv.tag) {
            case CapabilityMac::tag:
                read = read_into(tlv, out.mac);
                break;
            case CapabilityPhy::tag:
                read = read_into(tlv, out.phy);
                break;
            case Capability6g::tag:
                read = read_into(tlv, six_ghz);
                out.has_6ghz = six_ghz.has_6ghz != 0;
                break;
            case CapabilityChip::tag:
                read = read_into(tlv, chip);
                out.chip = chip.bits;
                break;
            case CapabilityEml::tag:
                read = read_into(tlv, eml);
                out.eml = eml.eml_cap;
                break;
            default:
                break;  // of no interest to the driver
        }
        if (!read) return fail(read.error());
    }
    return out;
}

Task<Result<void>> load_firmware(Chip& chip, const Images& images, bool restarts) {
    if (restarts) chip.post(RomCid::nic_power_ctrl, words(1U));
    const bool powered = co_await chip.wait_for_state(
        [](std::uint8_t state) { return (state & state_mask) == state_powered; }, power_patience);
    if (!powered) chip.log().print(Level::warning, "MCU is not ready for firmware download");
    Result<void> patched = co_await load_patch(chip, images.patch);
    if (!patched) co_return patched;
    co_return co_await load_ram(chip, images.ram);
}

Task<Result<Capabilities>> bring_up(Chip& chip, const Images& images, bool restarts) {
    Result<Capabilities> last = fail(EIO);
    for (unsigned i = 0; i < init_tries; ++i) {
        last = co_await try_once(chip, images, restarts);
        if (last) co_return last;
        auto reset = co_await chip.reset_subsystem();
        if (!reset) chip.log().print(Level::error, "reset of the Wi-Fi subsystem failed");
    }
    chip.log().print(Level::error, "hardware init failed");
    co_return last;
}

}  // namespace mlosim::mt7925::host
