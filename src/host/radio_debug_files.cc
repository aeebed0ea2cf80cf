#include "host/radio_debug_files.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <map>

#include "host/key_debug_files.h"
#include "mld/driver.h"
#include "mld/wdev.h"

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

/// What the MAC tells of an interface's links. cf. net/mac80211/debugfs_netdev.c
Node interface_directory(const mld::World& world, const mld::Wdev& wdev) {
    constexpr std::uint32_t for_the_owner = 0400;
    const auto file = [&](std::uint16_t (mld::Wdev::*links)() const noexcept) {
        const auto read = [world = &world, id = wdev.id(), links]() -> Result<std::string> {
            const mld::Wdev* found = world->find_wdev(id);
            if (found == nullptr) return fail(ENODEV);
            char text[sizeof("0xffff\n")];
            std::snprintf(text, sizeof(text), "0x%x\n", static_cast<unsigned>((found->*links)()));
            return std::string(text);
        };
        return file_node(for_the_owner, read, {});
    };
    NamedNodes files;
    files.emplace_back("active_links", file(&mld::Wdev::active_links));
    files.emplace_back("dormant_links", file(&mld::Wdev::dormant_links));
    files.emplace_back("valid_links", file(&mld::Wdev::valid_links));
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
