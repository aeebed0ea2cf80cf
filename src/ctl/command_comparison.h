#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/result.h"

/// What two drivers say to their chips, command by command.
namespace mlosim::ctl {

/// A command as it is compared: without its sequence number, which counts others too.
struct SpokenCommand {
    struct Field {
        std::string path;  ///< "BA.win_size", "header.bss_idx", "SKU.rates[3].limit"
        std::string value;
    };
    /// What it is and whom it concerns, by which it finds its like on the other side.
    std::string kind;
    std::vector<Field> fields;
};

/// From a message as the trace and the record "mcu" have it. EBADMSG: it is no such object.
[[nodiscard]] Result<SpokenCommand> spoken_command(std::string_view message_json);

/// How far the second one's commands agree with the first one's.
struct CommandFigures {
    std::size_t commands = 0;  ///< of the first
    std::size_t in_place = 0;  ///< commands that both have, in the same order
    std::size_t more = 0;      ///< that only the second has
    std::size_t fields = 0;    ///< of the first
    std::size_t agreeing = 0;

    CommandFigures& operator+=(const CommandFigures& other);
};

/// Something that is not the same.
struct CommandDifference {
    enum class What : std::uint8_t {
        missing,      ///< the second has no such command
        moved,        ///< it has, but in another place
        more,         ///< only the second has it
        no_field,     ///< a field that only the first one's has
        more_field,   ///< or only the second one's
        other_value,  ///< or both, with other values
    };
    What what = What::missing;
    std::string kind;  ///< of the command
    std::string path;
    std::string first;
    std::string second;
    friend auto operator<=>(const CommandDifference&, const CommandDifference&) = default;
};

/// Compares sequences of commands. Addresses that somebody makes up anew each time count as the same if they stand for
/// each other everywhere.
class CommandComparison {
public:
    using Commands = std::vector<SpokenCommand>;
    using IsMadeUp = std::function<bool(const std::string& address)>;
    /// Longer sequences take too much memory to be aligned.
    static constexpr std::size_t most_commands = 10'000;

    explicit CommandComparison(IsMadeUp is_made_up = is_locally_administered) : is_made_up_(std::move(is_made_up)) {}

    /// Of at most `most_commands` each. Tells `note` of each difference.
    CommandFigures compare(const Commands& first, const Commands& second,
                           const std::function<void(const CommandDifference&)>& note);

    [[nodiscard]] static bool is_locally_administered(const std::string& address);

private:
    void compare_fields(const SpokenCommand& first, const SpokenCommand& second, CommandFigures& figures,
                        const std::function<void(const CommandDifference&)>& note);
    bool same_value(const std::string& first, const std::string& second);

    IsMadeUp is_made_up_;
    std::map<std::string, std::string> there_;  ///< made-up addresses: the first one's, the second one's
    std::map<std::string, std::string> back_;
};

/// Text has the form of a MAC address.
[[nodiscard]] bool is_address(std::string_view text);

}  // namespace mlosim::ctl
