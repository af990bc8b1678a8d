// The command line of limes: parse, call, print. Exit status: DESIGN section 4.

#include <unistd.h>
#include <csignal>

#include <atomic>
#include <exception>
#include <new>

#include "arguments.hpp"
#include "commands.hpp"
#include "limes/base/errors.hpp"
#include "streams.hpp"

namespace {

std::atomic<bool> stop_requested{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may only touch lock-free flags");

/// The first Ctrl-C asks to stop; the handler is then gone, so that the second one ends the program at once.
extern "C" void on_interrupt(int /*signal*/) {
  stop_requested.store(true, std::memory_order_relaxed);
  constexpr char kText[] = "\nlimes: stopping and saving; press Ctrl-C again to end at once\n";
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, kText, sizeof kText - 1);
}

void install_signals() {
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
  ::sigaction(SIGINT, &action, nullptr);
  // A file that would grow beyond the user's limit is an error of writing, not the end of the program.
  std::signal(SIGXFSZ, SIG_IGN);
}

}  // namespace

int main(int argc, char** argv) {
  install_signals();
  try {
    return limes::app::execute(limes::app::read_arguments(argc, argv), limes::StopToken(&stop_requested));
  } catch (const limes::InputError& error) {
    limes::app::print_message(error.what());
    return 2;
  } catch (const limes::OutputError& error) {
    limes::app::print_message(error.what());
    return error.device_full() ? 1 : 2;
  } catch (const limes::InterruptedError& error) {
    limes::app::print_message(error.what());
    return 130;
  } catch (const limes::ConvergenceError& error) {
    limes::app::print_message(error.what());
    return 3;
  } catch (const limes::DivergenceError& error) {
    limes::app::print_message(error.what());
    return 3;
  } catch (const std::bad_alloc&) {
    limes::app::print_message("not enough memory; give a smaller network.size, or fewer threads");
    return 1;
  } catch (const std::exception& error) {
    limes::app::print_message(std::string("internal error: ") + error.what());
    return 1;
  }
}
