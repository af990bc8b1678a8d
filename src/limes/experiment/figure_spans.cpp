// Where the theory has several stable states.
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "limes/experiment/figure_kinds.hpp"

namespace limes::experiment {

namespace {

/// The number of stable branches at each value of the key.
std::map<double, int> stable_states(const ResultJson& result) {
  std::map<double, int> count;
  for (const auto& entry : list_of(result, "curves")) {
    const auto& axes = list_of(entry, "axes");
    if (text_of(entry, "name") != "stable" || axes.size() != 1) continue;
    const auto places = flattened(list_of(axes[0], "values")), stable = flattened(list_of(entry, "theory"));
    for (std::size_t i = 0; i < std::min(places.size(), stable.size()); ++i)
      count[places[i]] += stable[i] > 0.5 ? 1 : 0;
  }
  return count;
}

}  // namespace

void shade_coexistence(std::vector<Figure>& figures, const ResultJson& result) {
  const auto count = stable_states(result);
  std::vector<Span> spans;
  bool open = false;
  for (auto at = count.begin(); at != count.end(); ++at) {
    if (at->second < 2) {
      open = false;
      continue;
    }
    // To halfway between this point and its neighbours.
    const double before = at == count.begin() ? at->first : 0.5 * (std::prev(at)->first + at->first);
    const double after = std::next(at) == count.end() ? at->first : 0.5 * (at->first + std::next(at)->first);
    if (open) {
      spans.back().to = after;
    } else {
      spans.push_back({before, after});
    }
    open = true;
  }
  if (spans.empty()) return;
  for (Figure& figure : figures) {
    if (figure.is_still() || figure.quantity == "stable") continue;
    figure.spans = spans;
    figure.note += std::string(figure.note.empty() ? "" : " ") + "Shaded: the theory has several stable states.";
  }
}

}  // namespace limes::experiment
