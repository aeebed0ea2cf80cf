#pragma once

#include <map>

#include "ieee80211/byte_io.h"
#include "ieee80211/mac_address.h"

namespace mlosim::conformance {

/// A station MLD makes the addresses of its links up anew for each connection: those of a recording are others than
/// those here. Which is which is learnt from the frames of both.
class StationAddresses {
public:
    /// The same frame as it was recorded and as it was heard here. Learns its transmitter, and the links of the Basic
    /// Multi-Link element of an association request.
    void learn(ieee80211::ByteView recorded, ieee80211::ByteView ours);
    /// `bytes` with every recorded address replaced by ours.
    [[nodiscard]] ieee80211::Bytes translate(ieee80211::ByteView bytes) const;

private:
    void note(const ieee80211::MacAddress& recorded, const ieee80211::MacAddress& ours);

    std::map<ieee80211::MacAddress, ieee80211::MacAddress> ours_;
};

}  // namespace mlosim::conformance
