#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>

#include "mld/driver.h"
#include "mld/wiphy.h"
#include "mt7925/host/power.h"
#include "mt7925/host/wcid_table.h"
#include "mt7925/in_process_front.h"
#include "mt7925/tx_status.h"

namespace mlosim::mt7925::host {

/// A frame of the MAC on its way to the chip, with all that its descriptor says: copies, for it may wait.
struct FrameToSend {
    ieee80211::Bytes bytes;
    std::uint64_t cookie = 0;
    bool wants_status = false;
    bool no_acknowledgement = false;
    std::optional<unsigned> attempts;
    std::optional<phy::Rate> rate;
    phy::Band band = phy::Band::ghz2_4;
    bool protect = false;  ///< it is encrypted
    /// The link's address of its receiver, and its own.
    ieee80211::MacAddress receiver;
    ieee80211::MacAddress sender;
    /// There was a station with that address.
    bool to_station = false;
    /// Between MLDs: their addresses.
    struct Mlds {
        ieee80211::MacAddress peer;
        ieee80211::MacAddress own;
    };
    std::optional<Mlds> mlds;
    bool of_mld = false;  ///< the interface is one
    /// Its receiver's entry when the MAC sent it.
    std::optional<std::uint8_t> wcid;
    /// It waited for what was asked of the chip before it: that entry is there still, as far as the chip knows.
    bool in_turn = false;
};

/// Frames to and from the chip: tokens, descriptors, status reports, the WCID table's counters. What is to be sent
/// while the firmware owns the chip wakes it first. cf. mt792x_tx(), mt7925e_tx_prepare_skb(), mt7925_mac_tx_free()
class Frames {
public:
    /// A buffer has a token as long as the chip has it (MT792x's token_size).
    static constexpr std::uint16_t tokens = 8192;
    /// Frames that wait for the chip's waking.
    static constexpr std::size_t most_waiting = 1024;

    struct Counts {
        std::uint64_t sent = 0;
        std::uint64_t dropped = 0;  ///< no token, too many waiting, or nobody to send to
        std::uint64_t received = 0;
        std::uint64_t malformed = 0;     ///< packets of the chip
        std::uint64_t unknown_wcid = 0;  ///< packets that name a WCID that is not there
        std::uint64_t status_timeouts = 0;
    };
    /// Receives frames' links as the real driver does where that is a mistake of it (B16).
    using WrongGroupLink = std::function<bool()>;
    /// A report of the chip names an entry that no table has. True: that was a mistake, and is dealt with.
    using NoEntry = std::function<bool(std::uint16_t wcid)>;
    /// A frame to a station whose entry is gone. True: that was a mistake (B2), and is dealt with.
    using Race = std::function<bool(const FrameToSend&)>;

    /// All must outlive it.
    Frames(Chip& chip, InProcessFront& front, Power& power, WcidTable& wcids, mld::Wiphy& wiphy,
           mld::DriverEvents& mac);
    Frames(const Frames&) = delete;
    Frames& operator=(const Frames&) = delete;
    void set_wrong_group_link(WrongGroupLink wrong) { wrong_group_link_ = std::move(wrong); }
    void set_race(Race race) { race_ = std::move(race); }
    void set_no_entry(NoEntry no_entry) { no_entry_ = std::move(no_entry); }
    /// The kernel has crashed in here: nothing goes out or in any more.
    void die() { dead_ = true; }

    void send(FrameToSend frame);
    /// The peer's entry; of an MLD's data that of its first link; for others the link's own. Nothing: there is none.
    [[nodiscard]] std::optional<std::uint8_t> entry_for(const FrameToSend& frame) const;
    /// The chip forgot them all. cf. mt7925_tx_token_put()
    void reset();

    /// Frames that the chip has.
    [[nodiscard]] std::size_t outstanding() const noexcept { return with_chip_.size(); }
    [[nodiscard]] std::size_t waiting() const noexcept { return waiting_.size(); }
    [[nodiscard]] const Counts& counts() const noexcept { return counts_; }

private:
    struct WithChip {
        std::uint64_t cookie = 0;
        std::uint16_t wcid = 0;
        std::uint8_t pid = 0;
        bool freed = false;
        bool failed = false;
        unsigned attempts = 1;
        std::optional<TxStatusReport> status;
        sim::Time since;
        mld::FrameBytes shown;  ///< for monitors
    };
    struct PidsOfEntry {
        std::map<std::uint8_t, std::uint64_t> frames;  ///< by PID
        std::uint8_t last = 0;
        sim::Time last_asked{};
    };

    void give_to_chip(FrameToSend frame);
    [[nodiscard]] std::optional<std::uint16_t> next_token();
    [[nodiscard]] std::uint8_t next_pid(std::uint8_t wcid, const FrameToSend& frame);
    void refuse(std::uint64_t cookie);
    void wake();
    Task<void> wake_work();
    void awake();
    void poll();
    void take(ByteView packet);
    void take_status(ByteView packet);
    void take_free(ByteView packet);
    void take_frame(ByteView packet);
    void complete(std::uint64_t number);
    void check_timeouts();
    void poll_entry(std::uint8_t wcid);
    void check_tokens();
    [[nodiscard]] std::optional<ieee80211::LinkId> link_of(const Wcid* entry, bool to_group) const;

    Chip& chip_;
    InProcessFront& front_;
    Power& power_;
    WcidTable& wcids_;
    mld::Wiphy& wiphy_;
    mld::DriverEvents& mac_;
    WrongGroupLink wrong_group_link_;
    Race race_;
    NoEntry no_entry_;
    bool dead_ = false;
    std::deque<FrameToSend> waiting_;
    bool waking_ = false;
    std::map<std::uint64_t, WithChip> frames_;          ///< by number: not reported yet
    std::map<std::uint16_t, std::uint64_t> with_chip_;  ///< token to number
    std::uint16_t last_token_ = tokens - 1;
    std::uint64_t last_number_ = 0;
    std::array<PidsOfEntry, WcidTable::size> pids_;
    std::size_t tokens_missed_ = 0;
    std::vector<std::uint64_t> refused_;
    sim::Timer refusing_;
    sim::Timer timeout_;
    Counts counts_;
    TaskSet tasks_;
};

}  // namespace mlosim::mt7925::host
