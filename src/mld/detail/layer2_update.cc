#include "mld/detail/layer2_update.h"

namespace mlosim::mld::detail {

ieee80211::Bytes layer2_update(const ieee80211::MacAddress& station) {
    // IEEE 802.2 5.4.1.1.2: null DSAP, null SSAP with the response bit, XID without the P/F bit, and the basic
    // format's information: types and classes, and the receive window.
    constexpr std::uint8_t xid[] = {0x00, 0x01, 0xaf, 0x81, 0x01, 0x00};
    ieee80211::Bytes out;
    ieee80211::ByteWriter writer(out);
    writer.mac(ieee80211::MacAddress::broadcast());
    writer.mac(station);
    writer.u8(0);
    writer.u8(sizeof(xid));
    writer.bytes(xid);
    return out;
}

}  // namespace mlosim::mld::detail
