#include <gtest/gtest.h>

#include <cmath>

#include "limes/transfer/moments.hpp"

namespace limes::transfer {
namespace {

TEST(ClippedNeighbours, AgreeWithTheNestedAverage) {
  // Two quadratures that share no rule: of the difference f(x) - f(y), and of the product by its common part. Both
  // promise 1e-10.
  double largest = 0;
  for (const double gain : {0.2, 1.0, 10.0})
    for (const double mean : {0.0, -1.5})
      for (const double drift : {0.0, 0.4, 1.9})
        for (const double variance : {1.0, 1.0001, 2.4, 8.5})
          for (const double complement : {0.02, 1e-4, 1e-8})
            for (const double sign : {-1.0, 1.0}) {
              const Transfer transfer{Kind::kClippedTan, gain};
              const Pair pair{mean, 1.0, mean + drift, variance, sign * (1 - complement) * std::sqrt(variance)};
              const double scale = std::sqrt(moments(transfer, pair.mean1, pair.variance1).ff *
                                             moments(transfer, pair.mean2, pair.variance2).ff);
              const double quick =
                  output_pair(transfer, pair.mean1, pair.variance1, pair.mean2, pair.variance2, pair.covariance);
              EXPECT_NEAR(quick, pair_averages(transfer, pair).output, 1e-10 * scale)
                  << gain << " " << mean << " " << drift << " " << variance << " " << complement << " " << sign;
              largest = std::max(largest, std::abs(quick - pair_averages(transfer, pair).output) / scale);
            }
  EXPECT_GT(largest, 0.0);  // it is another method indeed
}

}  // namespace
}  // namespace limes::transfer
