#include "scenario/linux_processes.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fcntl.h>
#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/control_socket.h"
#include "host/keeper.h"
#include "host/program.h"
#include "host/time_server.h"
#include "host/wire.h"
#include "observe/record_file.h"

namespace mlosim::scenario {

namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

/// Longer lines are cut in pieces: a program that never ends its line must not fill the memory.
constexpr std::size_t longest_line = 4096;
constexpr std::size_t read_at_once = std::size_t{64} * 1024;
/// Real time that a program has for an answer, and to end.
constexpr auto patience = std::chrono::seconds(5);

/// Tells once when a descriptor of somebody else's is readable. Silent after its end.
class Readable {
public:
    Readable(asio::io_context& io, int fd) : descriptor_(io, ::fcntl(fd, F_DUPFD_CLOEXEC, 0)) {}
    Readable(const Readable&) = delete;
    Readable& operator=(const Readable&) = delete;

    void wait(std::function<void()> readable) {
        descriptor_.async_wait(asio::posix::stream_descriptor::wait_read,
                               [readable = std::move(readable)](const boost::system::error_code& error) {
                                   if (!error) readable();
                               });
    }

private:
    asio::posix::stream_descriptor descriptor_;
};

/// One control interface of a process: a socket for questions and one that hears events.
struct Channel {
    std::unique_ptr<host::ControlSocket> questions;
    std::unique_ptr<host::ControlSocket> events;
    std::unique_ptr<Readable> events_readable;
    std::vector<std::string> unread;  ///< events that nobody has been told yet

    void drain() {
        while (auto datagram = events ? events->receive() : std::nullopt)
            if (auto event = host::parse_control_event(*datagram))  // else the answer to ATTACH
                unread.push_back(std::move(event->text));
    }
};

struct Running {
    std::unique_ptr<host::ChildProcess> child;
    std::unique_ptr<Readable> output_readable;
    std::unique_ptr<Readable> end_readable;
    std::string unread;  ///< what it wrote and nobody has been told yet
    bool closed = false;
    std::map<ControlName, Channel> channels;
    std::unique_ptr<observe::RecordFile> log;
    // The question on its way.
    std::uint64_t question = 0;
    std::function<void(Result<std::string>)> answered;
    std::unique_ptr<Readable> answer_readable;
    std::unique_ptr<asio::steady_timer> answer_timer;
    ControlName asked;
};

class Implementation final : public LinuxProcesses {
public:
    Implementation(asio::io_context& io, sim::EventQueue& queue, const Scenario& scenario,
                   std::vector<PreparedProcess> prepared, LinuxProcessesOptions options)
        : io_(io),
          queue_(queue),
          scenario_(scenario),
          prepared_(std::move(prepared)),
          options_(std::move(options)),
          running_(prepared_.size()),
          last_chance_(io) {
        if (options_.time != nullptr)
            options_.time->on_turn_end([this, alive = std::weak_ptr(alive_)] {
                if (!alive.expired()) hear_all();
            });
    }

    Result<void> prepare() {
        for (const ProcessPlan& plan : scenario_.processes) {
            std::error_code error;
            fs::create_directory(directory_of(plan), error);
            if (error) return fail(error.value(), directory_of(plan) + ": " + error.message());
        }
        if (options_.output_directory.empty()) return {};
        std::error_code error;
        fs::create_directories(options_.output_directory, error);
        if (error) return fail(error.value(), options_.output_directory + ": " + error.message());
        for (ProcessIndex i = 0; i < running_.size(); ++i) {
            running_[i].log = std::make_unique<observe::RecordFile>(
                observe::RecordFile::Names{"log of " + scenario_.processes[i].name, "lines"});
            if (auto opened = running_[i].log->open(
                    (fs::path(options_.output_directory) / (scenario_.processes[i].name + ".log")).string());
                !opened)
                return opened;
        }
        return {};
    }

    // ProcessRunner
    void set_events(ProcessEvents* events) override { events_ = events; }
    Result<void> start(ProcessIndex index, const Meaning& meaning) override;
    Result<void> signal(ProcessIndex index, int number) override;
    void ask(ProcessIndex index, const ControlName& interface, const std::string& command,
             std::function<void(Result<std::string>)> answered) override;
    bool attach(ProcessIndex index, const ControlName& interface) override;
    void settle(std::function<void()> settled) override;

