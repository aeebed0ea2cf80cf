#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "mld/events.h"
#include "mld/world.h"
#include "phy/medium.h"
#include "scenario/cast.h"
#include "scenario/expectation.h"
#include "scenario/failure.h"
#include "scenario/processes.h"
#include "sim/event_queue.h"

namespace mlosim::scenario {

/// Watches over a scenario's expectations. Looks every 10 ms of the world's time while one is open, and at each
/// deadline.
class Referee final : private mld::Events {
public:
    static constexpr sim::Duration interval = std::chrono::milliseconds(10);

    /// Everything passed in must outlive the referee.
    Referee(mld::World& world, const phy::Medium& medium, const Cast& cast, Processes& processes,
            const std::vector<Expectation>& expectations);
    ~Referee() override;

    /// Starts to look. `decided` is called when nothing is open any more (at once if there is nothing).
    void start(std::function<void()> decided);
    /// The world ends now: decides what is still open by what is so at this moment.
    void close();

    /// Something may have changed: judges what can be judged now.
    void look() { look(false); }
    /// Calls `decided` when all expectations that end by now are decided; at once, if none has to hear a process first.
    void when_decided(std::function<void()> decided);

    /// Is it so, now? If `seen` is given, it gets what is there instead, in words.
    [[nodiscard]] bool holds(const Condition& condition, std::string* seen) const;

    [[nodiscard]] std::size_t open() const noexcept { return open_; }
    [[nodiscard]] const std::vector<Failure>& failures() const noexcept { return failures_; }

private:
    struct ScanCounts {
        std::uint64_t finished = 0;
        std::uint64_t aborted = 0;
    };
    void scan_finished(mld::Wdev& wdev, const mld::Scan& scan) override;

    /// What a process has done at the last moment of an expectation must have been heard before that is judged.
    enum class Hearing : std::uint8_t { none, asked, done };

    void look(bool last);
    /// True: decided now.
    bool judge(std::size_t index, bool last);
    [[nodiscard]] bool must_hear(std::size_t index);

    [[nodiscard]] bool holds(const BssCondition& condition, std::string* seen) const;
    [[nodiscard]] bool holds(const StrongerCondition& condition, std::string* seen) const;
    [[nodiscard]] bool holds(const ScanCondition& condition, std::string* seen) const;
    [[nodiscard]] bool holds(const InterfaceCondition& condition, std::string* seen) const;
    [[nodiscard]] bool holds(const RegulatoryCondition& condition, std::string* seen) const;
    [[nodiscard]] bool holds(const ChannelCondition& condition, std::string* seen) const;
    [[nodiscard]] bool holds(const LinkWdevCondition& condition, std::string* seen) const;
    [[nodiscard]] bool holds(const CounterCondition& condition, std::string* seen) const;
    [[nodiscard]] bool holds(const StationCondition& condition, std::string* seen) const;
    [[nodiscard]] bool holds(const ChipCondition& condition, std::string* seen) const;
    [[nodiscard]] bool holds(const KeysCondition& condition, std::string* seen) const;
    [[nodiscard]] bool holds(const KernelLogCondition& condition, std::string* seen) const;
    [[nodiscard]] bool holds(const OutputCondition& condition, std::string* seen) const;
    [[nodiscard]] bool holds(const EventCondition& condition, std::string* seen) const;
    [[nodiscard]] bool holds(const ControlCondition& condition, std::string* seen) const;
    [[nodiscard]] bool holds(const ProcessCondition& condition, std::string* seen) const;
    [[nodiscard]] bool holds(const NotCondition& condition, std::string* seen) const;
    [[nodiscard]] bool fits(const mld::Wdev& wdev, const InterfaceCondition& condition) const;
    [[nodiscard]] bool matches(const mld::Bss& bss, const BssCondition& condition) const;
    [[nodiscard]] const mld::Bss* loudest(mld::Wiphy& wiphy, const std::string& network, phy::Band band) const;

    mld::World& world_;
    const phy::Medium& medium_;
    const Cast& cast_;
    Processes& processes_;
    const std::vector<Expectation>& expectations_;
    std::vector<bool> decided_;
    std::vector<Hearing> hearings_;
    std::function<void()> when_decided_;
    std::size_t open_ = 0;
    std::map<mld::WiphyIndex, ScanCounts> scans_;
    sim::Timer next_look_;
    std::function<void()> all_decided_;
    std::vector<Failure> failures_;
};

}  // namespace mlosim::scenario
