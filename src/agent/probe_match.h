#pragma once

#include <optional>

#include "agent/bss.h"
#include "ieee80211/frame_header.h"
#include "ieee80211/probe_request_multi_link.h"

namespace mlosim::agent {

/// Whether a probe request, received on the BSS's channel, is one that it answers (802.11-2020 11.1.4.3.4): addressed
/// to it or to all, and asking for its name, for any name that is not hidden, or for one of its nontransmitted BSSs.
[[nodiscard]] bool answers_probe(const Bss& bss, const ieee80211::FrameView& request);

/// The Multi-Link probe request in it, if it is one for the BSS's own MLD (802.11be 35.3.4.2): addressed to this BSS,
/// or with the MLD's address.
[[nodiscard]] std::optional<ieee80211::ProbeRequestMultiLink> multi_link_probe(const Bss& bss,
                                                                               const ieee80211::FrameView& request);

}  // namespace mlosim::agent
