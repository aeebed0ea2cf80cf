#pragma once

#include "ieee80211/frame_header.h"
#include "mld/frame.h"
#include "mld/frame_listener.h"
#include "mld/link_mapping.h"
#include "mld/sta.h"
#include "mld/wiphy.h"

namespace mlosim::agent {

/// What a built-in AP MLD says to stations that want their traffic on some of their links: yes to every mapping of
/// links that they have, and frames to them keep to it. 802.11be 35.3.7.1.3
class LinkMappingAnswers final : public mld::FrameListener {
public:
    explicit LinkMappingAnswers(mld::Wdev& wdev) : wdev_(wdev) {}
    LinkMappingAnswers(const LinkMappingAnswers&) = delete;
    LinkMappingAnswers& operator=(const LinkMappingAnswers&) = delete;

    /// Twice is once. EALREADY: somebody else reads these frames.
    [[nodiscard]] Result<void> start();

    bool frame_received(mld::Wdev& wdev, const mld::FrameBytes& frame, const mld::RxStatus& status) override;

private:
    void requested(mld::Sta& station, const ieee80211::FrameView& frame);

    mld::Wdev& wdev_;
    bool registered_ = false;
};

}  // namespace mlosim::agent