    // LinuxProcesses
    void end(std::function<void()> ended) override;
    void kill() override;
    void flush_logs() override {
        for (const Running& running : running_)
            if (running.log) running.log->flush();
    }

private:
    [[nodiscard]] bool in_virtual_time() const { return options_.settle != nullptr; }
    [[nodiscard]] std::string directory_of(const ProcessPlan& plan) const {
        return options_.directory + "/" + plan.name;
    }
    /// Where a guest leaves what it found out: in the output directory if there is one.
    [[nodiscard]] std::string results_of(const ProcessPlan& plan) const {
        if (options_.output_directory.empty()) return directory_of(plan) + "/results";
        return fs::absolute(fs::path(options_.output_directory) / plan.name).lexically_normal().string();
    }
    [[nodiscard]] Meaning meaning_of(ProcessIndex index, const Meaning& world) const {
        return [this, index, &world](const std::string& name) -> std::optional<std::string> {
            constexpr std::string_view of_socket = "socket:";
            if (name == "dir") return directory_of(scenario_.processes[index]);
            if (name == "results" && scenario_.processes[index].guest) return results_of(scenario_.processes[index]);
            if (!name.starts_with(of_socket)) return world(name);
            const auto socket = options_.chip_sockets.find(name.substr(of_socket.size()));
            return socket != options_.chip_sockets.end() ? std::optional(socket->second) : std::nullopt;
        };
    }
    [[nodiscard]] std::string without_directory(ProcessIndex index, std::string text) const {
        text = replaced(std::move(text), directory_of(scenario_.processes[index]), "${dir}");
        return replaced(std::move(text), options_.directory, "${dir}/..");
    }
    Result<void> make_shares(const ProcessPlan& plan) const;
    Result<void> write_files(ProcessIndex index, const Meaning& meaning) const;
    [[nodiscard]] std::vector<std::string> environment_of(ProcessIndex index, const Meaning& meaning) const;
    Result<std::string> control_path(ProcessIndex index, const ControlName& interface) const;
    Result<std::unique_ptr<host::ControlSocket>> open_control(ProcessIndex index, const ControlName& interface);

    void watch_output(ProcessIndex index);
    void watch_events(ProcessIndex index, const ControlName& interface);
    void watch_end(ProcessIndex index);
    [[nodiscard]] bool may_be_heard(ProcessIndex index) const;
    void hear_now();
    void drain(ProcessIndex index, std::size_t at_most);
    void hear_soon(ProcessIndex index);
    enum class Whom : std::uint8_t { all, those_who_may_be_heard };
    void hear_all(Whom whom = Whom::all);
    bool hear(ProcessIndex index);
    bool hear_lines(ProcessIndex index, bool whole_ones_only);
    bool hear_events(ProcessIndex index);
    bool hear_end(ProcessIndex index);
    void line(ProcessIndex index, const std::string& text);
    void answer(ProcessIndex index, std::uint64_t question, bool for_good);
    void tell_answer(ProcessIndex index, Result<std::string> answer);
    [[nodiscard]] bool takes_part(const Running& running) const;
    void look_for_the_last();

