#pragma once

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

#include "sim/invariant.h"

namespace mlosim::sim {

/// A move-only `void()` callable. Small callables (up to six words) live inside it, so that scheduling them allocates
/// nothing.
class Action {
public:
    Action() = default;

    template <class F, class = std::enable_if_t<!std::is_same_v<std::decay_t<F>, Action> && std::is_invocable_v<F&>>>
    Action(F&& f) {  // NOLINT(google-explicit-constructor): a lambda is an Action wherever one is asked for
        using Fn = std::decay_t<F>;
        if constexpr (fits<Fn>) {
            ::new (static_cast<void*>(storage_)) Fn(std::forward<F>(f));
            ops_ = &inline_ops<Fn>;
        } else {
            ::new (static_cast<void*>(storage_)) Fn*(new Fn(std::forward<F>(f)));
            ops_ = &heap_ops<Fn>;
        }
    }

    Action(Action&& other) noexcept { take(other); }
    Action& operator=(Action&& other) noexcept {
        if (this != &other) {
            reset();
            take(other);
        }
        return *this;
    }
    Action(const Action&) = delete;
    Action& operator=(const Action&) = delete;
    ~Action() { reset(); }

    void operator()() {
        MLOSIM_INVARIANT(ops_ != nullptr, "only a filled Action is called");
        ops_->call(storage_);
    }
    explicit operator bool() const noexcept { return ops_ != nullptr; }

    void reset() noexcept {
        if (ops_ == nullptr) return;
        const Ops* ops = ops_;
        ops_ = nullptr;
        ops->destroy(storage_);
    }

private:
    static constexpr std::size_t capacity = 6 * sizeof(void*);
    struct Ops {
        void (*call)(void*);
        void (*move)(void* from, void* to) noexcept;
        void (*destroy)(void*) noexcept;
    };
    template <class Fn>
    static constexpr bool fits = sizeof(Fn) <= capacity &&
                                 alignof(Fn) <= alignof(std::max_align_t) && std::is_nothrow_move_constructible_v<Fn>;

    template <class Fn>
    static constexpr Ops inline_ops = {
        [](void* p) { (*static_cast<Fn*>(p))(); },
        [](void* from, void* to) noexcept {
            ::new (to) Fn(std::move(*static_cast<Fn*>(from)));
            static_cast<Fn*>(from)->~Fn();
        },
        [](void* p) noexcept { static_cast<Fn*>(p)->~Fn(); },
    };
    template <class Fn>
    static constexpr Ops heap_ops = {
        [](void* p) { (**static_cast<Fn**>(p))(); },
        [](void* from, void* to) noexcept { ::new (to) Fn*(*static_cast<Fn**>(from)); },
        [](void* p) noexcept { delete *static_cast<Fn**>(p); },
    };

    void take(Action& other) noexcept {
        if (other.ops_ == nullptr) return;
        other.ops_->move(other.storage_, storage_);
        ops_ = std::exchange(other.ops_, nullptr);
    }

    const Ops* ops_ = nullptr;
    alignas(std::max_align_t) unsigned char storage_[capacity];
};

}  // namespace mlosim::sim
