#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "ieee80211/byte_io.h"
#include "mld/bss.h"

namespace mlosim::mld {

/// What is known of the networks around a wiphy. cf. net/wireless/scan.c. Entries are told apart by channel, BSSID and
/// SSID; they age after 30 s; the oldest goes when there are 1000. Lookup of an entry is O(log n).
class BssTable {
    struct Key {
        phy::Channel channel;
        ieee80211::MacAddress bssid;
        std::optional<ieee80211::Bytes> ssid;
        friend auto operator<=>(const Key&, const Key&) = default;
    };

public:
    static constexpr sim::Duration expire_after = std::chrono::seconds(30);
    static constexpr std::size_t max_entries = 1000;

    BssTable() = default;
    BssTable(const BssTable&) = delete;
    BssTable& operator=(const BssTable&) = delete;

    /// Takes what one frame says of one BSS into its entry, or makes one. `update` has exactly one of beacon and
    /// probe_response set and `elements` equal to it. `signal_valid` is false where a neighboring channel was heard.
    /// nullptr: dropped. cf. __cfg80211_bss_update().
    const Bss* update(Bss update, bool signal_valid);

    /// Puts a non-transmitted BSS in its transmitter's list; false (and the entry is gone) if it is in another's
    /// already. cf. cfg80211_add_nontrans_list().
    bool add_nontransmitted(const Bss& transmitter, const Bss& nontransmitted);

    /// cf. __cfg80211_get_bss().
    [[nodiscard]] const Bss* find(std::optional<phy::Channel> channel, std::optional<ieee80211::MacAddress> bssid,
                                  const ieee80211::Ssid* ssid, sim::Time now) const;

    /// Keeps an entry from aging and from making room for others. cf. cfg80211_hold_bss().
    class [[nodiscard]] Hold {
    public:
        Hold(BssTable& table, const Bss& bss) : table_(table), key_(key_of(bss)) { change(1); }
        ~Hold() { change(-1); }
        Hold(const Hold&) = delete;
        Hold& operator=(const Hold&) = delete;

    private:
        void change(int by);
        BssTable& table_;
        Key key_;
    };

    /// The entry's access point went to another channel. nullptr: it is not known, or is known there already.
    /// cf. cfg80211_update_assoc_bss_entry()
    const Bss* move(const Bss& bss, const phy::Channel& channel);
    /// Forgets one entry, unless it hides others. cf. cfg80211_unlink_bss()
    void forget(const Bss& bss);
    /// Forgets what was last heard before `cutoff`.
    void forget_before(sim::Time cutoff);
    /// Forgets what is older than 30 s: GET_SCAN does so before it looks. cf. cfg80211_bss_expire().
    void expire(sim::Time now);
    void clear();

    /// Changes with every change of the table (rdev->bss_generation).
    [[nodiscard]] std::uint32_t generation() const noexcept { return generation_; }
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
    /// In the order in which they were first heard.
    [[nodiscard]] std::vector<const Bss*> entries() const;

private:
    struct Entry {
        Key key;
        Bss bss;
        std::vector<Entry*> hidden_members;  ///< probe response entries that share this one's beacon
        Entry* hidden_owner = nullptr;
        std::vector<Entry*> nontransmitted;  ///< in its list
        Entry* listed_by = nullptr;
        std::list<Entry*>::iterator place;
    };

    static Key key_of(const Bss& bss);
    Entry* find_exact(const Key& key);
    Entry* find_hidden_owner(const Key& key);
    Entry* entry_of(const Bss& bss) { return find_exact(key_of(bss)); }
    bool update_known(Entry& known, Bss& update, bool signal_valid);
    void adopt_probe_responses(Entry& hidden);
    bool unlink(Entry& entry);
    bool unlink_oldest();

    std::map<Key, std::unique_ptr<Entry>> entries_;
    std::list<Entry*> order_;
    std::uint32_t generation_ = 0;
};

}  // namespace mlosim::mld