    asio::io_context& io_;
    sim::EventQueue& queue_;
    const Scenario& scenario_;
    std::vector<PreparedProcess> prepared_;
    LinuxProcessesOptions options_;
    std::vector<Running> running_;
    ProcessEvents* events_ = nullptr;
    std::uint64_t questions_ = 0;
    std::uint64_t own_sockets_ = 0;
    asio::steady_timer last_chance_;
    std::function<void()> all_ended_;
    std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

// ---- start and end

Result<void> Implementation::write_files(ProcessIndex index, const Meaning& meaning) const {
    const ProcessPlan& plan = scenario_.processes[index];
    for (std::size_t i = 0; i < plan.files.size(); ++i) {
        const fs::path path = fs::path(directory_of(plan)) / plan.files[i].name;
        std::error_code error;
        fs::create_directories(path.parent_path(), error);
        errno = 0;
        std::ofstream file(path, std::ios::binary | std::ios::trunc);
        file << (plan.files[i].verbatim ? prepared_[index].contents[i] : filled(prepared_[index].contents[i], meaning));
        file.close();
        if (!file) return fail(errno != 0 ? errno : EIO, plan.files[i].name + ": " + std::strerror(errno));
    }
    return {};
}

/// The daemon's own, what makes a program predictable, what puts it into the world, and what the scenario says.
std::vector<std::string> Implementation::environment_of(ProcessIndex index, const Meaning& meaning) const {
    const ProcessPlan& plan = scenario_.processes[index];
    std::map<std::string, std::string> all;
    for (char** each = environ; *each != nullptr; ++each) {
        const std::string_view text = *each;
        const std::size_t equals = text.find('=');
        if (equals != std::string_view::npos) all[std::string(text.substr(0, equals))] = text.substr(equals + 1);
    }
    all["LC_ALL"] = "C";
    all["TMPDIR"] = directory_of(plan);
    all["PYTHONUNBUFFERED"] = "1";
    all["PYTHONHASHSEED"] = "0";
    all[MLOSIM_ENV_LINE_BUFFERED] = "1";
    all[MLOSIM_ENV_SOCKET] = options_.socket;
    if (plan.preload)
        for (auto& [name, value] :
             host::shim_environment(options_.preload, options_.socket, options_.devices_are_taps)) {
            all.erase(name);
            if (value) all[name] = std::move(*value);
        }
    for (const auto& [name, value] : plan.environment)
        all[name] = filled(value, meaning);
    std::vector<std::string> out;
    for (const auto& [name, value] : all)
        out.push_back(name + "=" + value);
    return out;
}

/// What a guest shares with this machine.
Result<void> Implementation::make_shares(const ProcessPlan& plan) const {
    for (const std::string& path : {directory_of(plan) + "/share", results_of(plan)}) {
        std::error_code error;
        fs::create_directories(path, error);
        if (error) return fail(error.value(), path + ": " + error.message());
    }
    return {};
}

Result<void> Implementation::start(ProcessIndex index, const Meaning& world) {
    const ProcessPlan& plan = scenario_.processes[index];
    Running& running = running_[index];
    const Meaning meaning = meaning_of(index, world);
    if (plan.guest)
        if (auto made = make_shares(plan); !made) return made;
    if (auto written = write_files(index, meaning); !written) return written;
    host::ChildOptions options;
    options.program = prepared_[index].program;
    for (const std::string& argument : prepared_[index].argv)
        options.arguments.push_back(filled(argument, meaning));
    options.environment = environment_of(index, meaning);
    options.directory = directory_of(plan);
    options.fixed_addresses = options_.time != nullptr && plan.preload;
    auto child = host::ChildProcess::start(options);
    if (!child) return fail(std::move(child.error()));
    running.child = std::move(*child);
    if (options_.keeper != nullptr) options_.keeper->add(running.child->pid());
    running.unread.clear();
    running.channels.clear();
    running.closed = false;
    if (options_.time != nullptr && plan.preload) options_.time->expect(running.child->pid(), plan.name);
    running.output_readable = std::make_unique<Readable>(io_, running.child->output());
    running.end_readable = std::make_unique<Readable>(io_, running.child->end());
    watch_output(index);
    watch_end(index);
    return {};
}

Result<void> Implementation::signal(ProcessIndex index, int number) {
    Running& running = running_[index];
    if (!running.child) return fail(ESRCH, "it does not run");
    auto sent = running.child->signal(number);
    if (options_.time != nullptr) options_.time->look_again();
    return sent;
}

void Implementation::end(std::function<void()> ended) {
    all_ended_ = std::move(ended);
    for (ProcessIndex i = 0; i < running_.size(); ++i)
        if (running_[i].child) {
            (void)signal(i, SIGTERM);
            (void)running_[i].child->signal(SIGCONT);  // a stopped one hears nothing
        }
    last_chance_.expires_after(patience);
    last_chance_.async_wait([this](const boost::system::error_code& cancelled) {
        if (!cancelled) kill();
    });
    look_for_the_last();
}

void Implementation::kill() {
    for (ProcessIndex i = 0; i < running_.size(); ++i)
        if (running_[i].child) {
            spdlog::warn("{} does not end when it is told to", scenario_.processes[i].name);
            (void)running_[i].child->signal(SIGKILL);
        }
}

void Implementation::look_for_the_last() {
    if (!all_ended_ || std::ranges::any_of(running_, [](const Running& r) { return r.child != nullptr; })) return;
    last_chance_.cancel();
    std::exchange(all_ended_, nullptr)();
}

// ---- what they say

bool Implementation::takes_part(const Running& running) const {
    return options_.time != nullptr && running.child && options_.time->takes_part(running.child->pid());
}

/// What is written is read at once, so that nobody has to wait for us; told it is in its time.
void Implementation::watch_output(ProcessIndex index) {
    running_[index].output_readable->wait([this, index, child = running_[index].child.get()] {
        drain(index, read_at_once);
        hear_soon(index);
        const Running& running = running_[index];
        if (running.child.get() == child && !running.closed) watch_output(index);
    });
}

void Implementation::watch_events(ProcessIndex index, const ControlName& interface) {
    running_[index].channels[interface].events_readable->wait(
        [this, index, interface, child = running_[index].child.get()] {
            running_[index].channels[interface].drain();
            hear_soon(index);
            if (running_[index].child.get() == child) watch_events(index, interface);
        });
}

void Implementation::watch_end(ProcessIndex index) {
    running_[index].end_readable->wait([this, index] {
        if (may_be_heard(index)) return hear_now();
        settle([] {});
    });
}

/// Reads no more than about `at_most`: one that never stops printing must not keep us here.
void Implementation::drain(ProcessIndex index, std::size_t at_most) {
    Running& running = running_[index];
    std::size_t total = 0;
    while (running.child && !running.closed && total < at_most) {
        const auto text = running.child->read(read_at_once);
        if (!text) running.closed = true;
        if (!text || text->empty()) break;
        running.unread += *text;
        total += text->size();
    }
    // It may have waited for room in its pipe.
    if (total >= read_at_once && takes_part(running)) options_.time->look_again();
}

/// What one that takes part in virtual time does is told when its turn ends, so that it repeats.
bool Implementation::may_be_heard(ProcessIndex index) const {
    return options_.time == nullptr || !scenario_.processes[index].preload || options_.time->settled();
}

void Implementation::hear_soon(ProcessIndex index) {
    if (may_be_heard(index)) hear_now();
}

void Implementation::hear_now() {
    if (options_.catch_up) options_.catch_up();
    hear_all(Whom::those_who_may_be_heard);
}

/// In the order of the scenario: whatever came first in real time.
void Implementation::hear_all(Whom whom) {
    const auto is_meant = [&](ProcessIndex index) {
        return running_[index].child && (whom == Whom::all || may_be_heard(index));
    };
    std::vector<pollfd> all;
    std::vector<ProcessIndex> whose;
    bool unread = false;
    for (ProcessIndex i = 0; i < running_.size(); ++i) {
        if (!is_meant(i)) continue;
        const Running& running = running_[i];
        unread = unread || !running.unread.empty();
        for (const auto& [name, channel] : running.channels)
            unread = unread || !channel.unread.empty();
        const auto add = [&](int fd) {
            all.push_back({fd, POLLIN, 0});
            whose.push_back(i);
        };
        if (!running.closed) add(running.child->output());
        add(running.child->end());
        for (const auto& [name, channel] : running.channels)
            if (channel.events) add(channel.events->descriptor());
    }
    if (::poll(all.data(), all.size(), 0) <= 0 && !unread) return;
    bool news = false;
    for (ProcessIndex i = 0; i < running_.size(); ++i)
        if (is_meant(i)) news = hear(i) || news;
    if (news && events_ != nullptr) events_->heard();
    look_for_the_last();
}

bool Implementation::hear(ProcessIndex index) {
    // Once it has ended nothing more can come: so that is looked at first, and told last.
    const bool over = running_[index].child->ended().has_value();
    drain(index, over || takes_part(running_[index]) ? host::ChildProcess::output_room : read_at_once);
    bool news = hear_lines(index, !over && !running_[index].closed);
    news = hear_events(index) || news;
    return (over && hear_end(index)) || news;
}

bool Implementation::hear_lines(ProcessIndex index, bool whole_ones_only) {
    std::string& unread = running_[index].unread;
    std::size_t begin = 0;
    bool news = false;
    while (begin < unread.size()) {
        const std::size_t newline = unread.find('\n', begin);
        const bool whole = newline != std::string::npos;
        const std::size_t left = (whole ? newline : unread.size()) - begin;
        if (!whole && whole_ones_only && left < longest_line) break;
        const std::size_t length = std::min(left, longest_line);
        line(index, unread.substr(begin, length));
        begin += length;
        if (whole && begin == newline) ++begin;
        news = true;
    }
    unread.erase(0, begin);
    return news;
}

void Implementation::line(ProcessIndex index, const std::string& text) {
    std::string said = without_directory(index, text);
    // A guest's console goes to the beginning of its next line by itself.
    if (scenario_.processes[index].guest && said.ends_with('\r')) said.pop_back();
    if (running_[index].log) {
        char time[32];
        std::snprintf(time, sizeof time, "[%12.6f] ", queue_.now().seconds());
        running_[index].log->write(time + said + "\n");
    }
    if (events_ != nullptr) events_->wrote(index, said);
}

bool Implementation::hear_events(ProcessIndex index) {
    bool news = false;
    for (auto& [interface, channel] : running_[index].channels) {
        channel.drain();
        for (const std::string& event : std::exchange(channel.unread, {})) {
            if (events_ != nullptr) events_->told(index, interface, without_directory(index, event));
            news = true;
        }
    }
    return news;
}

bool Implementation::hear_end(ProcessIndex index) {
    Running& running = running_[index];
    const auto ending = running.child->ended();
    if (running.answered) tell_answer(index, fail(ECONNRESET, "it has ended"));
    running.channels.clear();
    running.output_readable.reset();
    running.end_readable.reset();
    if (options_.keeper != nullptr) options_.keeper->remove(running.child->pid());
    running.child.reset();
    if (events_ != nullptr) events_->ended(index, *ending);
    return true;
}

// ---- their control interfaces

/// A socket as it is named; in a directory, that of the interface, or the first.
Result<std::string> Implementation::control_path(ProcessIndex index, const ControlName& interface) const {
    const ProcessPlan& plan = scenario_.processes[index];
    const std::string path = filled(
        plan.control, meaning_of(index, [](const std::string&) -> std::optional<std::string> { return std::nullopt; }));
    std::error_code error;
    if (!fs::is_directory(path, error)) return path;
    if (interface) return path + "/" + *interface;
    std::string first;
    for (const fs::directory_entry& entry : fs::directory_iterator(path, error)) {
        const std::string name = entry.path().filename().string();
        if (name == "global" || name.starts_with("p2p-dev-")) continue;
        if (first.empty() || name < first) first = name;
    }
    if (first.empty()) return fail(ENOENT, plan.name + " has no control interface");
    return path + "/" + first;
}

Result<std::unique_ptr<host::ControlSocket>> Implementation::open_control(ProcessIndex index,
                                                                          const ControlName& interface) {
    const auto path = control_path(index, interface);
    if (!path) return fail(path.error());
    auto opened = host::ControlSocket::open(*path, options_.directory + "/control-" + std::to_string(++own_sockets_));
    if (!opened) return fail(opened.error().code, without_directory(index, opened.error().message));
    return opened;
}

bool Implementation::attach(ProcessIndex index, const ControlName& interface) {
    Running& running = running_[index];
    if (!running.child) return false;
    auto opened = open_control(index, interface);
    if (!opened || !(*opened)->send("ATTACH")) return false;
    if (options_.time != nullptr) options_.time->look_again();
    Channel& channel = running.channels[interface];
    channel.events = std::move(*opened);
    channel.events_readable = std::make_unique<Readable>(io_, channel.events->descriptor());
    // Of one that takes part in virtual time, only when its turn ends: it can see how much of what it sent was read.
    if (!takes_part(running)) watch_events(index, interface);
    return true;
}

void Implementation::ask(ProcessIndex index, const ControlName& interface, const std::string& command,
                         std::function<void(Result<std::string>)> answered) {
    Running& running = running_[index];
    running.answered = std::move(answered);
    running.question = ++questions_;
    running.asked = interface;
    if (!running.child) return tell_answer(index, fail(ESRCH, "it does not run"));
    std::unique_ptr<host::ControlSocket>& socket = running.channels[interface].questions;
    if (socket == nullptr) {
        auto opened = open_control(index, interface);
        if (!opened) return tell_answer(index, fail(std::move(opened.error())));
        socket = std::move(*opened);
    }
    while (socket->receive()) {  // an answer that came too late
    }
    if (auto sent = socket->send(command); !sent) {
        socket.reset();
        return tell_answer(index, fail(std::move(sent.error())));
    }
    const std::uint64_t question = running.question;
    if (takes_part(running))
        return options_.settle([this, index, question, alive = std::weak_ptr(alive_)] {
            if (!alive.expired()) answer(index, question, true);
        });
    running.answer_readable = std::make_unique<Readable>(io_, socket->descriptor());
    running.answer_readable->wait([this, index, question] { answer(index, question, false); });
    running.answer_timer = std::make_unique<asio::steady_timer>(io_, patience);
    running.answer_timer->async_wait([this, index, question](const boost::system::error_code& cancelled) {
        if (!cancelled) answer(index, question, true);
    });
}

/// The answer to that question is there, or `for_good` not.
void Implementation::answer(ProcessIndex index, std::uint64_t question, bool for_good) {
    Running& running = running_[index];
    if (!running.answered || running.question != question) return;
    hear_now();  // what it said before
    if (!running.answered) return;
    std::unique_ptr<host::ControlSocket>& socket = running.channels[running.asked].questions;
    const auto datagram = socket ? socket->receive() : std::nullopt;
    if (datagram) return tell_answer(index, without_directory(index, host::control_text(*datagram)));
    if (!for_good) return;
    socket.reset();  // what still comes is not the next question's answer
    tell_answer(index, fail(ETIMEDOUT, "no answer"));
}

void Implementation::tell_answer(ProcessIndex index, Result<std::string> answer) {
    Running& running = running_[index];
    running.answer_readable.reset();
    running.answer_timer.reset();
    queue_.post([tell = std::exchange(running.answered, nullptr), answer = std::move(answer)]() mutable {
        tell(std::move(answer));
    });
}

void Implementation::settle(std::function<void()> settled) {
    if (!in_virtual_time()) {
        hear_all();
        return queue_.post(std::move(settled));
    }
    options_.settle([this, settled = std::move(settled), alive = std::weak_ptr(alive_)]() mutable {
        if (alive.expired()) return;
        hear_all();
        queue_.post(std::move(settled));
    });
}

}  // namespace

// ---- their place

namespace {

/// Nobody finds 50 bits of chance twice.
Result<std::string> unused_name(std::string beginning) {
    std::uint64_t chance = 0;
    if (::getentropy(&chance, sizeof chance) != 0)
        return fail(errno, std::string("getentropy: ") + std::strerror(errno));
    for (int i = 0; i < 10; ++i, chance >>= 5U)
        beginning += "abcdefghijklmnopqrstuvwxyz234567"[chance & 31U];
    return beginning;
}

}  // namespace

Result<std::unique_ptr<PrivateDirectory>> PrivateDirectory::make() {
    // Addresses of Unix sockets are short.
    constexpr std::size_t longest = 36;
    std::error_code ignored;
    std::string place = fs::temp_directory_path(ignored).string();
    if (place.empty() || place.size() > longest) place = "/tmp";
    // The keeper knows it before it is there: whoever is killed in between leaves nothing behind.
    auto path = unused_name(place + "/mlosim-");
    if (!path) return fail(std::move(path.error()));
    auto keeper = host::Keeper::start(*path);
    if (!keeper) return fail(std::move(keeper.error()));
    if (::mkdir(path->c_str(), 0700) != 0) return fail(errno, *path + ": " + std::strerror(errno));
    std::unique_ptr<PrivateDirectory> made(new PrivateDirectory(std::move(*path)));
    made->keeper_ = std::move(*keeper);
    return made;
}

PrivateDirectory::PrivateDirectory(std::string path) : path_(std::move(path)) {}

void PrivateDirectory::keep() {
    kept_ = true;
    keeper_->spare_directory();
}

PrivateDirectory::~PrivateDirectory() {
    keeper_->end_others();  // first those who may still write there
    std::error_code ignored;
    if (!kept_) fs::remove_all(path_, ignored);
}

Result<std::unique_ptr<LinuxProcesses>> LinuxProcesses::make(asio::io_context& io, sim::EventQueue& queue,
                                                             const Scenario& scenario,
                                                             std::vector<PreparedProcess> prepared,
                                                             LinuxProcessesOptions options) {
    auto out = std::make_unique<Implementation>(io, queue, scenario, std::move(prepared), std::move(options));
    if (auto good = out->prepare(); !good) return fail(std::move(good.error()));
    return std::unique_ptr<LinuxProcesses>(std::move(out));
}

}  // namespace mlosim::scenario
