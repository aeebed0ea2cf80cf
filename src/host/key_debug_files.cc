#include "host/key_debug_files.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <numeric>

#include "mld/key.h"
#include "mld/sta.h"
#include "mld/stations.h"
#include "mld/wdev.h"

namespace mlosim::host {
namespace {

using mld::Key;

std::string line(std::uint64_t number) {
    return std::to_string(number) + "\n";
}

std::string packet_number(std::uint64_t number) {
    std::array<char, sizeof("ffffffffffffffff\n")> text{};
    std::snprintf(text.data(), text.size(), "%012llx\n", static_cast<unsigned long long>(number));
    return text.data();
}

// cf. key_algorithm_read()
std::string algorithm(const Key& key) {
    const std::uint32_t suite = key.cipher().selector();
    std::array<char, sizeof("00-0f-ac:255\n")> text{};
    std::snprintf(text.data(), text.size(), "%02x-%02x-%02x:%u\n", suite >> 24U, suite >> 16U & 0xffU,
                  suite >> 8U & 0xffU, suite & 0xffU);
    return text.data();
}

// cf. key_rx_spec_read(): a line for each counter; group management ciphers have one.
std::string receive_counters(const Key& key) {
    if (key.bip_cipher() != nullptr) return packet_number(key.received().back());
    return std::accumulate(key.received().begin(), key.received().end(), std::string(),
                           [](std::string text, std::uint64_t number) { return text + packet_number(number); });
}

std::string octets(const Key& key) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t octet : key.data()) {
        text += digits[octet >> 4U];
        text += digits[octet & 0xfU];
    }
    return text + "\n";
}

using Describe = Result<std::string> (*)(const Key&);

struct KeyFile {
    const char* name;
    Describe describe;
};

// Ciphers run in the host, so no key has an index in hardware or a flag. cf. ieee80211_key_enable_hw_accel()
constexpr std::array key_files = {
    KeyFile{"algorithm", [](const Key& k) -> Result<std::string> { return algorithm(k); }},
    KeyFile{"flags", [](const Key&) -> Result<std::string> { return std::string("0x0\n"); }},
    KeyFile{"hw_key_idx", [](const Key&) -> Result<std::string> { return line(0); }},
    KeyFile{"icverrors",
            [](const Key& k) -> Result<std::string> {
                return k.bip_cipher() != nullptr ? line(k.statistics().wrong_mics) : std::string();
            }},
    KeyFile{"key", [](const Key& k) -> Result<std::string> { return octets(k); }},
    KeyFile{"keyidx", [](const Key& k) -> Result<std::string> { return line(k.index()); }},
    KeyFile{"keylen", [](const Key& k) -> Result<std::string> { return line(k.data().size()); }},
    KeyFile{"mic_failures", [](const Key&) -> Result<std::string> { return fail(EINVAL, "of TKIP's keys only"); }},
    KeyFile{"replays", [](const Key& k) -> Result<std::string> { return line(k.statistics().replays); }},
    KeyFile{"rx_spec", [](const Key& k) -> Result<std::string> { return receive_counters(k); }},
    KeyFile{"tx_spec", [](const Key& k) -> Result<std::string> { return packet_number(k.transmitted()); }},
};

Node directory_of(const std::shared_ptr<Key>& key, const std::string& interface) {
    constexpr std::uint32_t for_the_owner = 0400;
    NamedNodes files;
    for (const KeyFile& file : key_files) {
        files.emplace_back(file.name, file_node(for_the_owner,
                                                [weak = std::weak_ptr<const Key>(key),
                                                 describe = file.describe]() -> Result<std::string> {
                                                    const auto held = weak.lock();
                                                    if (!held) return fail(ENODEV);
                                                    return describe(*held);
                                                }));
    }
    files.emplace_back("ifindex", text_node(interface + "\n"));
    return directory_node(std::move(files));
}

class Collection {
public:
    template <class Keys>
    void add(const Keys& keys, const mld::Wdev& wdev) {
        for (const std::shared_ptr<Key>& key : keys)
            if (key) nodes_.emplace_back(std::to_string(nodes_.size()), directory_of(key, wdev.name()));
    }
    NamedNodes take() { return std::move(nodes_); }

private:
    NamedNodes nodes_;
};

}  // namespace

Node key_debug_directory(const mld::Wiphy& wiphy) {
    Collection keys;
    for (const auto& [id, wdev] : wiphy.wdevs()) {
        for (const auto& link : wdev->links())
            keys.add(link->group_keys, *wdev);
        for (const mld::Sta* sta : wiphy.stations().of(*wdev)) {
            keys.add(sta->pairwise_keys, *wdev);
            keys.add(sta->group_keys, *wdev);
        }
    }
    return directory_node(keys.take());
}

}  // namespace mlosim::host
