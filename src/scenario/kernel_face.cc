#include "scenario/kernel_face.h"

#include <optional>
#include <utility>

#include <unistd.h>

#include "host/world_services.h"
#include "netlink/core.h"
#include "netlink/generic.h"
#include "netlink/hwsim_family.h"
#include "netlink/mlosim_family.h"
#include "netlink/nl80211/nl80211.h"
#include "netlink/route.h"
#include "observe/netlink_capture.h"
#include "scenario/agent_commander.h"
#include "scenario/agent_directory.h"
#include "scenario/present_time.h"

namespace mlosim::scenario {

namespace {

mlosim_dialect number_of(netlink::Dialect dialect) {
    return dialect == netlink::Dialect::rfc ? MLOSIM_DIALECT_RFC : MLOSIM_DIALECT_MAINLINE;
}

/// New radios are like those of the scenario's first sort, and appear where its first radio is.
netlink::HwsimDefaults defaults_of(const Scenario& scenario) {
    const RadioPlan& first = scenario.radios.front();
    netlink::HwsimDefaults defaults;
    defaults.profile = *scenario.profiles.find("generic-be");
    defaults.placement.position = first.position;
    return defaults;
}

}  // namespace

struct KernelFace::Parts {
    Parts(Simulation& simulation, WorldLoop& loop, observe::PcapngWriter::Sink sink)
        : core(::getuid()),
          generic(core),
          // In the order in which a kernel with mac80211_hwsim registers them, which gives them their numbers.
          nl80211(generic, simulation.world(), simulation.scenario().dialect),
          hwsim(generic, simulation.world(), defaults_of(simulation.scenario())),
          stations(simulation.world(), simulation.station_agents()),
          orders(simulation.world(), simulation.access_points(), simulation.station_agents()),
          mlosim(generic, simulation.world(), loop, number_of(simulation.scenario().dialect),
                 simulation.scenario().netdev == NetdevBackend::tap ? MLOSIM_NETDEV_TAP : MLOSIM_NETDEV_EMULATED,
                 &stations, &orders),
          route(core, simulation.world()),
          world_services(host::make_world_services(simulation.world())),
          present_server(core, loop),
          present_services(*world_services, loop) {
        mlosim.set_air_faults(&simulation.air_faults());
        mlosim.set_guest_radios(simulation.guest_radios());
        core.attach(netlink::Protocol::generic, generic);
        core.attach(netlink::Protocol::route, route);
        if (!sink) return;
        capture.emplace(std::move(sink));
        core.set_tap([this, &queue = simulation.queue()](const netlink::Tapped& datagram) {
            const bool outside =
                datagram.port >= MLOSIM_PORT_OUTSIDE_FIRST && datagram.port <= MLOSIM_PORT_OUTSIDE_LAST;
            if (!outside) capture->write(queue.now(), datagram);
        });
    }

    std::optional<observe::NetlinkCapture> capture;
    netlink::Core core;
    netlink::GenericNetlink generic;
    netlink::Nl80211 nl80211;
    netlink::HwsimFamily hwsim;
    AgentDirectory stations;
    AgentCommander orders;
    netlink::MlosimFamily mlosim;
    netlink::RouteNetlink route;
    std::unique_ptr<host::HostServices> world_services;
    PresentServer present_server;
    PresentServices present_services;
};

KernelFace::KernelFace(Simulation& simulation, WorldLoop& loop, observe::PcapngWriter::Sink netlink)
    : parts_(std::make_unique<Parts>(simulation, loop, std::move(netlink))) {}
KernelFace::~KernelFace() = default;

netlink::Server& KernelFace::server() noexcept {
    return parts_->present_server;
}
host::HostServices& KernelFace::services() noexcept {
    return parts_->present_services;
}

}  // namespace mlosim::scenario
