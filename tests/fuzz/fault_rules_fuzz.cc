// Rules as people write them: whatever is read is written and read again alike.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "mt7925/fault_rule_text.h"
#include "phy/frame_fault.h"

namespace {

template <class Parse, class Write>
void try_one(std::string_view text, Parse parse, Write write) {
    const auto rule = parse(text);
    if (!rule) {
        if (rule.error().message.empty()) std::abort();
        return;
    }
    const std::string first = write(*rule);
    const auto again = parse(first);
    if (!again || write(*again) != first) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    try_one(text, mlosim::phy::parse_frame_rule, [](const auto& rule) { return mlosim::phy::to_text(rule); });
    try_one(text, mlosim::mt7925::parse_fault_rule, [](const auto& rule) { return mlosim::mt7925::to_text(rule); });
    return 0;
}
