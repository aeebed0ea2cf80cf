#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ieee80211/byte_io.h"
#include "ieee80211/frame_control.h"
#include "ieee80211/mac_address.h"
#include "phy/band.h"
#include "sim/random.h"
#include "sim/result.h"

namespace mlosim::phy {

/// What happens to a frame on the air.
enum class FrameEffect : std::uint8_t {
    drop,       ///< it is not received
    delay,      ///< it goes on the air `value` ms later
    corrupt,    ///< octet `value` of what is received has its bits turned
    duplicate,  ///< it is received twice
};

/// A name in rules, and the frames that it stands for.
struct FrameName {
    std::string_view name;
    ieee80211::FrameType type;
    std::optional<std::uint8_t> subtype;  ///< nothing: all of the type
};

/// Which frames a rule applies to: only what is given must agree.
struct FrameMatch {
    const FrameName* frame = nullptr;
    std::string from;                              ///< the sending radio's name
    std::string to;                                ///< the receiving radio's name
    std::optional<ieee80211::MacAddress> address;  ///< the receiver's or the transmitter's in the header
    std::optional<Band> band;
};

/// A fault of the air, in the form match + effect + priority + times.
struct FrameRule {
    FrameMatch match;
    FrameEffect effect = FrameEffect::drop;
    std::uint32_t value = 0;
    int priority = 0;             ///< the highest that matches acts, of equals the oldest
    std::uint32_t percent = 100;  ///< of the frames that match, by chance
    std::uint32_t every = 1;      ///< of those, each n-th
    std::uint32_t skip = 0;       ///< lets so many pass first
    std::uint32_t times = std::numeric_limits<std::uint32_t>::max();  ///< then acts so many times
};

/// A rule as people write it: the effect, its value, then what it applies to and how often.
///
///     drop_frame frame=auth from=west times=2
///     delay_frame=20 frame=data band=6 percent=10
///     corrupt_frame=24 frame=beacon to=sta every=3
///     duplicate_frame address=02:00:00:00:01:00 skip=1
///
/// The error says which word is wrong and what is allowed.
[[nodiscard]] Result<FrameRule> parse_frame_rule(std::string_view text);
/// Whether a text begins as a rule of this sort: what it says else may be wrong.
[[nodiscard]] bool is_frame_rule(std::string_view text);
[[nodiscard]] std::string to_text(const FrameRule& rule);

/// A frame on its way. `to` is empty where rules that name no receiver are asked.
struct FrameSubject {
    ieee80211::ByteView frame;
    Band band = Band::ghz2_4;
    std::string_view from;
    std::string_view to;
};

/// The rules in force.
class FrameRules {
public:
    using Id = std::uint32_t;

    explicit FrameRules(sim::RandomStream random) : random_(random) {}

    Id add(FrameRule rule);
    /// False: there is no such rule.
    bool remove(Id id);
    void clear() { rules_.clear(); }
    [[nodiscard]] bool empty() const noexcept { return rules_.empty(); }

    struct Entry {
        Id id;
        FrameRule rule;
        std::uint32_t matched = 0;
        std::uint32_t acted = 0;
    };
    /// In the order in which they were added, with what is left of them.
    [[nodiscard]] const std::vector<Entry>& all() const noexcept { return rules_; }

    /// The rule that applies to this frame now, if there is one; counts it. With a receiver only rules that name one
    /// are looked at, without one only the others.
    [[nodiscard]] std::optional<FrameRule> take(const FrameSubject& subject);

private:
    sim::RandomStream random_;
    std::vector<Entry> rules_;
    Id next_id_ = 1;
};

}  // namespace mlosim::phy
