#pragma once

#include "mld/chip_inspection.h"
#include "netlink/mlosim_family.h"
#include "netlink/request.h"

/// What family "mlosim" tells of a radio's chip, whichever it is: tables, records, faults.
namespace mlosim::netlink::detail {

/// Most of a text that one message takes; longer ones go on in the next.
inline constexpr std::size_t text_piece = 3000;
inline constexpr std::size_t largest_entry = 4000;

Result<std::unique_ptr<Dump>> dump_table(MlosimFamily& family, const Request& request, Reply& reply);
Result<std::unique_ptr<Dump>> dump_record(MlosimFamily& family, const Request& request, Reply& reply);
Result<std::unique_ptr<Dump>> dump_faults(MlosimFamily& family, const Request& request, Reply& reply);
Result<void> add_fault(MlosimFamily& family, const Request& request, Reply& reply);
Result<void> remove_fault(MlosimFamily& family, const Request& request, Reply& reply);

/// A piece of an entry: text and JSON from `offset` on. What follows is the next piece's offset; 0: that was all.
std::size_t put_entry(MessageBuilder& message, mld::RadioIndex radio, std::string_view record,
                      const mld::ChipInspection::Line& line, std::size_t offset);

}  // namespace mlosim::netlink::detail
