#pragma once

#include <memory>

#include "mld/key.h"
#include "mld/wdev.h"
#include "sim/result.h"

namespace mlosim::mld {
class Sta;
class Wiphy;
enum class KeyCommand : std::uint8_t;
}  // namespace mlosim::mld

namespace mlosim::mld::detail {

/// Installs, finds and removes keys: those of peers hang on the Sta, group keys on the link. cf. net/mac80211/key.c and
/// the key operations of cfg.c
class KeyStore {
public:
    explicit KeyStore(Wiphy& wiphy) : wiphy_(wiphy) {}

    /// ENETDOWN, ENOLINK, EINVAL, ENOENT (the peer, or it is not associated), EOPNOTSUPP (another cipher than before).
    Result<void> add(Wdev& wdev, const KeyName& name, const KeyParameters& parameters);
    /// ENOENT.
    Result<void> remove(Wdev& wdev, const KeyName& name);
    [[nodiscard]] Result<KeyInfo> info(const Wdev& wdev, const KeyName& name) const;
    /// ENOLINK, EINVAL.
    Result<void> set_default(Wdev& wdev, const KeyName& name, KeyPurpose purpose);
    /// All group keys of a link.
    void forget(Link& link);
    /// The driver is told of the group keys of links that begin, or cease, to carry frames.
    /// cf. ieee80211_key_switch_links()
    void switch_links(Wdev& wdev, std::uint16_t removed, std::uint16_t added);

private:
    using Slot = std::shared_ptr<Key>;
    /// Where a key of that name is or would be; nullptr: nowhere.
    [[nodiscard]] Slot* slot(const Wdev& wdev, const KeyName& name) const;
    [[nodiscard]] static Link* link_of(const Wdev& wdev, const KeyName& name);
    /// cf. ieee80211_set_tx()
    Result<void> send_with(Wdev& wdev, const KeyName& name);
    /// What the driver says is its own affair: the MAC encrypts by itself. Keys of links that are not active are not
    /// told. cf. ieee80211_key_enable_hw_accel(), ieee80211_key_disable_hw_accel()
    void tell_driver(KeyCommand command, Wdev& wdev, const KeyName& name, const Key& key);
    void tell_group_keys(KeyCommand command, Link& link);

    Wiphy& wiphy_;
};

}  // namespace mlosim::mld::detail
