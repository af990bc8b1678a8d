// The norm of a random matrix reaches its limit as N^-2/3, slower than 1/N: its verdict must be `finite_size`.
#include <gtest/gtest.h>

#include "limes/experiment/registry.hpp"
#include "limes/experiment/run.hpp"

namespace limes::experiment {
namespace {

using system::Json;

TEST(NormLaw, NormAndContractionGainComeOutAsFiniteSize) {
  // N = 200, 80 networks: the norm lies 0.040 below its limit 3 (Tracy-Widom: 0.76 J N^-2/3 = 0.033, and the next
  // order), nine standard errors. The contraction gain is its inverse: two verdicts from one measurement, the same.
  const Experiment experiment = read_experiment_text(
      "system = \"rate.discrete\"\nseed = 5\n[network]\nsize = 200\n[coupling]\ndeviation = 1.5\n"
      "[simulation]\nsteps = 20\ntransient = 10\nexponents = 0\nrealisations = 80\n",
      "norm.toml");
  RunOptions options;
  options.default_directory = false;
  const Json result = run(find_system("rate.discrete"), experiment, options).result;
  int found = 0;
  for (const Json& entry : result["quantities"]) {
    if (entry["name"] != "coupling_norm" && entry["name"] != "contraction_gain") continue;
    ++found;
    EXPECT_EQ(entry["verdict"], "finite_size") << entry.dump();
    const Json& law = entry["finite_size"];
    EXPECT_EQ(law["sizes"], Json({100.0, 200.0}));
    const double exponent = law["exponent"].get<double>();
    const double error = law["exponent_error"].get<double>();
    // Nine standard errors at N, and more at N/2: the exponent is known to about 1/9/ln 2.
    EXPECT_LT(error, 0.25);
    EXPECT_NEAR(exponent, 2.0 / 3.0, 3.0 * error);
    EXPECT_GT(exponent, 2.0 * error);
  }
  EXPECT_EQ(found, 2);
}

}  // namespace
}  // namespace limes::experiment
