// All states of the replica limit against the tables of theory note rmf, section 8.

#include <gtest/gtest.h>

#include "limes/spiking/theory/self_consistency.hpp"
#include "spiking/spiking_helpers.hpp"

namespace limes::spiking {
namespace {

TEST(States, OfOneExcitatoryGroup) {
  const auto found = find_states(testing::bistable(1, 1, 0).network);
  ASSERT_EQ(found.states.size(), 3u);
  EXPECT_TRUE(found.complete);
  const double rate[] = {0.0858333, 0.5519710, 4.1551250}, gain[] = {0.52016, 1.20021, 0.90148};
  for (std::size_t k = 0; k < 3; ++k) {  // the table is good to 1e-6 relative
    EXPECT_NEAR(found.states[k].rates(0), rate[k], 1e-6 * rate[k]);
    EXPECT_NEAR(found.states[k].map.gain(0, 0), gain[k], 6e-6);
    EXPECT_LT(found.states[k].residual, 1e-10);
  }
}

TEST(States, OfCompetingGroups) {
  const auto found = find_states(testing::competing(1, 10).network);
  ASSERT_EQ(found.states.size(), 3u);
  EXPECT_NEAR(found.states[0].rates(0), 0.0345520, 3e-7);
  EXPECT_NEAR(found.states[0].rates(1), 1.548639, 2e-6);
  EXPECT_NEAR(found.states[1].rates(0), 0.5135114, 6e-8);
  EXPECT_NEAR(found.states[2].rates(0), 1.548639, 2e-6);
}

TEST(States, OfDistinctNeuronsAndOfExcitationWithInhibition) {
  const auto three = find_states(testing::three(1, 1).network);
  ASSERT_EQ(three.states.size(), 1u);
  EXPECT_NEAR(three.states[0].rates(0), 0.5275219, 6e-8);
  EXPECT_NEAR(three.states[0].rates(1), 0.7160372, 6e-8);
  EXPECT_NEAR(three.states[0].rates(2), 0.4701166, 6e-8);
  const auto mixed = find_states(testing::excitation_inhibition(1, 1).network);
  ASSERT_EQ(mixed.states.size(), 1u);
  EXPECT_NEAR(mixed.states[0].rates(0), 0.402884, 6e-7);
  EXPECT_NEAR(mixed.states[0].rates(1), 0.792044, 6e-7);
}

}  // namespace
}  // namespace limes::spiking
