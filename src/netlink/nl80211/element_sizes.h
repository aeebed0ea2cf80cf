#pragma once

#include "ieee80211/byte_io.h"

/// How long the bodies of elements must be whose length follows from what they say.
namespace mlosim::netlink::nl80211 {

/// `he` is the body of the HE capabilities that go with it, empty where there are none. cf.
/// ieee80211_eht_capa_size_ok()
[[nodiscard]] bool whole_eht_capabilities(ieee80211::ByteView he, ieee80211::ByteView eht, bool from_ap);
/// cf. ieee80211_he_oper_size()
[[nodiscard]] bool whole_he_operation(ieee80211::ByteView body);
/// cf. ieee80211_eht_oper_size_ok()
[[nodiscard]] bool whole_eht_operation(ieee80211::ByteView body);

}  // namespace mlosim::netlink::nl80211
