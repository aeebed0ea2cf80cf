// Any bytes sent through a monitor interface: the radiotap header in front of a frame.

#include "mld/injection.h"
#include "sim/invariant.h"

using namespace mlosim;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto channel = phy::ChannelDefinition::mhz20(*phy::find_channel(phy::Band::ghz5, 36));
    const ieee80211::ByteView bytes{data, size};
    const auto injection = mld::Injection::parse(bytes, channel);
    if (!injection) return 0;
    MLOSIM_INVARIANT(injection->frame.size() + 8 <= size, "a header has eight octets at least");
    MLOSIM_INVARIANT(injection->frame.empty() || (injection->frame.data() >= data &&
                                                  injection->frame.data() + injection->frame.size() <= data + size),
                     "the frame lies in the bytes");
    MLOSIM_INVARIANT(!injection->rate || injection->rate->is_legacy() || injection->rate->mhz() == 20,
                     "no rate is wider than the channel");
    return 0;
}
