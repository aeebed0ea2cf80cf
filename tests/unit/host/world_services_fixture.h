#pragma once

#include <memory>
#include <string>
#include <vector>

#include "../mld/world_fixture.h"
#include "host/world_services.h"

namespace mlosim::host {

/// Three of hwsim's radios, as "modprobe mac80211_hwsim radios=3 mlo=1" makes them, and what programs see of them.
class ServicesTest : public mld::WorldTest {
protected:
    ServicesTest() {
        for (int i = 0; i < 3; i++)
            add_radio();
        world.add_hwsim_monitor();
        services = make_world_services(world);
    }

    /// Content of a file; "error N" if there is none to be had.
    std::string read(std::string_view path) {
        auto content = services->read(path);
        return content ? *content : "error " + std::to_string(content.error().code);
    }
    int write(std::string_view path, std::string_view text) { return mld::error_of(services->write(path, text)); }
    std::string link(std::string_view path) { return services->read_link(path).value_or("none"); }
    /// The names in a directory that the kernel does not have a share in, or those of `among` in one that it has.
    std::vector<std::string> names(std::string_view path) {
        std::vector<std::string> found;
        const auto entries = services->list(path);
        if (!entries) return {"error " + std::to_string(entries.error().code)};
        for (const auto& entry : *entries)
            found.push_back(entry.name);
        return found;
    }

    std::unique_ptr<HostServices> services;
};

}  // namespace mlosim::host
