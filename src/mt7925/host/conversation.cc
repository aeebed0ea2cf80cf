#include "mt7925/host/conversation.h"

#include <cstdio>
#include <string>

namespace mlosim::mt7925::host {

namespace {

std::string in_words(std::uint32_t status) {
    char text[40];
    (void)std::snprintf(text, sizeof text, "the firmware answers 0x%08x", static_cast<unsigned>(status));
    return text;
}

/// cf. mt76_connac_mcu_bss_deact_err(): a BSS that is not active is no mistake of who deactivates it
bool is_harmless(const Saying& saying, std::uint32_t status) {
    constexpr std::uint32_t wlan_failure = 0xc0000001;
    return saying.cid == Cid::bss_info && status == wlan_failure;
}

}  // namespace

Task<Result<void>> say(Chip& chip, Conversation what, OnFailure on_failure) {
    Result<void> all;
    for (std::size_t i = 0; i < what.size(); ++i) {
        Saying& saying = what[i];
        if (!saying.waits) {
            chip.post(saying.cid, saying.options, std::move(saying.payload));
            continue;
        }
        const std::uint64_t before = chip.firmware().counts().inactive_references;
        const McuResult result = co_await chip.command(saying.cid, saying.options, saying.payload);
        // What is taken down may be named once more, as the real driver does. Rule I9 of docs/mt7925.md
        if (on_failure == OnFailure::stop && !chip.diverged() && chip.firmware().counts().inactive_references != before)
            chip.violate("I9", "a message is about what the firmware does not have");
        Result<void> now;
        if (result.error != 0)
            now = fail(result.error);
        else if (result.status != 0 && !is_harmless(saying, result.status))
            now = fail(EIO, in_words(result.status));
        if (now) continue;
        chip.set_diverged(true);
        if (all) all = now;
        if (on_failure == OnFailure::stop) break;
    }
    co_return all;
}

}  // namespace mlosim::mt7925::host
