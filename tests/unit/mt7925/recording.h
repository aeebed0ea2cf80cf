#pragma once

#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "bytes_text.h"
#include "test_data.h"

namespace mlosim::mt7925 {

/// The commands that the real driver sent, without the pieces of firmware.
inline std::vector<Bytes> recorded_commands(const std::string& name,
                                            std::size_t count = std::numeric_limits<std::size_t>::max()) {
    std::ifstream file(std::string(MLOSIM_TEST_DATA "/mt7925/") + name + ".jsonl");
    EXPECT_TRUE(file) << name;
    std::vector<Bytes> out;
    for (std::string line; out.size() < count && std::getline(file, line);) {
        const auto json = nlohmann::json::parse(line);
        if (json["dir"] == "cmd") out.push_back(octets(json["hex"].get<std::string>()));
    }
    return out;
}

/// The payloads of those with this number, in order.
inline std::vector<Bytes> recorded_payloads(const std::string& name, Cid cid) {
    std::vector<Bytes> out;
    for (const Bytes& packet : recorded_commands(name)) {
        const auto command = parse_command(packet);
        if (command && command->is(cid)) out.emplace_back(command->payload.begin(), command->payload.end());
    }
    return out;
}

}  // namespace mlosim::mt7925
