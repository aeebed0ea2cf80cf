#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <netlink/attr.h>

#include "ctl/daemon_connection.h"
#include "sim/result.h"

struct nl_msg;

namespace mlosim::ctl {

/// The attributes of one message or nest, by type; of several with one type the last counts (as in nla_parse()). A
/// view.
class Attributes {
public:
    Attributes() = default;
    Attributes(const nlattr* first, int length);
    explicit Attributes(const nlattr* nest) : Attributes(static_cast<const nlattr*>(nla_data(nest)), nla_len(nest)) {}

    [[nodiscard]] bool has(int type) const { return find(type) != nullptr; }
    /// An unsigned number of the size that the attribute has; nothing if it is absent.
    [[nodiscard]] std::optional<std::uint64_t> number(int type) const;
    [[nodiscard]] std::optional<std::int64_t> signed_number(int type) const;
    [[nodiscard]] std::optional<std::string> text(int type) const;
    /// "02:00:00:00:01:00", or as many pairs as there are bytes.
    [[nodiscard]] std::optional<std::string> address(int type) const;
    [[nodiscard]] Attributes nest(int type) const;
    /// The elements of an array: attributes nested in attribute `type`, each a nest of its own.
    [[nodiscard]] std::vector<Attributes> list(int type) const;
    /// The elements of an array of plain numbers.
    [[nodiscard]] std::vector<std::uint64_t> numbers(int type) const;

private:
    [[nodiscard]] const nlattr* find(int type) const;

    std::map<int, const nlattr*> by_type_;
};

/// A message of the family, received.
class Reply {
public:
    explicit Reply(std::vector<std::uint8_t> bytes);
    Reply(Reply&&) = default;
    Reply& operator=(Reply&&) = default;
    Reply(const Reply&) = delete;
    Reply& operator=(const Reply&) = delete;

    [[nodiscard]] std::uint8_t command() const;
    [[nodiscard]] const Attributes& attributes() const { return attributes_; }

private:
    std::vector<std::uint8_t> bytes_;  // attributes_ looks into it: may be moved, not copied
    Attributes attributes_;
};

/// A message of the family, to be filled with libnl's nla_put functions.
class Request {
public:
    Request(std::uint16_t family, std::uint8_t command, std::uint8_t version, int flags);
    [[nodiscard]] nl_msg* get() const { return message_.get(); }

    Request& number32(int type, std::uint32_t value);
    Request& number64(int type, std::uint64_t value);
    Request& number8(int type, std::uint8_t value);
    Request& text(int type, const std::string& value);
    Request& flag(int type);
    Request& octets(int type, std::span<const std::uint8_t> value);
    /// A nest of such values, by index from 1.
    Request& list(int type, const std::vector<std::vector<std::uint8_t>>& values);

private:
    struct Free {
        void operator()(nl_msg* message) const;
    };
    std::unique_ptr<nl_msg, Free> message_;
};

/// One generic netlink family of a running mlosimd, seen from a program.
class GenlClient {
public:
    /// ENOENT when the daemon does not know the family.
    [[nodiscard]] static Result<GenlClient> open(const std::string& socket_path, const std::string& family);

    [[nodiscard]] Request request(std::uint8_t command, int flags = 0) const;
    /// Sends a request and collects the answers up to its ack or the end of its dump. Errors are the daemon's: errno
    /// and, if it gave one, the sentence of the extended ack.
    [[nodiscard]] Result<std::vector<Reply>> ask(const Request& request);

    [[nodiscard]] Result<void> subscribe(const std::string& group);
    /// Waits for the next multicast messages of the family.
    [[nodiscard]] Result<std::vector<Reply>> next_events();

private:
    explicit GenlClient(DaemonConnection connection) : connection_(std::move(connection)) {}
    [[nodiscard]] Result<void> resolve(const std::string& family);

    DaemonConnection connection_;
    std::uint16_t id_ = 0;
    std::uint8_t version_ = 1;
    std::uint32_t sequence_ = 0;
    std::map<std::string, std::uint32_t> groups_;
};

}  // namespace mlosim::ctl
