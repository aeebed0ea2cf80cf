#pragma once

#include <cstdint>
#include <vector>

#include "netlink/dump.h"
#include "netlink/message.h"
#include "netlink/policy.h"

namespace mlosim::netlink {

/// Tells programs what a policy demands: the attributes of NLMSGERR_ATTR_POLICY and of nlctrl's GETPOLICY.
/// cf. net/netlink/policy.c
class PolicyDump {
public:
    /// Adds a policy and all that are nested in it, each once.
    void add(const Policy& policy);
    /// The number that stands for an added policy.
    [[nodiscard]] std::uint32_t index(const Policy& policy) const;
    [[nodiscard]] bool empty() const noexcept { return policies_.empty(); }

    /// True once write() has told everything.
    [[nodiscard]] bool finished() const noexcept { return policy_ >= policies_.size(); }
    /// Writes the next attribute's rule: nest(policy's index) in nest(attribute's type). False: nothing was left to
    /// write.
    bool write(MessageBuilder& message);
    /// Where write() stands, to go back to when a message did not fit.
    struct Position {
        std::size_t policy;
        std::size_t attribute;
    };
    [[nodiscard]] Position position() const noexcept { return {policy_, attribute_}; }
    void go_back(Position to) noexcept {
        policy_ = to.policy;
        attribute_ = to.attribute;
    }

private:
    void add_one(const Policy& policy);

    std::vector<const Policy*> policies_;
    std::size_t policy_ = 0;
    std::size_t attribute_ = 0;
};

/// Writes one rule as a nest of type `nest_type`. False, and nothing written: the rule says no more than "rejected".
/// `known` gives nested policies their numbers; without it nests are told without.
bool write_attribute_policy(MessageBuilder& message, const AttributePolicy& rule, std::uint16_t nest_type,
                            const PolicyDump* known = nullptr);

}  // namespace mlosim::netlink
