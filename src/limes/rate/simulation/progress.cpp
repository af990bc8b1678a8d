#include "limes/rate/simulation/progress.hpp"

#include <fmt/format.h>

#include "limes/coupling/matrix.hpp"

namespace limes::rate {

namespace {

// Raise this when the saved form changes.
constexpr int kFormat = 4;

std::uint64_t fingerprint(const void* data, std::size_t bytes, std::uint64_t hash = 0xCBF29CE484222325ULL) {
  return system::fnv1a(data, bytes, hash);
}

std::uint64_t fingerprint(const std::vector<double>& values) {
  return fingerprint(values.data(), values.size() * sizeof(double));
}

std::uint64_t fingerprint(const Eigen::MatrixXd& matrix) {
  return fingerprint(matrix.data(), static_cast<std::size_t>(matrix.size()) * sizeof(double));
}

std::uint64_t fingerprint(const coupling::Matrix& matrix) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  coupling::for_each_entry(matrix, [&](Eigen::Index i, Eigen::Index j, double value) {
    hash = fingerprint(&i, sizeof i, hash);
    hash = fingerprint(&j, sizeof j, hash);
    hash = fingerprint(&value, sizeof value, hash);
  });
  return hash;
}

}  // namespace

std::string simulation_identity(const RateDescription& d) {
  std::string text = fmt::format("{} time {} seed {}", kFormat, static_cast<int>(d.time), d.seed);
  for (const Population& p : d.populations) {
    text += fmt::format(" N {} f {} {} leak {} noise {} {} theta {} {} {} start {} {}", p.size,
                        static_cast<int>(p.transfer.kind), p.transfer.gain, p.leak, p.noise_deviation,
                        p.noise_intensity, p.threshold_mean, p.threshold_deviation, p.threshold_correlation,
                        p.initial_mean, p.initial_variance);
  }
  const auto& c = d.coupling;
  text += fmt::format(" J {} {} {} {} {} {} {} {} {} {}", static_cast<int>(c.kind), static_cast<int>(c.generator),
                      c.seed, fingerprint(c.mean), fingerprint(c.deviation), fingerprint(c.degree), c.symmetry,
                      fingerprint(c.row_covariance), fingerprint(c.column_covariance),
                      c.matrix ? fingerprint(*c.matrix) : 0);
  const auto& t = d.threshold;
  text += fmt::format(" theta {} {} {}", fingerprint(t.values), static_cast<int>(t.generator), t.seed);
  const auto& x = d.stimulus;
  text += fmt::format(" stimulus {} {} {} {} {} {} {}", static_cast<int>(x.kind), x.amplitude, x.frequency, x.onset,
                      x.correlation_time, fingerprint(x.pattern),
                      x.table ? fingerprint(x.table->data(), static_cast<std::size_t>(x.table->size()) * 8) : 0);
  text += fmt::format(" start {} {}", static_cast<int>(d.initial.generator), d.initial.seed);
  if (d.theory.kind == TheoryOptions::Kind::kTwoTime) text += fmt::format(" horizon {}", d.theory.horizon);
  const auto& s = d.simulation;
  return text + fmt::format(" run {} {} {} {} {} {} {} {} {}", static_cast<int>(s.integrator), s.step,
                            s.transient_steps, s.measured_steps, s.realisations, s.single_precision, s.exponents,
                            s.jacobian_spectrum, s.lags);
}

Checkpoints::Checkpoints(const RateDescription& description, system::CheckpointStore* store)
    : SavedStates(store, "rate", store == nullptr ? std::string{} : simulation_identity(description)) {}

}  // namespace limes::rate
