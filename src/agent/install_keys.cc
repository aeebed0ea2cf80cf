#include "agent/install_keys.h"

#include "mld/data_path.h"
#include "mld/wdev.h"
#include "mld/wiphy.h"

namespace mlosim::agent {

Result<void> install_pairwise_key(mld::Wdev& wdev, const ieee80211::MacAddress& peer, ieee80211::Suite cipher,
                                  ieee80211::ByteView key) {
    mld::KeyName name;
    name.pairwise = true;
    name.peer = peer;
    mld::KeyParameters parameters;
    parameters.cipher = cipher;
    parameters.data.assign(key.begin(), key.end());
    return wdev.wiphy().data_path().add_key(wdev, name, parameters);
}

Result<void> install_group_key(mld::Wdev& wdev, const rsn::GroupKey& key, ieee80211::Suite cipher) {
    mld::KeyName name;
    name.index = key.key_id;
    name.link = key.link;
    mld::KeyParameters parameters;
    parameters.cipher = cipher;
    parameters.data = key.key;
    constexpr unsigned packet_number_octets = 6;
    for (unsigned i = 0; i < packet_number_octets; ++i)
        parameters.sequence.push_back(static_cast<std::uint8_t>(key.packet_number >> (8 * i)));
    return wdev.wiphy().data_path().add_key(wdev, name, parameters);
}

}  // namespace mlosim::agent
