#include "limes/rate/simulation/progress.hpp"

#include <fmt/format.h>

#include "limes/coupling/matrix.hpp"

namespace limes::rate {

namespace {

// Raise this when the saved form changes.
constexpr int kFormat = 3;

/// FNV-1a, 64 bits: names files and recognises vectors; no defence against forgery.
std::uint64_t fingerprint(const void* data, std::size_t bytes, std::uint64_t hash = 0xCBF29CE484222325ULL) {
  const auto* octets = static_cast<const unsigned char*>(data);
  for (std::size_t k = 0; k < bytes; ++k) hash = (hash ^ octets[k]) * 0x100000001B3ULL;
  return hash;
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

std::string identity_of(const RateDescription& d) {
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

}  // namespace

void Progress::add(std::int64_t amount) {
  const std::int64_t done = done_.fetch_add(amount, std::memory_order_relaxed) + amount;
  const std::unique_lock lock(reporting_, std::try_to_lock);
  if (!lock) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < std::chrono::milliseconds(100) && done - reported_ < total_ / 100) return;
  last_ = now;
  reported_ = done;
  if (context_.progress) context_.progress(static_cast<double>(done) / static_cast<double>(total_), "simulation");
}

Checkpoints::Checkpoints(const RateDescription& description, system::CheckpointStore* store)
    : identity_(store == nullptr ? std::string{} : identity_of(description)), store_(store) {}

std::string Checkpoints::full_name(const std::string& name) const {
  return fmt::format("rate-{:016x}-{}", fingerprint(identity_.data(), identity_.size()), name);
}

void Checkpoints::save(const std::string& name, const std::string& bytes) {
  if (store_ == nullptr) return;
  const std::lock_guard lock(access_);
  store_->save(full_name(name), identity_ + '\n' + bytes);
}

std::optional<std::string> Checkpoints::load(const std::string& name) const {
  if (store_ == nullptr) return std::nullopt;
  const std::lock_guard lock(access_);
  const auto bytes = store_->load(full_name(name));
  if (!bytes || !bytes->starts_with(identity_ + '\n')) return std::nullopt;
  return bytes->substr(identity_.size() + 1);
}

}  // namespace limes::rate
