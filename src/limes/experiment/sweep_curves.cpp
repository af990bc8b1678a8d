#include "limes/experiment/sweep_curves.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "limes/experiment/sweep_json.hpp"
#include "limes/experiment/sweep_values.hpp"

namespace limes::experiment {

namespace {

using system::Json;

constexpr const char* kSides[] = {"theory", "theory_error", "simulation", "standard_error"};

std::size_t depth_of(const Json& json) { return json.is_array() ? 1 + (json.empty() ? 0 : depth_of(json.front())) : 0; }

/// The axes of the longest: none where one is not the beginning of the other.
std::optional<Json> common_axes(const std::vector<const Json*>& curves) {
  Json axes;
  for (const Json* curve : curves) {
    if (curve == nullptr) continue;
    const Json& own = curve->at("axes");
    if (axes.is_null()) axes = own;
    if (own.size() != axes.size()) return std::nullopt;
    for (std::size_t a = 0; a < axes.size(); ++a) {
      const Json& values = own[a].at("values");
      const Json& known = axes[a].at("values");
      const auto shared = static_cast<std::ptrdiff_t>(std::min(values.size(), known.size()));
      if (!std::equal(values.begin(), values.begin() + shared, known.begin())) return std::nullopt;
      if (values.size() > known.size()) axes[a] = own[a];
    }
  }
  return axes;
}

bool is_ascending(const Json& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!values[i].is_number() || (i > 0 && !(values[i].get<double>() > values[i - 1].get<double>()))) return false;
  }
  return !values.empty();
}

/// Between two neighbours of the grid; null outside it and beside a null.
Json interpolated(const Json& grid, const Json& values, double x) {
  std::size_t right = 0;
  while (right < grid.size() && grid[right].get<double>() < x) ++right;
  if (right == grid.size() || right >= values.size()) return nullptr;
  if (grid[right].get<double>() == x) return values[right];
  if (right == 0 || !values[right].is_number() || !values[right - 1].is_number()) return nullptr;
  const double a = grid[right - 1].get<double>(), b = grid[right].get<double>();
  const double share = (x - a) / (b - a);
  return (1.0 - share) * values[right - 1].get<double>() + share * values[right].get<double>();
}

/// Real curves against one ascending axis, all on the coarsest of their grids; empty for others.
std::vector<Json> on_one_grid(const std::vector<const Json*>& curves) {
  const Json* coarsest = nullptr;
  for (const Json* curve : curves) {
    if (curve == nullptr) continue;
    const Json& axes = curve->at("axes");
    if (axes.size() != 1 || !is_ascending(axes[0].at("values"))) return {};
    for (const char* side : kSides) {
      if (curve->contains(side) && depth_of((*curve)[side]) > 1) return {};
    }
    if (coarsest == nullptr || axes[0]["values"].size() < (*coarsest)["axes"][0]["values"].size()) coarsest = curve;
  }
  std::vector<Json> result;
  const Json places = (*coarsest)["axes"][0]["values"];
  for (const Json* curve : curves) {
    Json& moved = result.emplace_back();
    if (curve == nullptr) continue;
    moved = *curve;
    const Json grid = (*curve)["axes"][0]["values"];
    moved["axes"][0]["values"] = places;
    for (const char* side : kSides) {
      if (!curve->contains(side) || (*curve)[side].empty()) continue;
      Json& values = moved[side] = Json::array();
      for (const Json& x : places) values.push_back(interpolated(grid, (*curve)[side], x.get<double>()));
    }
  }
  return result;
}

/// Fills `values` (nested, maybe shorter) up to the extents, row by row, at the end of `leaves`.
void append_filled(const Json& values, const std::vector<std::size_t>& extents, std::size_t level, const Json& nothing,
                   std::vector<Json>& leaves) {
  if (level == extents.size()) {
    leaves.push_back(values.is_null() ? nothing : values);
    return;
  }
  static const Json kNone;
  for (std::size_t k = 0; k < extents[level]; ++k) {
    const bool there = values.is_array() && k < values.size();
    append_filled(there ? values[k] : kNone, extents, level + 1, nothing, leaves);
  }
}

