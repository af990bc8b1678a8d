#include "limes/base/journal.hpp"

#include <cstring>

namespace limes {
namespace {

/// FNV-1a over the bits of the question: it only has to tell a program that has gone astray.
std::uint64_t mark_of(std::span<const double> question) {
  std::uint64_t mark = 14695981039346656037ULL;
  for (const double value : question) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    for (int byte = 0; byte < 8; ++byte) {
      mark ^= (bits >> (8 * byte)) & 0xffU;
      mark *= 1099511628211ULL;
    }
  }
  return mark;
}

}  // namespace

// A record: mark, number of values, values.
std::optional<std::vector<double>> Journal::recall(std::span<const double> question) {
  std::uint64_t head[2];
  if (known_.size() - place_ < sizeof head) return std::nullopt;
  std::memcpy(head, known_.data() + place_, sizeof head);
  const std::size_t left = (known_.size() - place_ - sizeof head) / sizeof(double);
  if (head[0] != mark_of(question) || head[1] > left) {
    known_.resize(place_);
    return std::nullopt;
  }
  std::vector<double> answer(head[1]);
  if (!answer.empty()) std::memcpy(answer.data(), known_.data() + place_ + sizeof head, answer.size() * sizeof(double));
  place_ += sizeof head + answer.size() * sizeof(double);
  return answer;
}

void Journal::keep(std::span<const double> question, std::span<const double> answer) {
  if (!sink_) return;
  const std::uint64_t head[2] = {mark_of(question), answer.size()};
  std::string bytes(sizeof head + answer.size() * sizeof(double), '\0');
  std::memcpy(bytes.data(), head, sizeof head);
  if (!answer.empty()) std::memcpy(bytes.data() + sizeof head, answer.data(), answer.size() * sizeof(double));
  sink_(bytes);
}

}  // namespace limes
