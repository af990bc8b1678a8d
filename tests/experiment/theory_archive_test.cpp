#include "limes/experiment/theory_archive.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

namespace limes::experiment {
namespace {

using system::Tensor;
using system::TheoryOutcome;

TheoryOutcome outcome() {
  TheoryOutcome outcome;
  outcome.status = system::Status::kNotConverged;
  outcome.branches = {{"static-0", true, "", "with \"quotes\" and \xCE\xBB", true},
                      {"fluctuating-0", std::nullopt, "family", "", false},
                      {"static-1", false, "", "", true}};
  outcome.quantities = {{"mean", "static-0", 1.0 / 3.0, 1e-300, true, "", false},
                        {"rows", "static-0", Tensor({2, 2}, {0.1, -0.0, 5e-324, 1e308}), Tensor(), false, "why", true},
                        {"outlier", "static-1", std::complex<double>(0.5, -0.25), 0.0, true, "", false}};
  outcome.curves = {{"curve",
                     "static-0",
                     {{"population", "1", {0.0}}, {"lag", "tau", {0.0, 0.1, 0.2}}},
                     Tensor({1, 3}, {1.0, std::nan(""), -std::numeric_limits<double>::infinity()}),
                     true,
                     Tensor({1, 3}, {0.1, 0.2, 0.30000000000000004}),
                     false,
                     "reason"}};
  outcome.warnings = {"one", ""};
  return outcome;
}

void expect_same_bits(const Tensor& a, const Tensor& b) {
  EXPECT_EQ(a.shape, b.shape);
  EXPECT_EQ(a.complex, b.complex);
  ASSERT_EQ(a.values.size(), b.values.size());
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    EXPECT_TRUE(std::isnan(a.values[i])
                    ? std::isnan(b.values[i])
                    : std::bit_cast<std::uint64_t>(a.values[i]) == std::bit_cast<std::uint64_t>(b.values[i]))
        << a.values[i] << " became " << b.values[i];
  }
}

TEST(TheoryArchive, KeepsEveryMemberAndEveryBit) {
  const TheoryOutcome first = outcome();
  const auto second = theory_from_archive(archived(first));
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->status, first.status);
  EXPECT_EQ(second->warnings, first.warnings);
  ASSERT_EQ(second->branches.size(), first.branches.size());
  for (std::size_t i = 0; i < first.branches.size(); ++i) {
    EXPECT_EQ(second->branches[i].label, first.branches[i].label);
    EXPECT_EQ(second->branches[i].stable, first.branches[i].stable);
    EXPECT_EQ(second->branches[i].family, first.branches[i].family);
    EXPECT_EQ(second->branches[i].description, first.branches[i].description);
    EXPECT_EQ(second->branches[i].can_be_realised, first.branches[i].can_be_realised);
  }
  ASSERT_EQ(second->quantities.size(), first.quantities.size());
  for (std::size_t i = 0; i < first.quantities.size(); ++i) {
    const auto& a = first.quantities[i];
    const auto& b = second->quantities[i];
    EXPECT_EQ(std::tie(a.name, a.branch, a.valid, a.reason, a.approximate),
              std::tie(b.name, b.branch, b.valid, b.reason, b.approximate));
    expect_same_bits(a.value, b.value);
    expect_same_bits(a.error, b.error);
  }
  ASSERT_EQ(second->curves.size(), 1U);
  const auto& a = first.curves[0];
  const auto& b = second->curves[0];
  EXPECT_EQ(std::tie(a.name, a.branch, a.axes, a.approximate, a.valid, a.reason),
            std::tie(b.name, b.branch, b.axes, b.approximate, b.valid, b.reason));
  expect_same_bits(a.values, b.values);
  expect_same_bits(a.error, b.error);
}

TEST(TheoryArchive, AnythingElseIsNoArchive) {
  const std::string bytes = archived(outcome());
  EXPECT_FALSE(theory_from_archive("").has_value());
  EXPECT_FALSE(theory_from_archive("something else").has_value());
  EXPECT_FALSE(theory_from_archive(bytes.substr(0, bytes.size() / 2)).has_value());
  EXPECT_FALSE(theory_from_archive(bytes + "more").has_value());
  std::string other = bytes;
  other[1] = static_cast<char>(other[1] + 1);  // the number of the format, after the head of the array
  EXPECT_FALSE(theory_from_archive(other).has_value());
}

}  // namespace
}  // namespace limes::experiment
