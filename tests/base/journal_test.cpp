#include "limes/base/journal.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace limes {
namespace {

/// Asks for the values at 0, 1, 2, ... until `stop`; how many were computed.
int ask(Journal& journal, int stop, std::vector<double>& values) {
  int computed = 0;
  for (int i = 0; i < stop; ++i) {
    const double question[] = {static_cast<double>(i), 0.5};
    const auto answer = journal.answer(question, [&]() -> std::vector<double> {
      ++computed;
      if (i == 1) return {};
      return {std::sqrt(i + 0.1), std::numeric_limits<double>::quiet_NaN()};
    });
    values.insert(values.end(), answer.begin(), answer.end());
  }
  return computed;
}

TEST(Journal, GoesOnWhereItWasWithTheSameBits) {
  std::string kept;
  const auto sink = [&](const std::string& bytes) { kept += bytes; };
  std::vector<double> whole, first, second;
  Journal none;
  EXPECT_EQ(ask(none, 5, whole), 5);
  Journal interrupted("", sink);
  EXPECT_EQ(ask(interrupted, 3, first), 3);
  Journal resumed(kept, sink);
  EXPECT_EQ(ask(resumed, 5, second), 2);
  ASSERT_EQ(second.size(), whole.size());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    EXPECT_TRUE(second[i] == whole[i] || (std::isnan(second[i]) && std::isnan(whole[i]))) << i;
  }
  Journal again(kept, sink);
  std::vector<double> third;
  EXPECT_EQ(ask(again, 5, third), 0);
}

TEST(Journal, IsCutOffWhereItDoesNotFit) {
  std::string kept;
  const auto sink = [&](const std::string& bytes) { kept += bytes; };
  std::vector<double> values;
  Journal first("", sink);
  ASSERT_EQ(ask(first, 3, values), 3);
  // A record that a full disk cut short is computed again.
  Journal cut(kept.substr(0, kept.size() - 4), {});
  EXPECT_EQ(ask(cut, 3, values), 1);
  // After another question nothing is recalled.
  Journal astray(kept, {});
  const double other[] = {7.0};
  EXPECT_FALSE(astray.recall(other));
  EXPECT_EQ(ask(astray, 3, values), 3);
}

}  // namespace
}  // namespace limes
