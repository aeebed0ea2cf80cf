#include "host/radio_debug_files.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <functional>
#include <map>
#include <optional>

#include "host/key_debug_files.h"
#include "mld/driver.h"
#include "mld/wdev.h"
#include "mld/wiphy.h"

namespace mlosim::host {
namespace {

/// A file of a wiphy that may be gone by the time it is used.
class Handle {
public:
    Handle(const mld::World& world, mld::WiphyIndex wiphy, std::string directory, std::string name)
        : world_(&world), wiphy_(wiphy), directory_(std::move(directory)), name_(std::move(name)) {}

    template <class Action>
    auto with(Action&& action) const -> decltype(action(std::declval<mld::DebugFile&>())) {
        mld::Wiphy* wiphy = world_->find_wiphy(wiphy_);
        if (wiphy == nullptr) return fail(ENODEV);
        auto files = wiphy->driver().debug_files();
        const auto file = std::find_if(files.begin(), files.end(), [&](const mld::DebugFile& f) {
            return f.directory == directory_ && f.name == name_;
        });
        if (file == files.end()) return fail(ENODEV);
        return action(*file);
    }

private:
    const mld::World* world_;
    mld::WiphyIndex wiphy_;
    std::string directory_;
    std::string name_;
};

Node node_of(const Handle& handle, const mld::DebugFile& file) {
    std::function<Result<std::string>()> read;
    std::function<Result<void>(std::string_view)> write;
    if (file.read) read = [=] { return handle.with([](mld::DebugFile& f) { return f.read(); }); };
    if (file.write)
        write = [=](std::string_view text) { return handle.with([&](mld::DebugFile& f) { return f.write(text); }); };
    return file_node(file.permissions, std::move(read), std::move(write));
}

/// A number as kstrtou16() reads it: decimal, octal or hexadecimal, one newline behind it.
std::optional<std::uint16_t> kernel_u16(std::string_view text) {
    if (!text.empty() && text.back() == '\n') text.remove_suffix(1);
    int base = 10;
    if (text.starts_with("0x") || text.starts_with("0X")) {
        base = 16;
        text.remove_prefix(2);
    } else if (text.size() > 1 && text.front() == '0') {
        base = 8;
    }
    if (text.starts_with('+')) text.remove_prefix(1);
    std::uint16_t value = 0;
    const auto end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value, base);
    if (error != std::errc{} || rest != end || text.empty()) return std::nullopt;
    return value;
}

/// What the MAC tells of an interface's links. cf. net/mac80211/debugfs_netdev.c
Node interface_directory(const mld::World& world, const mld::Wdev& wdev) {
    constexpr std::uint32_t for_the_owner = 0400;
    constexpr std::uint32_t writable = 0600;
    const auto file = [&](std::uint16_t (mld::Wdev::*links)() const noexcept, auto write) {
        const auto read = [world = &world, id = wdev.id(), links]() -> Result<std::string> {
            const mld::Wdev* found = world->find_wdev(id);
            if (found == nullptr) return fail(ENODEV);
            char text[sizeof("0xffff\n")];
            std::snprintf(text, sizeof(text), "0x%x\n", static_cast<unsigned>((found->*links)()));
            return std::string(text);
        };
        return file_node(write != nullptr ? writable : for_the_owner, read, write);
    };
    // cf. ieee80211_if_parse_active_links()
    const std::function<Result<void>(std::string_view)> activate = [world = &world,
                                                                    id = wdev.id()](std::string_view text) {
        mld::Wdev* found = world->find_wdev(id);
        const auto links = kernel_u16(text);
        if (found == nullptr) return Result<void>(fail(ENODEV));
        if (!links || *links == 0) return Result<void>(fail(EINVAL));
        if (!found->running()) return Result<void>(fail(ENETDOWN));
        return found->wiphy().set_active_links(*found, *links);
    };
    using Write = std::function<Result<void>(std::string_view)>;
    NamedNodes files;
    files.emplace_back("active_links", file(&mld::Wdev::active_links, activate));
    files.emplace_back("dormant_links", file(&mld::Wdev::dormant_links, Write{}));
    files.emplace_back("valid_links", file(&mld::Wdev::valid_links, Write{}));
    return directory_node(std::move(files));
}

}  // namespace

Node radio_debug_directory(const mld::World& world, const mld::Wiphy& wiphy) {
    std::map<std::string, NamedNodes> directories;
    for (const mld::DebugFile& file : wiphy.driver().debug_files())
        directories[file.directory].emplace_back(
            file.name, node_of(Handle(world, wiphy.index(), file.directory, file.name), file));
    NamedNodes entries;
    for (auto& [name, files] : directories)
        entries.emplace_back(name, directory_node(std::move(files)));
    for (const auto& [id, wdev] : wiphy.wdevs())
        if (wdev->netdev() != nullptr)
            entries.emplace_back("netdev:" + wdev->name(), interface_directory(world, *wdev));
    entries.emplace_back("keys", key_debug_directory(wiphy));
    return directory_node(std::move(entries));
}

}  // namespace mlosim::host
