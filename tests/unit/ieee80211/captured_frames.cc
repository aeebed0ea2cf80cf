#include "captured_frames.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "test_data.h"

namespace mlosim::ieee80211::testing {

Bytes from_hex(std::string_view text) {
    Bytes bytes;
    int high = -1;
    for (const char c : text) {
        if (c == ' ') continue;
        const std::string_view digits = "0123456789abcdef";
        const std::size_t digit = digits.find(c);
        if (digit == std::string_view::npos) throw std::invalid_argument("not hexadecimal: " + std::string(text));
        if (high < 0) {
            high = static_cast<int>(digit);
        } else {
            bytes.push_back(static_cast<std::uint8_t>(high << 4 | static_cast<int>(digit)));
            high = -1;
        }
    }
    if (high >= 0) throw std::invalid_argument("half an octet at the end: " + std::string(text));
    return bytes;
}

std::vector<CapturedFrame> captured_frames() {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(MLOSIM_TEST_DATA "/frames")) {
        if (entry.path().extension() == ".hex") files.push_back(entry.path());
    }
    std::ranges::sort(files);
    std::vector<CapturedFrame> frames;
    for (const auto& file : files) {
        std::ifstream in{file};
        std::string comment;
        for (std::string line; std::getline(in, line);) {
            if (line.starts_with('#')) {
                comment = line;
            } else if (!line.empty()) {
                frames.push_back({file.filename().string() + ": " + comment, from_hex(line)});
            }
        }
    }
    if (frames.empty()) throw std::runtime_error("no captured frames in " MLOSIM_TEST_DATA "/frames");
    return frames;
}

}  // namespace mlosim::ieee80211::testing
