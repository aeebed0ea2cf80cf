#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include "ieee80211/frame_cipher.h"
#include "ieee80211/frame_header.h"
#include "mld/detail/dynamic_power_save.h"
#include "mld/detail/msdu.h"
#include "mld/detail/reassembly.h"
#include "mld/detail/reorder_buffer.h"
#include "mld/detail/tx_path.h"
#include "mld/driver.h"
#include "mld/frame.h"

namespace mlosim::mld {
class Key;
struct LinkSta;
struct StationModeChange;
}  // namespace mlosim::mld

namespace mlosim::mld::detail {

/// A frame on its way in, for one interface (struct ieee80211_rx_data).
struct Incoming {
    Wdev& wdev;
    Link& link;
    Sta* sta = nullptr;
    LinkSta* link_sta = nullptr;
    FrameBytes bytes;
    ieee80211::FrameView frame;  ///< of `bytes`
    RxStatus status;
    /// Which counter its sequence number belongs to, and which its packet number. cf. ieee80211_parse_qos()
    unsigned sequence_index = 0;
    unsigned security_index = 0;
    /// The addresses that it had on the air, where they were replaced by the MLDs'.
    std::optional<ieee80211::CipherAddresses> air_addresses;
    /// The key that it is, or should have been, protected with.
    std::shared_ptr<Key> key;
    bool decrypted = false;
    std::uint64_t packet_number = 0;
    bool malformed_action = false;
};

/// What a step made of a frame (ieee80211_rx_result).
enum class Verdict : std::uint8_t {
    next,     ///< RX_CONTINUE
    taken,    ///< RX_QUEUED
    dropped,  ///< RX_DROP…: counted
};

/// The way in: from MPDUs to the netdev, the MLME and programs. cf. net/mac80211/rx.c
class RxPath {
public:
    RxPath(Wiphy& wiphy, TxPath& tx) : wiphy_(wiphy), tx_(tx), power_save_(wiphy, tx) {}

    void receive(Wdev& wdev, Link& link, const ieee80211::FrameView& frame, const FrameBytes& bytes,
                 const RxStatus& status);
    /// A connection ended: the next one's first unprotected beacon is told of at once.
    void forget_reports(const Wdev& wdev) { beacon_reports_.erase(&wdev); }
    /// Data of a station goes out.
    void sends(Wdev& wdev) { power_save_.busy(wdev); }
    /// An interface ended.
    void forget(const Wdev& wdev) {
        power_save_.forget(wdev);
        beacon_reports_.erase(&wdev);
        fragments_.forget(wdev);
    }

private:
    [[nodiscard]] bool accepts(const Incoming& in) const;
    void use_mld_addresses(Incoming& in) const;
    Verdict process(Incoming& in, bool in_order = false);
    void count_verdict(const Incoming& in, Verdict verdict);

    // The steps, in their order.
    Verdict check_duplicate(Incoming& in);
    static Verdict check_group_duplicate(Incoming& in);
    /// Frames of an agreement go on in their order. cf. ieee80211_rx_reorder_ampdu()
    Verdict reorder(Incoming& in);
    void go_on(Wdev& wdev, Sta& sta, EarlyFrame early);
    void go_on(Wdev& wdev, Sta& sta, std::vector<EarlyFrame> all);
    /// What was waiting for those that went on, and how long the rest waits.
    void release_ready(Wdev& wdev, Sta& sta, unsigned tid);
    void skip_to(Wdev& wdev, Sta& sta, unsigned tid, unsigned number);
    void end_agreement(Wdev& wdev, Sta& sta, unsigned tid);
    Verdict check_class(Incoming& in);
    Verdict sender_speaks(Incoming& in);
    Verdict defragment(Incoming& in);
    Verdict control(Incoming& in);

    // Protection (rx_crypto.cc).
    Verdict decrypt(Incoming& in);
    Verdict choose_key(Incoming& in, bool& decrypts);
    Verdict verify_mic(Incoming& in);
    Verdict decipher(Incoming& in);
    Verdict check_protection(Incoming& in);
    void report_unprotected(const Incoming& in);

    // Data (rx_data.cc).
    Verdict amsdu(Incoming& in);
    Verdict data(Incoming& in);
    [[nodiscard]] bool allowed(const Incoming& in, const EthernetView& frame) const;
    void deliver(Incoming& in, ieee80211::Bytes ethernet);
    void pass_up(Incoming& in, ieee80211::Bytes ethernet);

    // Management (rx_management.cc).
    Verdict check_management(Incoming& in);
    Verdict action(Incoming& in);
    Verdict emlsr_action(Incoming& in);
    Verdict ht_action(Incoming& in);
    Verdict vht_action(Incoming& in, bool from_ap);
    void tell_mode(Incoming& in, const ieee80211::MacAddress& station, const std::optional<StationModeChange>& change);
    Verdict block_ack_action(Incoming& in);
    void grant_block_ack(Incoming& in);
    void end_block_ack(Incoming& in, std::uint16_t parameters);
    void tell_driver(Incoming& in, BlockAckStep step, unsigned tid, unsigned first = 0, unsigned window = 0);
    Verdict block_ack_request(Incoming& in);
    [[nodiscard]] ieee80211::Bytes answer_header(const Incoming& in) const;
    Verdict programs(Incoming& in);
    Verdict action_after_programs(Incoming& in);
    Verdict return_action(Incoming& in);
    Verdict mlme(Incoming& in);
    Verdict give_to_mlme(Incoming& in);

    Wiphy& wiphy_;
    TxPath& tx_;
    DynamicPowerSave power_save_;
    Reassembly fragments_;
    std::map<const Wdev*, sim::Time> beacon_reports_;  // found by interface, never walked
};

}  // namespace mlosim::mld::detail
