#include "limes/rate/simulation/two_time_recorder.hpp"

#include <Eigen/Dense>
#include <algorithm>

#include "limes/rate/result_shape.hpp"
#include "limes/rate/simulation/measured_curve.hpp"

namespace limes::rate {

TwoTimeRecorder::TwoTimeRecorder(const RateDescription& description) : description_(&description) {
  if (description.theory.kind != TheoryOptions::Kind::kTwoTime) return;
  const TwoTimeGrid grid = two_time_grid(description);
  stride_ = grid.stride;
  points_ = grid.points;
}

void TwoTimeRecorder::record(std::int64_t step, std::span<const double> state, std::span<const double> output) {
  if (stride_ == 0 || step % stride_ != 0 || step / stride_ >= static_cast<std::int64_t>(points_)) return;
  states_.insert(states_.end(), state.begin(), state.end());
  if (description_->coupling.symmetry != 0.0) outputs_.insert(outputs_.end(), output.begin(), output.end());
}

void TwoTimeRecorder::finish(system::Realisation& realisation) const {
  if (stride_ == 0 || states_.empty()) return;
  const std::size_t size = description_->size();
  const auto points = static_cast<Eigen::Index>(states_.size() / size);
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Eigen::Map<const RowMajor> states(states_.data(), points, static_cast<Eigen::Index>(size));
  const auto borders = description_->borders();
  std::vector<std::vector<double>> values;
  for (std::size_t a = 0; a + 1 < borders.size(); ++a) {
    const auto first = static_cast<Eigen::Index>(borders[a]), last = static_cast<Eigen::Index>(borders[a + 1]);
    RowMajor centred = states.middleCols(first, last - first);
    centred.colwise() -= centred.rowwise().mean().eval();
    const RowMajor covariance = centred * centred.transpose() / static_cast<double>(last - first);
    values.emplace_back(covariance.data(), covariance.data() + covariance.size());
  }
  const double spacing = static_cast<double>(stride_) * description_->simulation.step;
  system::Axis time{"time", std::string(time_unit(description_->time)), {}};
  for (Eigen::Index k = 0; k < points; ++k) time.values.push_back(static_cast<double>(k) * spacing);
  realisation.curves.push_back(measured_curve(*description_, "two_time_covariance", {time, time}, values));
  if (!outputs_.empty()) finish_products(realisation, time);
  if (description_->coupling.kind == CouplingDescription::Kind::kCorrelated) finish_neighbours(realisation);
}

void TwoTimeRecorder::finish_products(system::Realisation& realisation, const system::Axis& time) const {
  const auto points = static_cast<Eigen::Index>(time.values.size());
  const auto size = static_cast<Eigen::Index>(description_->size());
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Eigen::Map<const RowMajor> outputs(outputs_.data(), points, size);
  const RowMajor products = outputs * outputs.transpose() / static_cast<double>(size);
  const std::vector<double> values(products.data(), products.data() + products.size());
  realisation.curves.push_back(measured_curve(*description_, "correlation", {time, time}, {values}));
}

void TwoTimeRecorder::finish_neighbours(system::Realisation& realisation) const {
  const std::size_t size = description_->size();
  if (states_.size() < points_ * size) return;  // the run ended before the horizon
  const double* state = states_.data() + (points_ - 1) * size;
  double mean = 0.0;
  for (std::size_t i = 0; i < size; ++i) mean += state[i] / static_cast<double>(size);
  system::Axis axis{"neuron_lag", "1", {}};
  std::vector<double> values;
  for (std::size_t k = 0; k < neighbour_lags(*description_); ++k) {
    double sum = 0.0;
    for (std::size_t i = 0; i < size; ++i) sum += (state[i] - mean) * (state[(i + k) % size] - mean);
    axis.values.push_back(static_cast<double>(k));
    values.push_back(sum / static_cast<double>(size));
  }
  realisation.curves.push_back(measured_curve(*description_, "neighbour_covariance", {axis}, {values}));
}

}  // namespace limes::rate
