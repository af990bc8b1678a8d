#include "limes/experiment/figure_scale.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>

namespace limes::experiment {

namespace {

std::string with_true_minus(std::string label) {
  const auto at = label.find('-');
  if (at != std::string::npos) label.replace(at, 1, "−");
  return label;
}

std::string power_label(int exponent) {
  static const char* const kDigits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string label = exponent < 0 ? "10⁻" : "10";
  for (const char c : std::to_string(std::abs(exponent))) label += kDigits[c - '0'];
  return label;
}

std::vector<Tick> linear_ticks(const Scale& scale, int wanted) {
  const double rough = (scale.high - scale.low) / std::max(1, wanted);
  if (!(rough > 0.0) || !std::isfinite(rough)) return {};
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  const double step = rough <= 1.5 * power   ? power
                      : rough <= 3.5 * power ? 2.0 * power
                      : rough <= 7.5 * power ? 5.0 * power
                                             : 10.0 * power;
  const int decimals = std::max(0, static_cast<int>(-std::floor(std::log10(step) + 1e-9)));
  const double largest = std::max(std::abs(scale.low), std::abs(scale.high));
  const bool plain = largest < 1e5 && decimals <= 4;
  std::vector<Tick> result;
  const double first = std::ceil(scale.low / step - 1e-9), last = std::floor(scale.high / step + 1e-9);
  for (double k = first; k <= last && result.size() < 50; k += 1.0) {
    const double value = k == 0.0 ? 0.0 : k * step;
    result.push_back(
        {value, with_true_minus(plain ? fmt::format("{:.{}f}", value, decimals) : fmt::format("{:.4g}", value))});
  }
  return result;
}

std::vector<Tick> logarithmic_ticks(const Scale& scale, int wanted) {
  const int first = static_cast<int>(std::floor(std::log10(scale.low)));
  const int last = static_cast<int>(std::ceil(std::log10(scale.high)));
  const int stride = std::max(1, (last - first + wanted - 1) / std::max(1, wanted));
  const bool few = last - first <= 3;
  std::vector<Tick> result;
  const int start = stride * static_cast<int>(std::ceil(static_cast<double>(first) / stride));
  for (int exponent = start; exponent <= last; exponent += stride) {
    for (const int digit : {1, 2, 5}) {
      if (digit != 1 && !few) continue;
      const double value = digit * std::pow(10.0, exponent);
      if (value < scale.low * (1 - 1e-9) || value > scale.high * (1 + 1e-9)) continue;
      const bool small = exponent >= -3 && exponent <= 3;
      result.push_back({value, small        ? fmt::format("{:g}", value)
                               : digit == 1 ? power_label(exponent)
                                            : std::string()});
    }
  }
  return result;
}

/// The ends of all error bars but those more than five times as long as half of them.
std::vector<double> usual_errors(const Series& series) {
  std::vector<double> lengths;
  for (std::size_t i = 0; i < series.low.size(); ++i) {
    if (std::isfinite(series.high[i] - series.low[i])) lengths.push_back(series.high[i] - series.low[i]);
  }
  if (lengths.empty()) return {};
  const auto middle = lengths.begin() + static_cast<std::ptrdiff_t>(lengths.size() / 2);
  std::nth_element(lengths.begin(), middle, lengths.end());
  std::vector<double> ends;
  for (std::size_t i = 0; i < series.low.size(); ++i) {
    if (!(series.high[i] - series.low[i] <= 5.0 * *middle)) continue;
    ends.push_back(series.low[i]);
    ends.push_back(series.high[i]);
  }
  return ends;
}

}  // namespace

double Scale::place(double value) const {
  if (!std::isfinite(value)) return NAN;
  if (!logarithmic) return length * (value - low) / (high - low);
  return value > 0.0 ? length * std::log(value / low) / std::log(high / low) : NAN;
}

Scale scale_of(const Figure& figure, bool vertical, double length, double margin) {
  Scale scale;
  scale.logarithmic = vertical ? figure.y.logarithmic : figure.x.logarithmic;
  scale.length = length;
  double low = INFINITY, high = -INFINITY;
  const auto include = [&](const std::vector<double>& values) {
    for (const double value : values) {
      if (!std::isfinite(value) || (scale.logarithmic && value <= 0.0)) continue;
      low = std::min(low, value);
      high = std::max(high, value);
    }
  };
  for (const auto& series : figure.series) {
    include(vertical ? series.y : series.x);
    // Huge errors of a few points must not flatten the rest, and a logarithmic axis cannot hold what crosses zero.
    if (vertical && !scale.logarithmic && (series.band || series.points)) include(usual_errors(series));
  }
  if (!(low <= high)) low = high = scale.logarithmic ? 1.0 : 0.0;
  if (!scale.logarithmic && std::max(-low, high) < 1e-15) {  // zero, but for rounding
    low = -1.0;
    high = 1.0;
  }
  if (scale.logarithmic) {
    const double widen = std::max(std::pow(high / low, margin), 1.05);
    low /= widen;
    high *= widen;
  } else {
    const double least = 1e-3 * std::max(std::abs(low), std::abs(high));
    const double widen =
        high - low > 1e-9 * std::max(std::abs(low), std::abs(high)) ? margin * (high - low) : std::max(least, 1e-12);
    low -= widen;
    high += widen;
    if (!(high > low)) high = low + 1.0;
  }
  scale.low = low;
  scale.high = high;
  return scale;
}

void equalise(Scale& x, Scale& y) {
  if (x.logarithmic || y.logarithmic) return;
  const double unit = std::max((x.high - x.low) / x.length, (y.high - y.low) / y.length);
  for (Scale* scale : {&x, &y}) {
    const double middle = 0.5 * (scale->low + scale->high);
    scale->low = middle - 0.5 * unit * scale->length;
    scale->high = middle + 0.5 * unit * scale->length;
  }
}

std::vector<Tick> ticks(const Scale& scale, int wanted) {
  return scale.logarithmic ? logarithmic_ticks(scale, wanted) : linear_ticks(scale, wanted);
}

}  // namespace limes::experiment
