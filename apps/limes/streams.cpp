#include "streams.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "limes/base/errors.hpp"
#include "text_layout.hpp"

namespace limes::app {

namespace {

constexpr int kBarWidth = 24;

std::string duration_text(double seconds) {
  if (seconds < 99.5) return fmt::format("{:.0f} s", seconds);
  if (seconds < 5970.0) return fmt::format("{:.0f} min", seconds / 60.0);
  return fmt::format("{:.1f} h", seconds / 3600.0);
}

std::size_t terminal_width() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

std::string cut(const std::string& text, std::size_t columns) {
  std::string result;
  std::size_t used = 0;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U && used++ == columns) break;
    result += c;
  }
  return result;
}

}  // namespace

void print_result(const std::string& text) {
  errno = 0;
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  if (!written || std::ferror(stdout) != 0) {
    throw OutputError(Place{.file = "standard output", .line = 0, .column = 0, .key = {}},
                      fmt::format("can't be written: {}", std::strerror(errno)), true);
  }
}

void print_message(const std::string& text) { fmt::print(stderr, "limes: {}\n", text); }

ProgressLine::ProgressLine() : terminal_(::isatty(STDERR_FILENO) == 1) {}

void ProgressLine::show(const std::string& phase, double fraction, const std::string& activity) {
  if (!terminal_) return;
  const std::lock_guard lock(mutex_);
  const auto now = Clock::now();
  if (phase != phase_) {
    phase_ = phase;
    phase_start_ = now;
    first_fraction_ = fraction;  // a run that goes on does not start at 0
  } else if (now - last_drawn_ < std::chrono::milliseconds(100)) {
    return;
  }
  last_drawn_ = now;
  const double share = std::clamp(fraction, 0.0, 1.0);
  const int full = static_cast<int>(share * kBarWidth);
  std::string bar(static_cast<std::size_t>(full), '#');
  bar.append(static_cast<std::size_t>(kBarWidth - full), '.');
  std::string left;
  const std::chrono::duration<double> elapsed = now - phase_start_;
  if (share - first_fraction_ > 0.01 && elapsed.count() > 0.5) {
    left = duration_text(elapsed.count() * (1.0 - share) / (share - first_fraction_)) + " left";
  }
  const std::string line = fmt::format("{:<12} [{}] {:3.0f} %  {:<11} {}", phase, bar, 100.0 * share, left, activity);
  fmt::print(stderr, "\r\033[K{}", cut(line, terminal_width() - 1));
  std::fflush(stderr);
  drawn_ = true;
}

void ProgressLine::clear() {
  const std::lock_guard lock(mutex_);
  if (drawn_) fmt::print(stderr, "\r\033[K");
  drawn_ = false;
}

}  // namespace limes::app
