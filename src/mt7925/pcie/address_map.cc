#include "mt7925/pcie/address_map.h"

namespace mlosim::mt7925::pcie {
namespace {

struct Mapped {
    std::uint32_t bus;
    std::uint32_t bar;
    std::uint32_t size;
};

constexpr Mapped fixed_map[] = {
    {0x54000000, 0x002000, 0x01000},                                   // DMA of the MCU
    {0x55000000, 0x003000, 0x01000}, {0x820c0000, 0x008000, 0x04000},  // PLE
    {0x820c8000, 0x00c000, 0x02000},                                   // PSE
    {0x820cc000, 0x00e000, 0x02000},                                   // MDP
    {0x74030000, 0x010000, 0x01000},                                   // PCIe MAC
    {0x820e0000, 0x020000, 0x00400},                                   // band 0
    {0x820e1000, 0x020400, 0x00200}, {0x820e2000, 0x020800, 0x00400},  // AGG
    {0x820e3000, 0x020c00, 0x00400},                                   // ARB
    {0x820e4000, 0x021000, 0x00400},                                   // TMAC
    {0x820e5000, 0x021400, 0x00800},                                   // RMAC
    {0x820e7000, 0x021e00, 0x00200},                                   // its DMA
    {0x820e9000, 0x023400, 0x00200},                                   // WTBLOFF
    {0x820ea000, 0x024000, 0x00200},                                   // ETBF
    {0x820eb000, 0x024200, 0x00400},                                   // LPON
    {0x820ed000, 0x024800, 0x00800},                                   // MIB
    {0x820d0000, 0x030000, 0x10000},                                   // WTBLON
    {0x00400000, 0x080000, 0x10000},                                   // the MCU's memory
    {0x00410000, 0x090000, 0x10000}, {0x820f0000, 0x0a0000, 0x00400},  // band 1 likewise
    {0x820f2000, 0x0a0800, 0x00400}, {0x820f3000, 0x0a0c00, 0x00400}, {0x820f4000, 0x0a1000, 0x00400},
    {0x820f5000, 0x0a1400, 0x00800}, {0x820f7000, 0x0a1e00, 0x00200}, {0x820f9000, 0x0a3400, 0x00200},
    {0x820fa000, 0x0a4000, 0x00200}, {0x820fb000, 0x0a4200, 0x00400}, {0x820fd000, 0x0a4800, 0x00800},
    {0x7c020000, 0x0d0000, 0x10000},  // WFDMA
    {0x7c060000, 0x0e0000, 0x10000},  // CONN_HOST_CSR_TOP
    {0x7c000000, 0x0f0000, 0x10000},  // CONN_INFRA
    {0x70020000, 0x1f0000, 0x10000},  // CBTOP
};

constexpr Address bus_space = 1ULL << 32U;
constexpr std::uint32_t upper_half = 0xffff0000;
constexpr std::uint32_t shows_l2 = 0x18500000;

}  // namespace

Address on_bus(std::uint32_t bus) {
    for (const Mapped& block : fixed_map)
        if (bus - block.bus < block.size) return block.bar + (bus - block.bus);
    return bus_space | bus;
}

Address resolve(std::uint32_t offset, const Windows& windows) {
    if (offset < Windows::first || offset > Windows::last) return offset;
    const std::uint32_t low = offset & ~upper_half;
    const std::uint32_t base = windows.l1 & upper_half;
    return on_bus(base == shows_l2 ? windows.l2 + low : base | low);
}

}  // namespace mlosim::mt7925::pcie
