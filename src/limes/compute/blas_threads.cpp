#include "limes/compute/blas_threads.hpp"

#include <dlfcn.h>

#include <mutex>

namespace limes::compute {

namespace {

// OpenBLAS's own switches, looked up at run time because another BLAS may have been linked.
struct Switches {
  void (*set)(int) = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
  int (*get)() = reinterpret_cast<int (*)()>(dlsym(RTLD_DEFAULT, "openblas_get_num_threads"));
  [[nodiscard]] bool known() const { return set != nullptr && get != nullptr; }
};

const Switches& switches() {
  static const Switches found;
  return found;
}

// The number of threads is one setting of the process: users are counted, the first sets it, the last restores it.
std::mutex mutex;
int users = 0;
int former = 1;

}  // namespace

SingleThreadedBlas::SingleThreadedBlas() {
  const std::lock_guard lock(mutex);
  if (users++ > 0 || !switches().known()) return;
  former = switches().get();
  switches().set(1);
}

SingleThreadedBlas::~SingleThreadedBlas() {
  const std::lock_guard lock(mutex);
  if (--users > 0 || !switches().known()) return;
  switches().set(former);
}

}  // namespace limes::compute