/// One side over all points; empty where no point has any.
Json stacked(const std::vector<const Json*>& curves, const char* side, const std::vector<std::size_t>& own,
             const std::vector<std::size_t>& extents) {
  bool any = false, complex = false;
  for (const Json* curve : curves) {
    if (curve == nullptr || !curve->contains(side) || (*curve)[side].empty()) continue;
    any = true;
    complex = complex || depth_of((*curve)[side]) == own.size() + 1;
  }
  if (!any) return Json::array();
  const Json nothing = complex ? Json::array({nullptr, nullptr}) : Json(nullptr), none;
  std::vector<Json> leaves;
  for (const Json* curve : curves) {
    append_filled(curve != nullptr && curve->contains(side) ? (*curve)[side] : none, own, 0, nothing, leaves);
  }
  return nested_values(leaves, extents);
}

using Entries = std::vector<std::pair<std::string, std::string>>;

/// Every name with each of its branches. A curve that no theory knows, and no point has twice, is not about a branch:
/// its branch is empty, and stands for all.
Entries names_and_branches(const PointRuns& runs) {
  Entries all;
  std::set<std::string> of_branches;
  for (const auto& point : runs.points) {
    if (!point || point->status != system::Status::kOk) continue;
    std::set<std::string> here;
    for (const Json& curve : point->kept) {
      const std::string name = curve.at("name").get<std::string>();
      const bool theory = curve.contains("theory") && !curve["theory"].empty();
      if (theory || !here.insert(name).second) of_branches.insert(name);
      std::pair<std::string, std::string> entry{name, curve.value("branch", "")};
      if (std::find(all.begin(), all.end(), entry) == all.end()) all.push_back(std::move(entry));
    }
  }
  Entries result;
  for (auto& entry : all) {
    if (!of_branches.contains(entry.first)) entry.second.clear();
    if (std::find(result.begin(), result.end(), entry) == result.end()) result.push_back(std::move(entry));
  }
  return result;
}

}  // namespace

std::vector<Json> curves_over_points(const system::Schema& schema, const Grid& grid, const PointRuns& runs,
                                     std::vector<std::string>& warnings) {
  const auto names = names_and_branches(runs);
  std::vector<Json> result;
  for (const auto& [name, branch] : names) {
    std::vector<const Json*> curves(runs.points.size(), nullptr);
    const Json* any = nullptr;
    std::vector<Json> verdicts(runs.points.size());
    for (std::size_t i = 0; i < runs.points.size(); ++i) {
      if (!runs.points[i] || runs.points[i]->status != system::Status::kOk) continue;
      for (const Json& curve : runs.points[i]->kept) {
        if (curve.at("name") != name || (!branch.empty() && curve.value("branch", "") != branch)) continue;
        any = curves[i] = &curve;
        if (curve.contains("verdict")) verdicts[i] = curve["verdict"];
      }
    }
    auto own_axes = common_axes(curves);
    std::vector<Json> moved;
    if (!own_axes) {
      moved = on_one_grid(curves);
      warnings.push_back(fmt::format("{}{}: its grids differ from point to point; {}", name,
                                     branch.empty() ? "" : " (" + branch + ")",
                                     moved.empty() ? "it is left out" : "it is interpolated onto the coarsest"));
      if (moved.empty()) continue;
      for (std::size_t i = 0; i < curves.size(); ++i) {
        if (curves[i] != nullptr) curves[i] = &moved[i];
      }
      own_axes = common_axes(curves);
    }
    Json entry = {{"name", name}};
    for (const char* member : {"unit", "meaning", "scale", "beside"}) {
      if (any->contains(member)) entry[member] = (*any)[member];
    }
    if (!branch.empty()) entry["branch"] = branch;
    Json& axes = entry["axes"] = Json::array();
    std::vector<std::size_t> extents, own, over;
    for (const GridAxis& axis : grid.axes) {
      axes.push_back(axis_json(axis, schema));
      over.push_back(axis.values.size());
    }
    for (const Json& axis : *own_axes) {
      axes.push_back(axis);
      own.push_back(axis.at("values").size());
    }
    extents = over;
    extents.insert(extents.end(), own.begin(), own.end());
    for (const char* side : kSides) entry[side] = stacked(curves, side, own, extents);
    if (entry["theory_error"].empty()) entry.erase("theory_error");
    if (std::any_of(verdicts.begin(), verdicts.end(), [](const Json& verdict) { return verdict.is_string(); })) {
      entry["verdicts"] = nested_values(verdicts, over);
    }
    result.push_back(std::move(entry));
  }
  return result;
}

}  // namespace limes::experiment
