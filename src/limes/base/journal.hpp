#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace limes {

/// The answers that a deterministic computation got to its expensive questions, in the order in which it asked. A
/// computation that was killed and is repeated gets the answers of the first time as long as they last, and goes on
/// with the same bits. A question other than the recorded one ends the record: from there on all is computed.
class Journal {
 public:
  /// Gets the bytes of every new answer; they belong behind those before.
  using Sink = std::function<void(const std::string& bytes)>;

  Journal() = default;  ///< keeps nothing
  Journal(std::string known, Sink sink) : known_(std::move(known)), sink_(std::move(sink)) {}

  /// The recorded answer, to the bit.
  [[nodiscard]] std::optional<std::vector<double>> recall(std::span<const double> question);
  /// Records the answer that was computed after recall() knew none.
  void keep(std::span<const double> question, std::span<const double> answer);

  /// recall(), or compute() and keep().
  template <typename Compute>
  [[nodiscard]] std::vector<double> answer(std::span<const double> question, const Compute& compute) {
    if (auto known = recall(question)) return *std::move(known);
    std::vector<double> result = compute();
    keep(question, result);
    return result;
  }

 private:
  std::string known_;
  std::size_t place_ = 0;
  Sink sink_;
};

}  // namespace limes
