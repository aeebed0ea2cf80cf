#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mlosim::scenario {

/// A virtual machine whose kernel drives radios of the world. How it comes and goes is its process's plan.
struct GuestPlan {
    std::vector<std::string> radios;  ///< single ones, in the order of their slots
    /// The directory with what it boots, made by scripts/real-driver; nothing: the usual one.
    std::optional<std::string> image;
    // Instead of what is there.
    std::optional<std::string> kernel;
    std::optional<std::string> initrd;
    std::optional<std::string> root;
    std::optional<std::string> qemu;
    std::string append;  ///< more words for the kernel
    std::uint32_t memory_mb = 1024;
    std::uint32_t cpus = 1;
    /// What QEMU may run it on, by preference.
    std::vector<std::string> accelerators = {"kvm", "tcg"};
    std::string pointer;
};

}  // namespace mlosim::scenario
