// The limit theory against the check values of the note and its closed-form limits.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>

#include "limes/base/errors.hpp"
#include "limes/rate/fixed_point_geometry/theory/complexity.hpp"
#include "limes/rate/fixed_point_geometry/theory/constrained_law.hpp"
#include "limes/rate/fixed_point_geometry/theory/dynamics.hpp"
#include "limes/rate/fixed_point_geometry/theory/radial_spectrum.hpp"

namespace limes::rate::fixed_points {
namespace {

constexpr auto kTanh = transfer::Kind::kTanh;
constexpr auto kErf = transfer::Kind::kErf;

struct Row {
  transfer::Kind transfer;
  double g, complexity, c, h, q, square, radius, dynamics;
};

// Note, section 7. The dynamics of erf at g = 100 stands there as 7266.480; in closed form (C = (2/pi) asin) it is
// 7266.498908.
constexpr std::array kTable{
    Row{kTanh, 1.5, 0.00714257, 0.25417619, -0.364455, 0.22878681, 0.465940, 1.180549, 0.747686},
    Row{kTanh, 2, 0.02482511, 0.38489650, -0.331890, 0.33258708, 1.146242, 1.394180, 1.924805},
    Row{kTanh, 3, 0.06137888, 0.50439071, -0.313691, 0.41472387, 3.103008, 1.864486, 5.446326},
    Row{kTanh, 5, 0.11141699, 0.58695224, -0.309026, 0.45648870, 9.350626, 2.855611, 16.964046},
    Row{kTanh, 10, 0.16801135, 0.64028357, -0.311437, 0.46724341, 38.492836, 5.377040, 71.368092},
    Row{kTanh, 100, 0.24843601, 0.68623402, -0.317617, 0.44906934, 3870.91136, 50.52795, 0},
    Row{kErf, 1.5, 0.00799088, 0.29224795, -0.312941, 0.23212476, 0.537282, 1.185304, 0.838753},
    Row{kErf, 2, 0.02787627, 0.42039642, -0.303927, 0.34150456, 1.251874, 1.411862, 2.064080},
    Row{kErf, 3, 0.06785463, 0.52815685, -0.303732, 0.42634966, 3.228345, 1.907436, 5.637432},
    Row{kErf, 5, 0.12037168, 0.59962075, -0.308325, 0.46598201, 9.447680, 2.940758, 17.201142},
    Row{kErf, 10, 0.17707254, 0.64609881, -0.313643, 0.47210093, 38.424206, 5.553862, 71.644823},
    Row{kErf, 100, 0.25160784, 0.68742706, -0.318207, 0.44866415, 3866.85603, 52.334051, 7266.498908},
};

// The digits that are given.
TEST(FixedPointTheory, CheckValuesWithoutInput) {
  for (const Row& row : kTable) {
    const Ensemble ensemble{row.transfer, row.g, 0.0};
    const Geometry found = solve_geometry(ensemble);
    SCOPED_TRACE(row.g);
    EXPECT_EQ(found.phase, Phase::kMany);
    EXPECT_NEAR(found.complexity, row.complexity, 6e-9);
    EXPECT_NEAR(found.order.c, row.c, 6e-9);
    EXPECT_NEAR(found.order.h, row.h, 6e-7);
    EXPECT_NEAR(found.order.q, row.q, 6e-9);
    EXPECT_NEAR(found.state_second_moment, row.square, 6e-7 * std::max(1.0, row.square / 10.0));
    EXPECT_NEAR(found.jacobian_radius, row.radius, 6e-6);
    EXPECT_LT(found.error, 1e-9);
    if (row.dynamics > 0.0) {
      EXPECT_NEAR(chaotic_variance(ensemble, static_variance(ensemble)).variance, row.dynamics,
                  6e-7 * std::max(1.0, row.dynamics / 10.0));
    }
  }
}

TEST(FixedPointTheory, CheckValuesWithInput) {
  struct Input {
    double g, d, complexity, c, q, square;
  };
  for (const Input& row : {Input{1.5, 0.1, 0.00162542, 0.40115616, 0.08738261, 0.94461617},
                           Input{2, 0.5, 0.00922414, 0.55601875, 0.16672040, 2.43848312},
                           Input{3, 0.2, 0.06173292, 0.55365463, 0.39363257, 3.68537985}}) {
    const Geometry found = solve_geometry({kErf, row.g, row.d});
    EXPECT_NEAR(found.complexity, row.complexity, 6e-9);
    EXPECT_NEAR(found.order.c, row.c, 1.1e-8);
    EXPECT_NEAR(found.order.q, row.q, 1.1e-8);
    EXPECT_NEAR(found.state_second_moment, row.square, 6e-8);
  }
}

// (8), and its correction: Sigma/e^3 is 0.197531 at e = 0 and falls linearly by 0.71 e (tanh).
TEST(FixedPointTheory, SmallGain) {
  EXPECT_NEAR(solve_geometry({kTanh, 1.05, 0}).complexity / std::pow(0.05, 3), 0.167040, 6e-7);
  EXPECT_NEAR(solve_geometry({kTanh, 1.1, 0}).complexity / std::pow(0.1, 3), 0.143827, 6e-7);
  for (const auto transfer : {kTanh, kErf}) {
    const double k = transfer == kTanh ? 1.0 : std::numbers::pi / 4.0;
    for (const double e : {2e-4, 1e-3, 4e-3}) {
      const Geometry found = solve_geometry({transfer, 1.0 + e, 0});
      EXPECT_NEAR(found.complexity / (e * e * e), 16.0 / 81.0, 1.5 * e);
      EXPECT_NEAR(found.order.c * k / e, 2.0 / 3.0, e);
      EXPECT_NEAR(found.order.q / e, 2.0 / 3.0, e);
      EXPECT_NEAR(found.order.h, -k / 2.0, e);
      EXPECT_LT(found.residual, 1e-12);
      const double dynamics =
          chaotic_variance({transfer, 1.0 + e, 0}, static_variance({transfer, 1.0 + e, 0})).variance;
      EXPECT_NEAR(found.state_second_moment / dynamics, 2.0 / 3.0, 1.1 * e);
    }
    // Where the expansion takes over (e = 1e-4) nothing jumps by more than its error.
    const Geometry below = solve_geometry({transfer, 1.0 + 0.9999e-4, 0}),
                   above = solve_geometry({transfer, 1.0001001, 0});
    EXPECT_TRUE(below.expanded);
    EXPECT_FALSE(above.expanded);
    EXPECT_NEAR(below.order.c, above.order.c, 1e-7);
  }
}

// (9): the limit itself to the note's digits; g = 10^4 is a distance of order 1/g away.
TEST(FixedPointTheory, InfiniteGain) {
  const InfiniteGain limit = infinite_gain();
  EXPECT_NEAR(limit.complexity, 0.2642393251, 6e-11);
  EXPECT_NEAR(limit.order.c, 0.69354917, 6e-9);
  EXPECT_NEAR(limit.order.h, -1.0 / std::numbers::pi, 1e-13);
  EXPECT_NEAR(limit.order.q, 0.44152711, 6e-9);
  EXPECT_NEAR(limit.state_second_moment_over_g2, 0.38732841, 6e-9);
  EXPECT_NEAR(solve_geometry({kTanh, 1e4, 0}).complexity, 0.26395854, 2e-8);
  EXPECT_NEAR(solve_geometry({kErf, 1e4, 0}).complexity, 0.26405787, 2e-8);
  for (const auto transfer : {kTanh, kErf}) {
    const Ensemble ensemble{transfer, 1e4, 0};
    EXPECT_NEAR(chaotic_variance(ensemble, static_variance(ensemble)).variance / 1e8,
                2.0 * (1.0 - 2.0 / std::numbers::pi), 3e-4);
  }
}

TEST(FixedPointTheory, RadialSpectrum) {
  const auto law = [](double g, transfer::Kind transfer = kErf) {
    const Ensemble ensemble{transfer, g, 0};
    return ComponentLaw(ensemble, solve_geometry(ensemble).order);
  };
  EXPECT_NEAR(fraction_within(law(3), 0.5), 0.39080816, 6e-9);  // the note rounds up
  EXPECT_NEAR(fraction_within(law(3), 1.0), 0.57365034, 6e-9);
  EXPECT_NEAR(fraction_within(law(3), 1.5), 0.79151663, 6e-9);
  EXPECT_NEAR(fraction_within(law(2), 0.5), 0.32859965, 6e-9);
  EXPECT_NEAR(fraction_within(law(2), 1.2), 0.81603491, 6e-9);
  EXPECT_DOUBLE_EQ(fraction_within(law(2), 1.5), 1.0);
  EXPECT_NEAR(unstable_fraction(law(2)), 0.06110, 6e-6);
  EXPECT_NEAR(unstable_fraction(law(3)), 0.10462, 6e-6);
  EXPECT_NEAR(unstable_fraction(law(2, kTanh)), 0.05829, 6e-6);
}

// At the transition the number stops growing: Sigma -> 0 as the cube of the distance, q and h linearly, and the shell
// meets that of the static state.
TEST(FixedPointTheory, TopologicalTransition) {
  for (const double g : {1.01, 1.5, 3.0, 30.0}) {
    const Transition transition = topological_transition(kTanh, g);
    const double d = transition.field_variance;
    const Geometry below = solve_geometry({kTanh, g, 0.999 * d}), above = solve_geometry({kTanh, g, 1.001 * d});
    EXPECT_EQ(below.phase, Phase::kMany);
    EXPECT_GT(below.order.q, 0.0);
    EXPECT_EQ(above.phase, Phase::kUnique);
    EXPECT_EQ(above.complexity, 0.0);
    EXPECT_NEAR(below.state_second_moment / above.state_second_moment, 1.0, 3e-3);
    EXPECT_NEAR(above.jacobian_radius, 1.0, 1e-3);
    EXPECT_LT(above.jacobian_radius, 1.0);
    // A tenth of the distance: a hundredth of the complexity (q c and h q are of second order).
    const double near = below.complexity, far = solve_geometry({kTanh, g, 0.99 * d}).complexity;
    EXPECT_NEAR(far / near, 100.0, 5.0);
  }
  EXPECT_EQ(solve_geometry({kTanh, 1.0, 0}).phase, Phase::kOrigin);
  EXPECT_EQ(solve_geometry({kTanh, 0.5, 1.0}).phase, Phase::kUnique);
  EXPECT_EQ(solve_geometry({kErf, 0.0, 1.0}).phase, Phase::kUnique);
  EXPECT_NEAR(solve_geometry({kErf, 0.0, 1.0}).state_second_moment, 1.0, 1e-12);
}

// The whole range that is promised, with and without input.
TEST(FixedPointTheory, SolvedEverywhere) {
  for (const auto transfer : {kTanh, kErf}) {
    for (const double g : {1.001, 1.02, 1.3, 2.7, 17.0, 440.0, 1e4}) {
      for (const double share : {0.0, 0.01, 0.5, 0.95}) {
        const Ensemble ensemble{transfer, g, share * topological_transition(transfer, g).field_variance};
        const Geometry found = solve_geometry(ensemble);
        SCOPED_TRACE(testing::Message() << "g " << g << " share " << share);
        EXPECT_LT(found.residual, 1e-9);
        EXPECT_LT(found.error, 1e-6);
        EXPECT_GT(found.complexity, 0.0);
        EXPECT_LT(found.order.h, 0.0);
        const double above = static_variance(ensemble);
        const double dynamics = chaotic_variance(ensemble, above).variance;
        EXPECT_LT(found.state_second_moment, dynamics * (1.0 + 1e-6));  // the fixed points are inside
        EXPECT_LE(dynamics, above * (1.0 + 1e-9));
      }
    }
  }
  EXPECT_THROW((void)solve_geometry({transfer::Kind::kRelu, 2.0, 0}), InputError);
  EXPECT_THROW((void)solve_geometry({kTanh, 2.0, -1.0}), InputError);
}

// Gaussian integration by parts changes how the equations are rounded, not what they say.
TEST(FixedPointTheory, BothFormsOfTheEquations) {
  const Ensemble near{kTanh, 2.0, 0.3}, far{kTanh, 2.0 + 1e-12, 0.3};
  const OrderParameters order{0.4, -0.2, 0.3};
  const Eigen::Vector3d a = ComponentLaw(near, order).residual(), b = ComponentLaw(far, order).residual();
  EXPECT_LT((a - b).cwiseAbs().maxCoeff(), 1e-11);
  const Eigen::Matrix3d slope = ComponentLaw(near, order).residual_slope();
  const double step = 1e-5;  // differences err by step^2
  const Eigen::Vector3d by_c = (ComponentLaw(near, {0.4 + step, -0.2, 0.3}).residual() -
                                ComponentLaw(near, {0.4 - step, -0.2, 0.3}).residual()) /
                               (2.0 * step);
  const Eigen::Vector3d by_q = (ComponentLaw(near, {0.4, -0.2, 0.3 + step}).residual() -
                                ComponentLaw(near, {0.4, -0.2, 0.3 - step}).residual()) /
                               (2.0 * step);
  EXPECT_LT((slope.col(0) - by_c).cwiseAbs().maxCoeff(), 1e-7);
  EXPECT_LT((slope.col(2) - by_q).cwiseAbs().maxCoeff(), 1e-7);
}

// The sampler draws from the density that it states: mean square of x and phi of 4e5 draws, within 4.5 standard errors
// (a right sampler fails once in 70 000 seeds).
TEST(FixedPointTheory, SamplerDrawsFromItsLaw) {
  const Ensemble ensemble{kErf, 3.0, 0.0};
  const OrderParameters order = constrained_order(ensemble, 0.6);
  const ComponentLaw law(ensemble, order);
  const ComponentSampler sampler(ensemble, order);
  EXPECT_NEAR(law.average([](double, double f, double) { return f * f; }), 0.6, 1e-8);
  math::RandomStream stream(3, 0, math::Purpose::kTheory, 0);
  constexpr int kDraws = 400000;
  double sum = 0.0, squares = 0.0, mean = 0.0;
  for (int k = 0; k < kDraws; ++k) {
    const double x = sampler.draw(stream);
    mean += x / kDraws;
    sum += x * x / kDraws;
    squares += x * x * x * x / kDraws;
  }
  const double error = std::sqrt((squares - sum * sum) / kDraws);
  EXPECT_NEAR(sum, law.average([](double x, double, double) { return x * x; }), 4.5 * error);
  EXPECT_NEAR(mean, 0.0, 4.5 * std::sqrt(sum / kDraws));
}

}  // namespace
}  // namespace limes::rate::fixed_points
