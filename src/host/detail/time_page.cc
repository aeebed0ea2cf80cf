#include "host/detail/time_page.h"

#include <cstring>
#include <string>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace mlosim::host {

TimePage::~TimePage() {
    if (page_ != nullptr) ::munmap(page_, sizeof *page_);
    if (read_only_ >= 0) ::close(read_only_);
    if (writable_ >= 0) ::close(writable_);
}

Result<void> TimePage::open(std::int64_t now_ns, std::int64_t realtime_offset_ns) {
    const auto refused = [](const char* what) {
        const int error = errno;
        return fail(error, std::string("no page for the programs' clocks: ") + what + ": " + std::strerror(error));
    };
    writable_ = ::memfd_create("mlosim-time", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (writable_ < 0) return refused("memfd_create");
    if (::ftruncate(writable_, sizeof *page_) != 0) return refused("ftruncate");
    void* mapped = ::mmap(nullptr, sizeof *page_, PROT_READ | PROT_WRITE, MAP_SHARED, writable_, 0);
    if (mapped == MAP_FAILED) return refused("mmap");
    page_ = static_cast<mlosim_time_page*>(mapped);
    // What programs get is open for reading alone: who would write has to open it anew, and is this user anyway.
    const std::string path = "/proc/self/fd/" + std::to_string(writable_);
    read_only_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (read_only_ < 0) return refused("open");
    (void)::fcntl(writable_, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW);
    page_->magic = MLOSIM_TIME_PAGE_MAGIC;
    page_->realtime_offset_ns = realtime_offset_ns;
    set_now(now_ns);
    return {};
}

}  // namespace mlosim::host
