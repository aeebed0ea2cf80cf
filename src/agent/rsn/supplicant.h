#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "agent/rsn/key_data.h"
#include "agent/rsn/pairwise_key.h"

namespace mlosim::agent::rsn {

/// Fresh randomness for a nonce.
using NonceSource = std::function<Nonce()>;

/// A link that a station MLD asked an AP MLD for, and what it knows of the AP's there (whole elements).
struct SupplicantLink {
    ieee80211::LinkId link;
    ieee80211::MacAddress own;
    ieee80211::MacAddress access_point;
    Bytes rsne;
    Bytes rsnxe;
    bool accepted = true;
};

/// What was agreed on when the station associated.
struct SupplicantSettings {
    const Akm* akm = nullptr;
    Bytes pmk;
    std::optional<ieee80211::Pmkid> pmkid;  ///< of that PMK, where the peer must not mean another
    ieee80211::Suite pairwise_cipher;
    bool mfp = false;
    Ends ends;
    /// Whole elements, of the association request and of the access point's beacon or probe response.
    Bytes own_rsne;
    Bytes own_rsnxe;
    Bytes access_point_rsne;
    Bytes access_point_rsnxe;
    std::vector<SupplicantLink> links;  ///< none unless both are MLDs
    /// The one that the association took: message 2 does not name it.
    std::optional<ieee80211::LinkId> association_link;
};

/// What the station has to do after a frame, in this order.
struct SupplicantStep {
    std::optional<Bytes> send;     ///< an EAPOL packet
    std::optional<Bytes> install;  ///< the temporal key: now, once
    std::vector<GroupKey> group_keys;
    bool completed = false;              ///< the 4-way handshake is done: the port opens
    std::optional<std::uint16_t> leave;  ///< with this reason
};

/// The supplicant's half of the 4-way and the group key handshake, 802.11-2020 12.7.6 and 12.7.7. Pure: frames in, what
/// to do out. What is wrong or old is dropped without a word, as the standard says.
class Supplicant {
public:
    Supplicant(SupplicantSettings settings, NonceSource nonces);

    [[nodiscard]] SupplicantStep receive(ByteView packet);
    [[nodiscard]] bool completed() const noexcept { return ptk_.has_value(); }
    /// Frames that were dropped.
    [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }

private:
    [[nodiscard]] SupplicantStep drop();
    [[nodiscard]] SupplicantStep message1(const EapolKey& frame);
    [[nodiscard]] SupplicantStep message3(const EapolKey& frame, ByteView packet);
    [[nodiscard]] SupplicantStep group_message1(const EapolKey& frame, ByteView packet);
    [[nodiscard]] std::optional<KeyData> key_data(const EapolKey& frame, const PairwiseKey& ptk) const;
    [[nodiscard]] bool elements_agree(const KeyData& data) const;
    [[nodiscard]] bool has_needed_keys(const KeyData& data) const;
    /// Those that are not installed yet: an old key that comes again must not begin anew with its packet numbers.
    [[nodiscard]] std::vector<GroupKey> fresh(const KeyData& data, std::uint64_t rsc);
    [[nodiscard]] Bytes answer(std::uint16_t information, std::uint64_t counter, const PairwiseKey& ptk,
                               const Nonce& nonce, Bytes data) const;
    [[nodiscard]] Bytes own_mld_data() const;

    const SupplicantSettings settings_;
    const NonceSource nonces_;
    std::optional<std::uint64_t> last_counter_;
    std::optional<Nonce> snonce_;
    std::optional<Nonce> anonce_;
    std::optional<PairwiseKey> next_;  ///< of the handshake under way
    std::optional<PairwiseKey> ptk_;
    std::vector<GroupKey> installed_;
    std::uint64_t dropped_ = 0;
};

}  // namespace mlosim::agent::rsn
