#include <array>
#include <limits>

#include "scenario/detail/kinds.h"
#include "scenario/detail/sections.h"

namespace mlosim::scenario::detail {

namespace {

using netlink::ClockMode;
using netlink::Dialect;

constexpr std::array<std::pair<const char*, ClockMode>, 2> clocks{
    {{"real", ClockMode::real}, {"virtual", ClockMode::virtual_time}}};
constexpr std::array<std::pair<const char*, Dialect>, 2> dialects{
    {{"mainline", Dialect::mainline}, {"rfc", Dialect::rfc}}};
constexpr std::array<std::pair<const char*, NetdevBackend>, 2> netdev_backends{
    {{"emulated", NetdevBackend::emulated}, {"tap", NetdevBackend::tap}}};
constexpr std::array<std::pair<const char*, Fidelity>, 2> fidelities{
    {{"ideal", Fidelity::ideal}, {"lossy", Fidelity::lossy}}};

/// The kernel's devices live in the kernel's time.
void read_netdev(Fields& top, Scenario& out) {
    out.netdev = top.get("netdev", word(netdev_backends), out.netdev);
    if (out.netdev == NetdevBackend::tap && out.clock != ClockMode::real)
        top.mistake(top.at() / "netdev", R"("tap" with a virtual clock)", R"("emulated", or "clock": "real")");
}

/// "US", or an object with where the rules come from.
void read_regulatory(Fields& top, RegulatoryPlan& out) {
    const Json* value = top.find("regulatory");
    if (value == nullptr) return;
    if (!value->is_object()) {
        out.country = top.optional("regulatory", country());
        return;
    }
    Fields in(*value, top.at() / "regulatory", top.mistakes());
    out.country = in.optional("country", country());
    const std::string source = in.get("database", any_text(), std::string("automatic"));
    if (source == "automatic") return;
    if (source == "embedded") {
        out.source = RegulatorySource::embedded;
    } else if (source.find('/') != std::string::npos) {
        out.source = RegulatorySource::file;
        out.path = source;
    } else {
        in.mistake(in.at() / "database", in_quotes(source),
                   R"("automatic", "embedded", or the path of a regulatory.db with a / in it)");
    }
}

constexpr double steepest = 10.0;

/// One exponent for all bands, or one a band.
void read_exponents(Fields& in, phy::PathLoss& out) {
    const Json* value = in.find("path_loss_exponent");
    if (value == nullptr) return;
    const Kind<double> exponent = number(1.0, steepest);
    if (!value->is_object()) {
        const double all = in.get(
            "path_loss_exponent",
            Kind<double>{exponent.allowed + ", or an object with one for each band", exponent.take}, out.exponent_5ghz);
        out.exponent_2_4ghz = out.exponent_5ghz = out.exponent_6ghz = all;
        return;
    }
    Fields bands(*value, in.at() / "path_loss_exponent", in.mistakes());
    out.exponent_2_4ghz = bands.get("2.4 GHz", exponent, out.exponent_2_4ghz);
    out.exponent_5ghz = bands.get("5 GHz", exponent, out.exponent_5ghz);
    out.exponent_6ghz = bands.get("6 GHz", exponent, out.exponent_6ghz);
}

void read_medium(Fields& top, MediumPlan& out) {
    const Json* value = top.find("medium");
    if (value == nullptr) return;
    Fields in(*value, top.at() / "medium", top.mistakes());
    out.fidelity = in.get("fidelity", word(fidelities), out.fidelity);
    read_exponents(in, out.path_loss);
    out.path_loss.shadowing = in.get("shadowing_db", decibels(0.0, 30.0), out.path_loss.shadowing);
    out.noise_figure = in.get("noise_figure_db", decibels(0.0, 50.0), out.noise_figure);
    out.fixed_loss = in.optional("fixed_loss_db", decibels(0.0, 200.0));
    if (out.fixed_loss && out.fidelity != Fidelity::ideal)
        in.mistake(in.at() / "fixed_loss_db", "a fixed loss in a lossy medium",
                   "no such member, or \"fidelity\": \"ideal\"");
}

}  // namespace

void read_world(Fields& top, Scenario& out) {
    (void)top.optional("$schema", any_text());
    out.description = top.get("description", any_text(), out.description);
    out.seed = top.get("seed", integer<std::uint64_t>(0, std::numeric_limits<std::uint64_t>::max()), out.seed);
    out.clock = top.get("clock", word(clocks), out.clock);
    out.realtime_at_zero = top.get("realtime_at_zero", moment(), out.realtime_at_zero);
    out.deterministic_entropy = top.get("deterministic_entropy", yes_or_no(), out.deterministic_entropy);
    out.duration = top.optional("duration", duration());
    out.dialect = top.get("dialect", word(dialects), out.dialect);
    read_netdev(top, out);
    read_regulatory(top, out.regulatory);
    read_medium(top, out.medium);
}

}  // namespace mlosim::scenario::detail
