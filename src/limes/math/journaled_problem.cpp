#include "limes/math/journaled_problem.hpp"

#include <utility>

namespace limes::math {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

enum Kind { kResidual, kJacobian, kTests, kSpectrum, kSeeds };

std::vector<double> question(Kind kind, const VectorXd& x, double p) {
  std::vector<double> values{static_cast<double>(kind), p};
  values.insert(values.end(), x.begin(), x.end());
  return values;
}

}  // namespace

ContinuationProblem journaled(ContinuationProblem problem, Journal* journal, bool equations) {
  if (journal == nullptr) return problem;
  if (equations) {
    problem.residual = [journal, plain = std::move(problem.residual)](const VectorXd& x, double p) -> VectorXd {
      const auto values = journal->answer(question(kResidual, x, p), [&]() -> std::vector<double> {
        const VectorXd value = plain(x, p);
        return {value.begin(), value.end()};
      });
      return Eigen::Map<const VectorXd>(values.data(), static_cast<Eigen::Index>(values.size()));
    };
  }
  if (equations && problem.jacobian) {
    problem.jacobian = [journal, plain = std::move(problem.jacobian)](const VectorXd& x, double p) -> MatrixXd {
      const auto values = journal->answer(question(kJacobian, x, p), [&]() -> std::vector<double> {
        const MatrixXd value = plain(x, p);
        return {value.data(), value.data() + value.size()};
      });
      return Eigen::Map<const MatrixXd>(values.data(), x.size(), x.size());
    };
  }
  if (problem.tests) {
    problem.tests = [journal, plain = std::move(problem.tests)](const VectorXd& x, double p) {
      return journal->answer(question(kTests, x, p), [&] { return plain(x, p); });
    };
  }
  if (problem.spectrum) {
    problem.spectrum = [journal, plain = std::move(problem.spectrum)](const VectorXd& x, double p) {
      const auto values = journal->answer(question(kSpectrum, x, p), [&] {
        std::vector<double> parts;
        for (const std::complex<double> z : plain(x, p)) parts.insert(parts.end(), {z.real(), z.imag()});
        return parts;
      });
      std::vector<std::complex<double>> spectrum;
      for (std::size_t i = 0; i + 1 < values.size(); i += 2) spectrum.emplace_back(values[i], values[i + 1]);
      return spectrum;
    };
  }
  return problem;
}

std::vector<CurveSeed> journaled_seeds(Journal* journal, double p,
                                       const std::function<std::vector<VectorXd>()>& search) {
  std::vector<CurveSeed> seeds;
  if (journal == nullptr) {
    for (VectorXd& x : search()) seeds.push_back({std::move(x), p});
    return seeds;
  }
  const auto values = journal->answer(question(kSeeds, {}, p), [&] {
    std::vector<double> packed;
    for (const VectorXd& x : search()) {
      packed.push_back(static_cast<double>(x.size()));
      packed.insert(packed.end(), x.begin(), x.end());
    }
    return packed;
  });
  for (const double* at = values.data(); at < values.data() + values.size();) {
    const auto size = static_cast<Eigen::Index>(*at++);
    seeds.push_back({Eigen::Map<const VectorXd>(at, size), p});
    at += size;
  }
  return seeds;
}

}  // namespace limes::math
