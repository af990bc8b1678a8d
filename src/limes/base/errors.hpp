#pragma once
// The error family of limes. Every error carries what a caller needs to act on it: the place, what was found there,
// and the mend. Printing is the command line's job; nothing below it prints.

#include <stdexcept>
#include <string>

namespace limes {

/// Where an error lies: a file with 1-based line and column (0 = unknown), a key path (`network.gain`), or both.
struct Place {
  std::string file;
  int line = 0;
  int column = 0;
  std::string key;

  /// `my.toml:7:1`, `my.toml`, `--set network.gain`, or empty.
  [[nodiscard]] std::string text() const;
};

/// Base of all errors of limes; `what()` is "place: message; mend" with the empty parts left out.
class Error : public std::runtime_error {
 public:
  Error(Place place, std::string message, std::string mend = {});
  explicit Error(std::string message, std::string mend = {}) : Error(Place{}, std::move(message), std::move(mend)) {}

  [[nodiscard]] const Place& place() const { return place_; }
  [[nodiscard]] const std::string& message() const { return message_; }
  [[nodiscard]] const std::string& mend() const { return mend_; }

 private:
  Place place_;
  std::string message_;
  std::string mend_;
};

/// The caller's input is wrong: unknown key, wrong type, out of range, malformed file, conflicting options. Exit
/// status 2.
class InputError : public Error {
 public:
  using Error::Error;
};

/// A result could not be written where it was asked to go. Exit status 2 for a bad place, 1 for a device that is full.
class OutputError : public Error {
 public:
  OutputError(Place place, std::string message, bool device_full, std::string mend = {})
      : Error(std::move(place), std::move(message), std::move(mend)), device_full_(device_full) {}
  [[nodiscard]] bool device_full() const { return device_full_; }

 private:
  bool device_full_;
};

/// A solver stopped before its tolerance; `residual()` is what it reached. Exit status 3.
class ConvergenceError : public Error {
 public:
  ConvergenceError(std::string message, double residual) : Error(std::move(message)), residual_(residual) {}
  [[nodiscard]] double residual() const { return residual_; }

 private:
  double residual_;
};

/// A simulation left every bound (|u| > 1e8 or not finite). Exit status 3.
class DivergenceError : public Error {
 public:
  using Error::Error;
};

/// The user asked to stop (Ctrl-C). Exit status 130.
class InterruptedError : public Error {
 public:
  InterruptedError() : Error("interrupted") {}
};

}  // namespace limes
