#include "host/radio_files.h"

#include <cerrno>

#include "host/kernel_numbers.h"
#include "host/netdev_files.h"

namespace mlosim::host {
namespace {

/// A switch that stands at `unblocked` for ever.
Node switch_node(std::uint64_t unblocked) {
    return file_node(
        0644, [=]() -> Result<std::string> { return std::to_string(unblocked) + "\n"; },
        [=](std::string_view text) -> Result<void> {
            const auto number = parse_kernel_unsigned(text);
            if (!number) return fail(number.error());
            if (*number > 1) return fail(EINVAL);
            if (*number != unblocked) return fail(EPERM);
            return {};
        });
}

}  // namespace

std::string rfkill_name(const mld::Wiphy& wiphy) {
    return "rfkill" + std::to_string(wiphy.index().value);
}

// cf. rfkill_dev_attrs[]
Node rfkill_directory(const mld::Wiphy& wiphy) {
    return directory_node({{"device", link_node("../../" + wiphy.name())},
                           {"hard", text_node("0\n")},
                           {"hard_block_reasons", text_node("0x0\n")},
                           {"index", text_node(std::to_string(wiphy.index().value) + "\n")},
                           {"name", text_node(wiphy.name() + "\n")},
                           {"persistent", text_node("0\n")},
                           {"power", power_directory("disabled")},
                           {"soft", switch_node(0)},
                           {"state", switch_node(1)},
                           {"subsystem", link_node("../../../../../../../class/rfkill")},
                           {"type", text_node("wlan\n")},
                           {"uevent", text_node("RFKILL_NAME=" + wiphy.name() +
                                                "\nRFKILL_TYPE=wlan\nRFKILL_STATE=1\nRFKILL_HW_BLOCK_REASON=0x0\n")}});
}

// cf. ieee80211_attrs[] of net/wireless/sysfs.c
Node wiphy_directory(const mld::Wiphy& wiphy) {
    std::string addresses;
    for (const auto& address : wiphy.addresses())
        addresses += address.to_string() + "\n";
    const std::string permanent =
        wiphy.addresses().empty() ? std::string() : wiphy.addresses().front().to_string() + "\n";
    return directory_node({{"address_mask", text_node("00:00:00:00:00:00\n")},
                           {"addresses", text_node(std::move(addresses))},
                           {"device", link_node("../../../" + wiphy.parent_device())},
                           {"index", text_node(std::to_string(wiphy.index().value) + "\n")},
                           {"macaddress", text_node(permanent)},
                           {"name", text_node(wiphy.name() + "\n")},
                           {"power", power_directory("enabled")},
                           {rfkill_name(wiphy), rfkill_directory(wiphy)},
                           {"subsystem", link_node("../../../../../../class/ieee80211")},
                           {"uevent", text_node("")}});
}

}  // namespace mlosim::host
