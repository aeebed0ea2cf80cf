// A daemon without a world, for tests of the shim: netlink messages are echoed, dumped and flooded as they ask, and one
// device "sim0" has a few files. Prints the socket's path, then serves until its standard input ends.
#include <cstdio>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <fcntl.h>
#include <unistd.h>

#include "echo_server.h"
#include "fake_host_services.h"
#include "host/endpoint.h"

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: %s SOCKET\n", argv[0]);
        return 2;
    }
    mlosim::host::raise_descriptor_limit();
    boost::asio::io_context io;
    mlosim::host::testing::EchoServer server;
    mlosim::host::testing::FakeHostServices services;
    auto endpoint = mlosim::host::Endpoint::open(io, server, services, {argv[1]});
    if (!endpoint) {
        std::fprintf(stderr, "%s\n", endpoint.error().message.c_str());
        return 3;
    }
    std::printf("%s\n", (*endpoint)->socket_path().c_str());
    std::fflush(stdout);
    boost::asio::posix::stream_descriptor input(io, ::dup(0));
    input.async_wait(boost::asio::posix::stream_descriptor::wait_read, [&](auto) { io.stop(); });
    io.run();
    return 0;
}
