#include "scenario/referee.h"

#include <algorithm>
#include <utility>

#include "scenario/duration_text.h"

namespace mlosim::scenario {

Referee::Referee(mld::World& world, const phy::Medium& medium, const Cast& cast,
                 const std::vector<Expectation>& expectations)
    : world_(world),
      medium_(medium),
      cast_(cast),
      expectations_(expectations),
      decided_(expectations.size(), false),
      open_(expectations.size()) {
    world_.subscribe(*this);
}

Referee::~Referee() {
    world_.unsubscribe(*this);
}

void Referee::start(std::function<void()> decided) {
    all_decided_ = std::move(decided);
    look(false);
}

void Referee::close() {
    next_look_.cancel();
    look(true);
}

void Referee::scan_finished(mld::Wdev& wdev, const mld::Scan& scan) {
    ScanCounts& counts = scans_[wdev.wiphy().index()];
    ++(scan.aborted ? counts.aborted : counts.finished);
}

/// Judges what can be judged now, and comes back when there may be something new: after the interval, or at the next
/// deadline.
void Referee::look(bool last) {
    if (open_ > 0) {
        const sim::Time now = world_.now();
        sim::Time next = sim::Time::max();
        for (std::size_t i = 0; i < expectations_.size(); ++i) {
            if (decided_[i]) continue;
            const Expectation& expectation = expectations_[i];
            if ((last || now >= expectation.from) && judge(expectation, last)) {
                decided_[i] = true;
                --open_;
                continue;
            }
            const bool only_then = expectation.when == Expectation::When::at;
            const sim::Time soon = only_then ? expectation.until : std::max(now + interval, expectation.from);
            next = std::min({next, soon, expectation.until});
        }
        if (open_ > 0 && !last)
            // What happens at the same moment, but was put on the agenda later, is to be seen as well.
            next_look_ = world_.queue().at(
                next, [this] { next_look_ = world_.queue().at(world_.now(), [this] { look(false); }); });
    }
    if (open_ == 0 && all_decided_) std::exchange(all_decided_, nullptr)();
}

bool Referee::judge(const Expectation& expectation, bool last) {
    using When = Expectation::When;
    const bool over = last || world_.now() >= expectation.until;
    if (expectation.when == When::at && !over) return false;
    const bool so = holds(expectation.condition, nullptr);
    const bool met = expectation.when == When::throughout ? over : so;
    if (so && !met) return false;
    if (!so && expectation.when == When::within && !over) return false;
    if (so) {
        world_.trace().record(world_.now(), "scenario/expectation", {{"expect", expectation.pointer}, {"met", true}});
        return true;
    }
    std::string seen;
    (void)holds(expectation.condition, &seen);
    world_.trace().record(world_.now(), "scenario/expectation", {{"expect", expectation.pointer}, {"met", false}});
    failures_.push_back({expectation.pointer, world_.now(), expectation.text, std::move(seen)});
    return true;
}

}  // namespace mlosim::scenario
