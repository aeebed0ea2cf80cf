#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "mt7925/clock.h"
#include "mt7925/firmware_config.h"
#include "mt7925/radio.h"
#include "mt7925/tables.h"

namespace mlosim::mt7925 {

/// Who spends the one radio's time: the homes of the BSSs, of which an MLD's links take turns, visits to other
/// channels, sleep. What is to be sent waits until the radio is where it belongs; an AP is told by null frames when the
/// radio stops listening to it and when it is back. docs/mt7925.md, "One radio"
class RadioTime final : public Radio {
public:
    /// Where a frame belongs.
    struct Way {
        /// Nothing: wherever the radio is.
        std::optional<std::uint8_t> bss_idx;
        /// Any link of that BSS's MLD will do.
        bool any_link = false;
    };
    /// Whose frames these are, beside the firmware's own.
    class Source {
    public:
        /// The frame as it goes on that BSS now. Nothing: it cannot go, and is no longer waited with.
        [[nodiscard]] virtual std::optional<RadioFrame> build(std::uint64_t id,
                                                              std::optional<std::uint8_t> bss_idx) = 0;
        virtual void sent(std::uint64_t id, std::optional<std::uint8_t> bss_idx, const RadioReport& report) = 0;
        /// There is no channel that it could go on.
        virtual void lost(std::uint64_t id) = 0;
        /// Bits per second that a link is worth.
        [[nodiscard]] virtual double expected_rate(std::uint8_t bss_idx) const = 0;

    protected:
        ~Source() = default;
    };

    /// All must outlive it. `link_turn`: how long one link of an MLD carries its data until another is looked at,
    /// whatever its rate promises; 0: for ever.
    RadioTime(const FirmwareTables& tables, Clock& clock, Radio& air, const FirmwareTiming& timing,
              sim::Duration link_turn)
        : tables_(tables), clock_(clock), air_(air), timing_(timing), link_turn_(link_turn) {}
    RadioTime(const RadioTime&) = delete;
    RadioTime& operator=(const RadioTime&) = delete;
    void set_source(Source& source) { source_ = &source; }

    // Radio, as the rest of the firmware uses it.
    void set_home(std::uint8_t bss_idx, std::optional<RadioChannel> channel) override;
    void rest(std::uint8_t bss_idx, bool resting) override { air_.rest(bss_idx, resting); }
    void visit(const RadioChannel& channel, Visit why) override;
    void return_home() override;
    /// From where the radio is.
    void transmit(RadioFrame frame) override;

    void send(std::uint64_t id, const Way& way);
    /// A frame of the firmware's own on that BSS, if the radio is there and not busy with those before it.
    void send_own(std::uint8_t bss_idx, RadioFrame frame);
    void reported(const RadioReport& report);
    /// After every change of the tables.
    void update();
    /// A frame of the AP of that BSS.
    void heard(std::uint8_t bss_idx, const ReceivedFrame& frame);
    /// The host wants its frames on that link, or none there.
    void advise(std::uint8_t bss_idx, bool use);
    void reset();

    /// The link that carries the frames of an MLD's; of others the BSS itself.
    [[nodiscard]] std::uint8_t link_in_use(std::uint8_t bss_idx) const;
    /// What the AP knows: the station sleeps, or listens to others.
    [[nodiscard]] bool told_away(std::uint8_t bss_idx) const { return homes_.at(bss_idx).told_away; }
    [[nodiscard]] bool dozing(std::uint8_t bss_idx) const { return homes_.at(bss_idx).dozing; }
    /// Whether that BSS's MLD has more than one link to use.
    [[nodiscard]] bool has_choice(std::uint8_t bss_idx) const { return ready_links(group_of(bss_idx)).size() > 1; }
    /// Since when it has heard that BSS's AP without a break (its own sleep apart). Nothing: it does not now.
    [[nodiscard]] std::optional<sim::Time> listening_since(std::uint8_t bss_idx) const;
    [[nodiscard]] std::size_t waiting() const;
    [[nodiscard]] std::uint64_t link_switches() const noexcept { return link_switches_; }

private:
    struct Waiting {
        std::uint64_t id;
        Way way;
    };
    struct Home {
        bool told_away = false;
        bool resting = false;  ///< another link of the MLD is in use
        bool dozing = false;
        bool listening_for_beacon = false;
        std::deque<Waiting> queue;
        std::uint64_t in_flight = 0;
        sim::Time last_use;
        std::optional<sim::Time> last_beacon;
        sim::Timer idle;
        sim::Timer wake;
        sim::Timer homeless;
    };
    struct Flight {
        std::optional<std::uint8_t> bss_idx;
        std::optional<std::uint64_t> id;  ///< the source's; nothing: the firmware's own
        sim::Timer patience;
    };

