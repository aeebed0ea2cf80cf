// Any bytes as what follows category and action of an EML Operating Mode Notification frame.

#include "ieee80211/eml_operating_mode.h"
#include "sim/invariant.h"

using namespace mlosim::ieee80211;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto mode = EmlOperatingMode::parse({data, size});
    if (!mode) return 0;
    MLOSIM_INVARIANT(!mode->emlsr_links || !mode->emlmr_links, "one of both at most");
    MLOSIM_INVARIANT(!mode->delays || mode->emlsr_links, "only EMLSR has delays");
    Bytes written;
    ByteWriter out(written);
    mode->append_to(out);
    const auto again = EmlOperatingMode::parse(written);
    MLOSIM_INVARIANT(again && *again == *mode, "what is written reads the same");
    return 0;
}
