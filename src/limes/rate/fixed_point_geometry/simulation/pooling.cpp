#include "limes/rate/fixed_point_geometry/simulation/pooling.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace limes::rate::fixed_points {

namespace {

using system::MeasuredCurve;
using system::Measurement;
using system::Realisation;
using system::Tensor;

template <typename Item>
Item* find(std::vector<Item>& items, const std::string& name) {
  const auto found = std::find_if(items.begin(), items.end(), [&](const Item& item) { return item.name == name; });
  return found == items.end() ? nullptr : &*found;
}

/// Of one name; `items` and `value`: where its kind stands.
template <typename Item>
void pool_name(const std::string& name, std::vector<Item> Realisation::*items, Tensor Item::*value,
               const std::vector<double>& counts, double total, std::vector<Realisation>& realisations) {
  Item pooled;
  for (std::size_t r = 0; r < realisations.size(); ++r) {
    const Item* own = find(realisations[r].*items, name);
    if (own == nullptr || counts[r] == 0.0) continue;
    const std::vector<double>& values = (own->*value).values;
    if (pooled.name.empty()) {
      pooled = *own;
      pooled.standard_error.reset();
      std::fill((pooled.*value).values.begin(), (pooled.*value).values.end(), 0.0);
    }
    for (std::size_t i = 0; i < values.size(); ++i) (pooled.*value).values[i] += counts[r] / total * values[i];
  }
  if (pooled.name.empty()) return;
  const double mean_count = total / static_cast<double>(realisations.size());
  for (std::size_t r = 0; r < realisations.size(); ++r) {
    Item* own = find(realisations[r].*items, name);
    if (own == nullptr) own = &(realisations[r].*items).emplace_back(pooled);
    for (std::size_t i = 0; i < (pooled.*value).values.size(); ++i) {
      const double mean = (pooled.*value).values[i];
      double& number = (own->*value).values[i];
      number = mean + counts[r] / mean_count * (number - mean);
    }
  }
}

}  // namespace

const std::vector<std::string>& pooled_names() {
  static const std::vector<std::string> names{
      "output_second_moment", "state_second_moment", "finite_state_second_moment", "outside_unit_circle_fraction",
      "unstable_fraction",    "jacobian_radius",     "component_density",          "radial_spectrum",
      "shell_histogram"};
  return names;
}

void pool(std::vector<Realisation>& all, std::size_t size) {
  std::vector<Realisation> realisations;  // those that were searched
  std::vector<std::size_t> places;
  std::vector<double> counts;
  for (std::size_t r = 0; r < all.size(); ++r) {
    const Measurement* count = find(all[r].quantities, "fixed_point_count");
    if (count == nullptr) continue;
    counts.push_back(count->value.scalar());
    places.push_back(r);
    realisations.push_back(std::move(all[r]));
  }
  const double total = std::accumulate(counts.begin(), counts.end(), 0.0);
  if (total > 0.0) {
    for (const std::string& name : pooled_names()) {
      pool_name(name, &Realisation::quantities, &Measurement::value, counts, total, realisations);
      pool_name(name, &Realisation::curves, &MeasuredCurve::values, counts, total, realisations);
    }
    const double mean = total / static_cast<double>(counts.size()), n = static_cast<double>(size);
    for (std::size_t r = 0; r < realisations.size(); ++r) {
      realisations[r].quantities.push_back(
          {"finite_complexity", std::log(mean) / n + (counts[r] - mean) / (mean * n), std::nullopt});
    }
  }
  for (std::size_t k = 0; k < places.size(); ++k) all[places[k]] = std::move(realisations[k]);
}

}  // namespace limes::rate::fixed_points
