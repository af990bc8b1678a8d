#include "limes/rate/simulation/pair_correlation.hpp"

#include <algorithm>
#include <cmath>

namespace limes::rate {

namespace {

constexpr std::size_t kMostNeurons = 256;
constexpr std::int64_t kMostSamples = 2000;
constexpr std::size_t kSamplesPerUpdate = 64;
// A neuron whose variance in time is below this share of its mean square rests: its correlation is rounding.
constexpr double kRestingShare = 1e-20;

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

}  // namespace

PairCorrelation::PairCorrelation(std::size_t neurons, std::int64_t samples) : samples_(samples), parts_(2) {
  const std::size_t kept = std::min(neurons, kMostNeurons);
  for (std::size_t k = 0; k < kept; ++k) neurons_.push_back(k * neurons / kept);
  part_size_ = samples * 7 / 16;
  stride_ = std::max<std::int64_t>(1, part_size_ / kMostSamples);
  for (auto& part : parts_) {
    part.sums.assign(kept, 0.0);
    part.products.assign(kept * kept, 0.0);
  }
}

void PairCorrelation::add(std::int64_t index, std::span<const double> state) {
  const bool last = index >= samples_ - part_size_;
  if (index >= part_size_ && !last) return;
  const std::int64_t place = last ? index - (samples_ - part_size_) : index;
  auto& part = parts_[last ? 1 : 0];
  if (place % stride_ == 0) {
    if (part.origin.empty()) {
      for (const auto neuron : neurons_) part.origin.push_back(state[neuron]);
    }
    for (std::size_t k = 0; k < neurons_.size(); ++k) buffer_.push_back(state[neurons_[k]] - part.origin[k]);
  }
  if (buffer_.size() == kSamplesPerUpdate * neurons_.size() || place == part_size_ - 1) flush(part);
}

void PairCorrelation::flush(Part& part) {
  const auto kept = static_cast<Eigen::Index>(neurons_.size());
  const Eigen::Index rows = static_cast<Eigen::Index>(buffer_.size()) / kept;
  if (rows == 0) return;
  const Eigen::Map<const RowMajor> samples(buffer_.data(), rows, kept);
  Eigen::Map<RowMajor> products(part.products.data(), kept, kept);
  products.selfadjointView<Eigen::Lower>().rankUpdate(samples.transpose());
  Eigen::Map<Eigen::VectorXd>(part.sums.data(), kept) += samples.colwise().sum().transpose();
  part.count += static_cast<double>(rows);
  buffer_.clear();
}

Eigen::MatrixXd PairCorrelation::covariance(const Part& part) {
  const auto kept = static_cast<Eigen::Index>(part.sums.size());
  const Eigen::VectorXd means = Eigen::Map<const Eigen::VectorXd>(part.sums.data(), kept) / part.count;
  return Eigen::Map<const RowMajor>(part.products.data(), kept, kept) / part.count - means * means.transpose();
}

std::optional<double> PairCorrelation::rms() {
  if (parts_[0].count < 2.0 || parts_[1].count < 2.0) return std::nullopt;
  const std::array<Eigen::MatrixXd, 2> covariances{covariance(parts_[0]), covariance(parts_[1])};
  const auto resting = [&](Eigen::Index i) {
    for (std::size_t p = 0; p < 2; ++p) {
      const double origin = parts_[p].origin[static_cast<std::size_t>(i)];
      if (!(covariances[p](i, i) > kRestingShare * origin * origin)) return true;
    }
    return false;
  };
  double sum = 0.0;
  double pairs = 0.0;
  for (Eigen::Index i = 0; i < covariances[0].rows(); ++i) {
    if (resting(i)) continue;
    for (Eigen::Index j = 0; j < i; ++j) {
      if (resting(j)) continue;
      double product = 1.0;
      for (const auto& c : covariances) product *= c(i, j) / std::sqrt(c(i, i) * c(j, j));
      sum += product;
      pairs += 1.0;
    }
  }
  if (pairs == 0.0) return std::nullopt;
  return std::sqrt(std::max(0.0, sum / pairs));
}

}  // namespace limes::rate
