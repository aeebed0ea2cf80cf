// Encryption of frames on their way out.

#include "mld/detail/robust_frame.h"
#include "mld/detail/tx_path.h"
#include "mld/key.h"
#include "mld/sta.h"
#include "mld/wiphy.h"

namespace mlosim::mld::detail {

namespace {

using ieee80211::FrameControl;
using ieee80211::FrameType;
using ieee80211::FrameView;
using ieee80211::MacAddress;

Key* chosen(const Link& link, const std::optional<std::uint8_t>& index) {
    return index ? link.group_keys[*index].get() : nullptr;
}

/// cf. ieee80211_select_link_key()
Key* group_key(const Link& link, const FrameView& frame) {
    if (frame.frame_control().type() == FrameType::management)
        return is_robust(frame) ? chosen(link, link.default_management_key) : nullptr;
    return chosen(link, link.default_multicast_key);
}

/// Between MLDs the MLDs' addresses count, not those on the air. 802.11be 12.5.2.3.3
std::optional<ieee80211::CipherAddresses> mld_addresses(const Link& link, const Sta* sta, const FrameView& frame) {
    if (sta == nullptr || !sta->is_mld() || frame.frame_control().type() != FrameType::data) return std::nullopt;
    const auto above = [&](const MacAddress& address) {
        if (address == link.address()) return link.vif().address();
        const bool of_peer =
            std::any_of(sta->links().begin(), sta->links().end(), [&](const auto& l) { return l->address == address; });
        return of_peer ? sta->address() : address;
    };
    // Address 3 is the frame's destination or source.
    return ieee80211::CipherAddresses{above(frame.addr1()), above(*frame.addr2()), *frame.addr3()};
}

}  // namespace

// cf. ieee80211_tx_h_select_key(), ieee80211_tx_h_encrypt()
bool TxPath::protect(Outgoing& out) const {
    if (out.options.no_encryption || out.link == nullptr) return true;
    const auto frame = FrameView::parse(out.bytes);
    if (!frame) return false;
    const FrameControl fc = frame->frame_control();
    const bool has_data = fc.type() == FrameType::data && !fc.is_null_data();
    const bool group = frame->addr1().is_group();

    Key* key = nullptr;
    if (out.sta != nullptr) key = out.sta->pairwise_keys[out.sta->tx_key_index.value_or(0)].get();
    if (key == nullptr && group) key = group_key(*out.link, *frame);
    if (key == nullptr && !group) key = chosen(*out.link, out.link->default_unicast_key);
    if (key == nullptr) return !(has_data && out.sta != nullptr && out.sta->uses_encryption);

    if (const ieee80211::BipCipher* mic = key->bip_cipher()) {
        mic->protect(out.bytes, key->next_packet_number(), key->index());
        return true;
    }
    const bool robust = !group && out.sta != nullptr && out.sta->flags.has(StaFlag::mfp) && is_robust(*frame);
    if (!has_data && !robust) return true;
    out.bytes = key->frame_cipher()->protect(out.bytes, key->next_packet_number(), key->index(),
                                             mld_addresses(*out.link, out.sta, *frame));
    return true;
}

}  // namespace mlosim::mld::detail
