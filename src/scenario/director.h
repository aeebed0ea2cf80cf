#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "agent/access_points.h"
#include "mld/world.h"
#include "phy/medium.h"
#include "phy/position.h"
#include "scenario/cast.h"
#include "scenario/failure.h"
#include "scenario/fault_desk.h"
#include "scenario/processes.h"
#include "scenario/step.h"
#include "sim/event_queue.h"

namespace mlosim::scenario {

/// Carries out a scenario's steps, each at its time, through the MAC's upper face.
class Director {
public:
    /// Everything passed in must outlive the director.
    Director(mld::World& world, phy::Medium& medium, agent::AccessPoints& access_points, const Cast& cast,
             FaultDesk& faults, Processes& processes, const std::vector<Step>& steps);

    /// Puts the steps on the agenda. `done` is called after the last step (at once if there is none).
    void start(std::function<void()> done);

    /// Steps that ended with an error, or not with the one they were to end with.
    [[nodiscard]] const std::vector<Failure>& failures() const noexcept { return failures_; }

private:
    /// A radio on its way.
    struct Walk {
        phy::Position from;
        phy::Position to;
        sim::Time begun;
        sim::Duration over{0};
        sim::Timer next;
    };

    /// Frames that a station sends.
    struct Flow {
        mld::WdevId station;
        sim::Duration every;
        std::uint32_t bytes;
        bool broadcast;
        sim::Time until;
        sim::Timer next;
    };

    void carry_out(const Step& step);
    void carried_out(const Step& step, const Result<void>& result);
    void send_next(Flow& flow);
    void walk_on(mld::RadioIndex radio);

    // One for each sort of action.
    Result<void> act(const MoveStep& step);
    Result<void> act(const UpStep& step);
    Result<void> act(const DownStep& step);
    Result<void> act(const RegulatoryStep& step);
    Result<void> act(const PowerStep& step);
    Result<void> act(const ScanStep& step);
    Result<void> act(const AbortScanStep& step);
    Result<void> act(const SetTypeStep& step);
    Result<void> act(const AddInterfaceStep& step);
    Result<void> act(const RemoveInterfaceStep& step);
    Result<void> act(const AddLinkStep& step);
    Result<void> act(const RemoveLinkStep& step);
    Result<void> act(const RoamStep& step);
    Result<void> act(const RemoveRadioStep& step);
    Result<void> act(const OrderStep& step);
    Result<void> act(const EmlsrStep& step);
    Result<void> act(const FaultStep& step);
    Result<void> act(const ClearFaultsStep& step);
    Result<void> act(const TrafficStep& step);
    Result<void> act(const SuspendStep& step);
    Result<void> act(const ResumeStep& step);
    Result<void> act(const StartStep& step);
    Result<void> act(const StopStep& step);
    Result<void> act(const SignalStep& step);

    template <class F>
    Result<void> for_each_interface(const Target& target, F what);

    mld::World& world_;
    phy::Medium& medium_;
    agent::AccessPoints& access_points_;
    const Cast& cast_;
    FaultDesk& faults_;
    Processes& processes_;
    const std::vector<Step>& steps_;
    std::vector<sim::Timer> timers_;
    std::map<mld::RadioIndex, Walk> walks_;
    std::vector<std::unique_ptr<Flow>> flows_;
    std::size_t carried_out_ = 0;
    std::function<void()> done_;
    std::vector<Failure> failures_;
};

}  // namespace mlosim::scenario
