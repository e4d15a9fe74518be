// embed.hpp - embed.h for C++: statuses as exceptions, holds as objects.
//
// Header-only, C++11.  Exports of a plug-in are plain C functions and need none
// of this.
//
// SPDX-License-Identifier: MIT
#ifndef EMBED_HPP
#define EMBED_HPP

#include <stdexcept>
#include <string>
#include <vector>

#include "embed.h"

namespace embed
{

/// A function of embed.h that failed; what() is its message.
class error : public std::runtime_error
{
  public:
    /// Takes what this thread's last error says.
    explicit error(const embed_error &e)
        : std::runtime_error(e.message), status_(e.status), type_(e.type),
          value_(e.value), traceback_(e.traceback), extension_(e.extension),
          function_(e.function)
    {
    }

    embed_status status() const noexcept
    {
        return status_;
    }
    /// Of the Python exception; "" where there was none.
    const std::string &type() const noexcept
    {
        return type_;
    }
    const std::string &value() const noexcept
    {
        return value_;
    }
    const std::string &traceback() const noexcept
    {
        return traceback_;
    }
    const std::string &extension() const noexcept
    {
        return extension_;
    }
    const std::string &function() const noexcept
    {
        return function_;
    }

  private:
    embed_status status_;
    std::string type_;
    std::string value_;
    std::string traceback_;
    std::string extension_;
    std::string function_;
};

/// Throws error unless a status is EMBED_OK.
inline void
check(embed_status status)
{
    if (status != EMBED_OK) {
        throw error(*embed_last_error());
    }
}

/// Throws error if a call of an export on this thread has failed since the last
/// embed_clear_error(): exports have no status of their own.
inline void
check_calls()
{
    check(embed_last_error()->status);
}

inline std::string
version()
{
    return embed_version();
}
inline void
start(const std::string &name)
{
    check(embed_start(name.c_str()));
}
inline void
retry(const std::string &name)
{
    check(embed_retry(name.c_str()));
}

inline void
interrupt(const std::string &name)
{
    check(embed_interrupt(name.c_str()));
}

/// Options, pairs of a name and a value, as C takes them.
inline std::vector<const char *>
options_list(const std::vector<std::string> &options)
{
    std::vector<const char *> list;
    for (const std::string &option : options) {
        list.push_back(option.c_str());
    }
    list.push_back(nullptr);
    return list;
}

/// See embed_open_source().
inline void
open_source(const std::string &name, const std::string &declarations,
            const std::string &source,
            const std::vector<std::string> &options = {})
{
    check(embed_open_source(name.c_str(), declarations.c_str(), source.c_str(),
                            options_list(options).data()));
}

/// See embed_open_file().
inline void
open_file(const std::string &name, const std::string &declarations,
          const std::string &file, const std::vector<std::string> &options = {})
{
    check(embed_open_file(name.c_str(), declarations.c_str(), file.c_str(),
                          options_list(options).data()));
}

/// A C function that an extension exports: symbol<int(int, int)>("calc", "add").
template <typename Function>
Function *
symbol(const std::string &name, const std::string &function)
{
    embed_function *found = embed_symbol(name.c_str(), function.c_str());
    if (found == nullptr) {
        throw error(*embed_last_error());
    }
    return reinterpret_cast<Function *>(found);
}

inline void
set_option(const std::string &name, const std::string &option,
           const std::string &value)
{
    check(embed_set_option(name.c_str(), option.c_str(), value.c_str()));
}

inline void
count(const std::string &name, bool on = true)
{
    check(embed_count(name.c_str(), on ? 1 : 0));
}

inline embed_statistics
stats(const std::string &name)
{
    embed_statistics out = EMBED_STATISTICS_INIT;
    check(embed_stats(name.c_str(), &out));
    return out;
}

inline void
set_isolation(const std::string &name, embed_isolation level)
{
    check(embed_set_isolation(name.c_str(), level));
}

inline void
set_required(const std::string &name, embed_required required)
{
    check(embed_set_required(name.c_str(), required));
}

/// 0 or less: no deadline.
inline void
set_deadline(const std::string &name, int timeout_ms)
{
    check(embed_set_deadline(name.c_str(), timeout_ms));
}

/// Returns the deadline before, 0 where there was none.
inline int
set_thread_deadline(int timeout_ms)
{
    int previous_ms = 0;
    check(embed_set_thread_deadline(timeout_ms, &previous_ms));
    return previous_ms;
}

inline embed_info
lookup(const std::string &name)
{
    embed_info info = EMBED_INFO_INIT;
    check(embed_lookup(name.c_str(), &info));
    return info;
}

/// Negative: the default time.
inline void
unload(const std::string &name, int timeout_ms = -1)
{
    check(embed_unload(name.c_str(), timeout_ms));
}

inline void
reload(const std::string &name, int timeout_ms = -1)
{
    check(embed_reload(name.c_str(), timeout_ms));
}

/// All extensions, sorted by name.
inline std::vector<embed_info>
list()
{
    const embed_info none = EMBED_INFO_INIT;
    std::vector<embed_info> infos;
    std::size_t n = embed_list(nullptr, 0);
    while (n > infos.size()) { // others may be loaded meanwhile
        infos.assign(n, none);
        n = embed_list(infos.data(), infos.size());
    }
    infos.resize(n);
    return infos;
}

inline void
shutdown(int timeout_ms = -1)
{
    check(embed_shutdown(timeout_ms));
}

/// Keeps this thread in an extension for its lifetime: see embed_hold().  Lives
/// and dies on one thread, the last one first.
class hold
{
  public:
    explicit hold(const std::string &name) : name_(name)
    {
        check(embed_hold(name_.c_str()));
    }
    ~hold()
    {
        (void)embed_release(name_.c_str());
    }
    hold(const hold &) = delete;
    hold &operator=(const hold &) = delete;

  private:
    std::string name_;
};

/// A deadline for the calls of this thread, for its lifetime.  Where the thread
/// has one already, the shorter counts; afterwards that one is in force again.
/// Lives and dies on one thread, the last one first.
class thread_deadline
{
  public:
    explicit thread_deadline(int timeout_ms)
        : previous_ms_(set_thread_deadline(timeout_ms))
    {
        const bool is_longer = timeout_ms <= 0 || timeout_ms > previous_ms_;
        if (previous_ms_ > 0 && is_longer) {
            set_thread_deadline(previous_ms_);
        }
    }
    ~thread_deadline()
    {
        (void)embed_set_thread_deadline(previous_ms_, nullptr);
    }
    thread_deadline(const thread_deadline &) = delete;
    thread_deadline &operator=(const thread_deadline &) = delete;

  private:
    int previous_ms_;
};

} // namespace embed

#endif // EMBED_HPP
