#pragma once

#include "netlink/attribute.h"
#include "sim/result.h"

/// Checks of single attributes beyond type and length. Their messages are the kernel's: programs show them.
namespace mlosim::netlink::nl80211 {

/// A frame's header and fixed fields, then whole elements. cf. validate_beacon_head()
Result<void> check_beacon_head(const Attribute& attribute);
/// Whole elements. cf. validate_ie_attr()
Result<void> check_elements(const Attribute& attribute);
/// HE capabilities as long as they say they are. cf. validate_he_capa()
Result<void> check_he_capabilities(const Attribute& attribute);
/// BSS membership selectors, without the top bit that marks basic rates. cf. validate_supported_selectors()
Result<void> check_selectors(const Attribute& attribute);

}  // namespace mlosim::netlink::nl80211
