#include "bridge/parser/shut_in.h"

#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <initializer_list>
#include <memory>

namespace vostro::bridge::parser {
namespace {

bool limit(int what, std::uint64_t soft, std::uint64_t hard) {
  const rlimit both{soft, hard};
  return ::setrlimit(static_cast<__rlimit_resource>(what), &both) == 0;
}
bool limit(int what, std::uint64_t most) {
  return limit(what, most, most);
}

/// Calls that are allowed; all others fail with EPERM. Filters stack, and the stricter verdict
/// counts: what a reader may, the process that forks it must be allowed as well.
class Filter {
 public:
  Filter() : rules_(::seccomp_init(SCMP_ACT_ERRNO(EPERM)), &::seccomp_release) {}

  void allow(std::initializer_list<int> calls) {
    for (const int call : calls) note(::seccomp_rule_add(get(), SCMP_ACT_ALLOW, call, 0));
  }
  void allow(int call, const scmp_arg_cmp& condition) {
    note(::seccomp_rule_add(get(), SCMP_ACT_ALLOW, call, 1, condition));
  }
  /// False where a rule could not be added, or the kernel does not take them.
  [[nodiscard]] bool load() { return is_sound_ && ::seccomp_load(get()) == 0; }

 private:
  [[nodiscard]] scmp_filter_ctx get() const { return rules_.get(); }
  void note(int result) { is_sound_ = is_sound_ && result == 0; }

  std::unique_ptr<void, decltype(&::seccomp_release)> rules_;
  bool is_sound_ = rules_ != nullptr;
};

/// Files, sockets and programs are on no list.
void allow_reading(Filter& filter) {
  filter.allow({SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(close), SCMP_SYS(brk), SCMP_SYS(munmap),
                SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(futex), SCMP_SYS(exit),
                SCMP_SYS(exit_group), SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask),
                SCMP_SYS(rt_sigaction), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getrandom),
                SCMP_SYS(clock_gettime)});
  for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)})
    filter.allow(call, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
}

}  // namespace

bool shut_in_forker(std::uint64_t memory_bytes) {
  if (::chdir("/") != 0 || ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      !limit(RLIMIT_AS, memory_bytes) || !limit(RLIMIT_FSIZE, 0) || !limit(RLIMIT_CORE, 0) ||
      !limit(RLIMIT_NOFILE, 8))
    return false;
  Filter filter;
  allow_reading(filter);
  filter.allow({SCMP_SYS(tgkill), SCMP_SYS(clone), SCMP_SYS(set_robust_list), SCMP_SYS(wait4),
                SCMP_SYS(recvmsg), SCMP_SYS(prctl), SCMP_SYS(prlimit64), SCMP_SYS(setrlimit),
                SCMP_SYS(alarm), SCMP_SYS(setitimer), SCMP_SYS(seccomp), SCMP_SYS(rseq),
                SCMP_SYS(fcntl)});
  return filter.load();
}

bool shut_in_reader(std::uint64_t processor_s, unsigned wall_s) {
  // All of it before the filter, which allows none of it. The process that forks does not go on
  // before its reader has ended, so that the signal of its death is for that alone.
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return false;
  ::alarm(wall_s);
  // At the hard limit there is a SIGKILL, which does not say why.
  if (!limit(RLIMIT_CPU, processor_s, processor_s + 1)) return false;
  Filter filter;
  allow_reading(filter);
  // As abort needs it; the number is that of this process, for it does not fork.
  filter.allow(SCMP_SYS(tgkill), SCMP_A0(SCMP_CMP_EQ, static_cast<scmp_datum_t>(::getpid())));
  return filter.load();
}

}  // namespace vostro::bridge::parser
