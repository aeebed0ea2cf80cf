#pragma once

#include "host/time_wire.h"
#include "sim/result.h"

namespace mlosim::host {

/// The page in which programs in virtual time read the clocks (host/time_wire.h).
class TimePage {
public:
    TimePage() = default;
    ~TimePage();
    TimePage(const TimePage&) = delete;
    TimePage& operator=(const TimePage&) = delete;

    /// Errors in words.
    Result<void> open(std::int64_t now_ns, std::int64_t realtime_offset_ns);

    void set_now(std::int64_t now_ns) { __atomic_store_n(&page_->now_ns, now_ns, __ATOMIC_RELEASE); }
    [[nodiscard]] std::int64_t now() const { return page_->now_ns; }
    /// For programs: it cannot be written through.
    [[nodiscard]] int descriptor() const { return read_only_; }

private:
    int writable_ = -1;
    int read_only_ = -1;
    mlosim_time_page* page_ = nullptr;
};

}  // namespace mlosim::host
