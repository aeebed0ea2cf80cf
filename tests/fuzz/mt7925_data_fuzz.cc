// Any bytes as packets of the data rings, read by both halves; what is read is written again and must come back alike.

#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "mt7925/rx_descriptor.h"
#include "mt7925/tx_descriptor.h"
#include "mt7925/tx_status.h"

namespace {

using namespace mlosim::mt7925;

void must(bool held, const char* belief) {
    if (held) return;
    std::fprintf(stderr, "broken: %s\n", belief);
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView bytes(data, size);
    if (const auto descriptor = parse_tx_descriptor(bytes))
        must(parse_tx_descriptor(build_tx_descriptor(*descriptor)).value() == *descriptor, "a descriptor comes back");
    if (const auto reports = parse_tx_status(bytes))
        must(parse_tx_status(build_tx_status(*reports)).value().size() == reports->size(), "reports come back");
    if (const auto freed = parse_tx_free(bytes))
        must(parse_tx_free(build_tx_free(*freed)).value() == *freed, "freed frames come back");
    if (const auto received = parse_received(bytes)) {
        const Bytes again = build_received(received->descriptor, received->frame);
        const auto back = parse_received(again);
        must(back.has_value() && back->frame.size() == received->frame.size(), "a received frame comes back");
    }
    return 0;
}