    void proceed();
    [[nodiscard]] bool go_where_wanted();
    [[nodiscard]] bool use_wanted_links();
    [[nodiscard]] bool tell_that_back();
    void pump();
    void pump(Home& home, std::uint8_t idx);
    void pump_here();
    void give_up(std::uint8_t bss_idx);
    void settle(sim::Duration time);
    void put_on_air(RadioFrame frame, std::optional<std::uint8_t> bss_idx, std::optional<std::uint64_t> id);
    void tell(std::uint8_t bss_idx, bool away);
    [[nodiscard]] bool is_station(std::uint8_t bss_idx) const;
    void find_ready();
    [[nodiscard]] bool is_ready(std::uint8_t bss_idx) const { return (ready_ >> bss_idx & 1U) != 0; }
    [[nodiscard]] std::uint8_t group_of(std::uint8_t bss_idx) const;
    [[nodiscard]] std::vector<std::uint8_t> ready_links(std::uint8_t group) const;
    void choose_links();
    [[nodiscard]] bool turn_is_over(std::uint8_t group, const std::vector<std::uint8_t>& links) const;
    [[nodiscard]] bool away() const noexcept { return place_.has_value(); }
    [[nodiscard]] bool reaches(std::uint8_t bss_idx) const;
    void use(std::uint8_t bss_idx);
    [[nodiscard]] bool may_doze(std::uint8_t bss_idx) const;
    void arm_doze(std::uint8_t bss_idx);
    void fall_asleep(std::uint8_t bss_idx);
    void wake_up(std::uint8_t bss_idx);
    void await_beacon(std::uint8_t bss_idx);
    void beacon_in_sleep(std::uint8_t bss_idx, const ReceivedFrame& frame);

    const FirmwareTables& tables_;
    Clock& clock_;
    Radio& air_;
    const FirmwareTiming& timing_;
    sim::Duration link_turn_;
    Source* source_ = nullptr;

    std::array<Home, bss_count> homes_;
    unsigned ready_ = 0;
    std::array<std::uint8_t, bss_count> in_use_{0, 1, 2, 3, 4};  ///< by group: the link that is listened to
    std::array<std::uint8_t, bss_count> wanted_link_{0, 1, 2, 3, 4};
    std::array<sim::Time, bss_count> link_since_{};
    std::array<bool, bss_count> looking_{};  ///< by group: the link in use is one that had not been heard for long
    std::deque<Waiting> here_;
    std::deque<RadioFrame> own_here_;
    std::array<std::deque<RadioFrame>, bss_count> own_;
    sim::Time home_since_;
    std::optional<RadioChannel> place_;   ///< where it visits; nothing: at home
    std::optional<RadioChannel> wanted_;  ///< where it shall be
    Visit why_ = Visit::scan;
    std::map<std::uint64_t, Flight> flights_;
    std::uint64_t last_flight_ = 0;
    std::uint64_t here_flight_ = 0;
    bool settling_ = false;
    bool proceeding_ = false;
    bool again_ = false;
    sim::Timer settle_timer_;
    sim::Timer choice_timer_;
    std::uint64_t link_switches_ = 0;
    std::uint16_t null_sequence_ = 0;
};

}  // namespace mlosim::mt7925
