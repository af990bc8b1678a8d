#include "limes/experiment/figures.hpp"

#include "limes/experiment/figure.hpp"
#include "limes/experiment/figure_svg.hpp"

namespace limes::experiment {

std::vector<std::pair<std::string, std::string>> figures_svg(const nlohmann::ordered_json& result) {
  std::vector<std::pair<std::string, std::string>> files;
  for (const auto& figure : figures_of(result)) files.emplace_back(figure.id + ".svg", figure_svg(figure));
  return files;
}

}  // namespace limes::experiment
