#include "limes/experiment/result_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "limes/experiment/version.hpp"

namespace limes::experiment {

namespace {

using system::Json;
using system::Tensor;

Json number_json(double number, std::size_t& not_finite) {
  if (std::isfinite(number)) return number;
  ++not_finite;
  return nullptr;
}

/// The numbers from `position` on, nested by the extents from `axis` on.
Json nested(const Tensor& tensor, std::size_t axis, std::size_t& position, std::size_t& not_finite) {
  if (axis < tensor.shape.size()) {
    Json result = Json::array();
    for (std::size_t i = 0; i < tensor.shape[axis]; ++i) {
      result.push_back(nested(tensor, axis + 1, position, not_finite));
    }
    return result;
  }
  const std::size_t width = tensor.complex ? 2 : 1;
  if (position + width > tensor.values.size()) return nullptr;  // an empty tensor: no value
  const double* number = tensor.values.data() + position;
  position += width;
  if (!tensor.complex) return number_json(*number, not_finite);
  return Json::array({number_json(number[0], not_finite), number_json(number[1], not_finite)});
}

/// Optional numbers of a record: left out where unknown.
void put(Json& object, const char* name, const std::optional<double>& number) {
  if (number && std::isfinite(*number)) object[name] = *number;
}

Json law_json(const FiniteSizeLaw& law) {
  std::size_t ignored = 0;
  Json json = Json::object();
  if (!law.sizes.empty()) json["sizes"] = law.sizes;
  json["differences"] = tensor_json(Tensor(law.differences), ignored);
  json["standard_errors"] = tensor_json(Tensor(law.standard_errors), ignored);
  put(json, "limit", law.limit);
  put(json, "limit_error", law.limit_error);
  put(json, "exponent", law.exponent);
  put(json, "exponent_error", law.exponent_error);
  put(json, "slope", law.slope);
  put(json, "slope_error", law.slope_error);
  put(json, "size_needed", law.size_needed);
  return json;
}

Json surrogate_json(const PlaceAmongSurrogates& place) {
  Json json = Json::object();
  put(json, "percentile", place.percentile);
  json["surrogates"] = place.surrogates;
  put(json, "mean", place.mean);
  put(json, "standard_deviation", place.standard_deviation);
  put(json, "p_value", place.p_value);
  return json;
}

/// Builds the entries and gathers a warning for each that holds a number which is not finite.
class Entries {
 public:
  explicit Entries(const ResultHead& head) : head_(head) {}

  Json quantity(const ComparedQuantity& entry) {
    Json json = Json::object();
    const auto& infos = head_.system.schema.quantities;
    put_head(json, entry, infos);
    std::size_t not_finite = 0;
    bool complex = false;
    if (entry.theory) {
      const TheorySide& side = *entry.theory;
      complex = side.value.complex;
      Json& theory = json["theory"];
      theory["value"] = tensor_json(side.value, not_finite);
      std::size_t unknown = 0;  // an error that isn't known is null, which needs no warning
      theory["error"] = side.error.empty() ? Json(nullptr) : tensor_json(side.error, unknown);
      theory["valid"] = side.valid;
      if (!side.reason.empty()) theory["reason"] = side.reason;
      if (side.approximate) theory["approximate"] = true;
    }
    if (entry.simulation) {
      const SimulationSide& side = *entry.simulation;
      complex = complex || side.value.complex;
      Json& simulation = json["simulation"];
      simulation["value"] = tensor_json(side.value, not_finite);
      std::size_t unknown = 0;
      simulation["standard_error"] = side.standard_error ? tensor_json(*side.standard_error, unknown) : Json(nullptr);
      simulation["samples"] = side.samples;
      if (!side.error_kind.empty()) simulation["error_kind"] = side.error_kind;
    }
    std::size_t undefined = 0;
    if (entry.z) json["z"] = tensor_json(*entry.z, undefined);
    put(json, "p_value", entry.p_value);
    if (complex) json["complex"] = true;
    put_tail(json, entry);
    if (entry.surrogate) json["surrogate"] = surrogate_json(*entry.surrogate);
    warn(entry.name, entry.branch, not_finite);
    return json;
  }

  Json curve(const ComparedCurve& entry) {
    Json json = Json::object();
    put_head(json, entry, head_.system.schema.curves);
    put_drawing(json, head_.system.schema.curves);
    std::size_t not_finite = 0;  // points that a side does not cover: null without a warning
    Json& axes = json["axes"] = Json::array();
    for (const system::Axis& axis : entry.axes) {
      axes.push_back(
          {{"name", axis.name}, {"unit", axis.unit}, {"values", tensor_json(Tensor(axis.values), not_finite)}});
    }
    json["theory"] = entry.theory ? tensor_json(*entry.theory, not_finite) : Json::array();
    if (entry.theory_error) json["theory_error"] = tensor_json(*entry.theory_error, not_finite);
    json["simulation"] = entry.simulation ? tensor_json(*entry.simulation, not_finite) : Json::array();
    json["standard_error"] = entry.standard_error ? tensor_json(*entry.standard_error, not_finite) : Json::array();
    if (entry.samples > 0) json["samples"] = entry.samples;
    if (!entry.error_kind.empty()) json["error_kind"] = entry.error_kind;
    put(json, "statistic", entry.statistic);
    if (entry.numerator_degrees && entry.denominator_degrees) {
      json["degrees_of_freedom"] = {*entry.numerator_degrees, *entry.denominator_degrees};
    }
    put(json, "p_value", entry.p_value);
    put_tail(json, entry);
    return json;
  }

  std::vector<std::string> warnings;

 private:
  template <typename Entry, typename Info>
  void put_head(Json& json, const Entry& entry, const std::vector<Info>& infos) {
    json["name"] = entry.name;
    const auto info = std::find_if(infos.begin(), infos.end(), [&](const Info& i) { return i.name == entry.name; });
    json["unit"] = info == infos.end() ? "1" : info->unit;
    if (info != infos.end()) json["meaning"] = info->meaning;
    if (!entry.branch.empty()) json["branch"] = entry.branch;
    if (entry.stable) json["stable"] = *entry.stable;
  }

  template <typename Entry>
  void put_tail(Json& json, const Entry& entry) {
    if (entry.verdict) json["verdict"] = name(*entry.verdict);
    if (!entry.note.empty()) json["note"] = entry.note;
    if (entry.finite_size) json["finite_size"] = law_json(*entry.finite_size);
  }

  void warn(const std::string& name, const std::string& branch, std::size_t not_finite) {
    if (not_finite == 0) return;
    warnings.push_back(fmt::format("{}{}: {} number{} not finite and given as null", name,
                                   branch.empty() ? "" : " (" + branch + ")", not_finite,
                                   not_finite == 1 ? " is" : "s are"));
  }

  const ResultHead& head_;
};

Json branches_json(const Comparison& comparison, const system::TheoryOutcome* theory) {
  Json list = Json::array();
  const auto share_of = [&](const std::string& label) {
    return std::find_if(comparison.branches.begin(), comparison.branches.end(),
                        [&](const BranchShare& share) { return share.branch == label; });
  };
  if (theory != nullptr) {
    for (const system::Branch& branch : theory->branches) {
      Json json = {{"branch", branch.label}};
      if (!branch.family.empty()) json["family"] = branch.family;
      if (branch.stable) json["stable"] = *branch.stable;
      if (!branch.description.empty()) json["description"] = branch.description;
      if (const auto share = share_of(branch.label); share != comparison.branches.end()) {
        json["realisations"] = share->realisations;
        put(json, "fraction", share->fraction);
      }
      list.push_back(json);
    }
  }
  return list;
}

void append_new(std::vector<std::string>& all, const std::vector<std::string>& more) {
  for (const std::string& text : more) {
    if (std::find(all.begin(), all.end(), text) == all.end()) all.push_back(text);
  }
}

std::vector<std::string> all_warnings(const Comparison& comparison, const system::TheoryOutcome* theory,
                                      const system::SimulationOutcome* simulation,
                                      const std::vector<std::string>& of_entries) {
  std::vector<std::string> warnings;
  if (theory != nullptr) append_new(warnings, theory->warnings);
  if (simulation != nullptr) {
    append_new(warnings, simulation->warnings);
    for (const system::Realisation& realisation : simulation->realisations) append_new(warnings, realisation.warnings);
    const auto done = static_cast<int>(simulation->realisations.size());
    if (simulation->status == system::Status::kInterrupted && done < simulation->planned) {
      warnings.push_back(fmt::format("interrupted: {} of {} realisations are finished", done, simulation->planned));
    }
  }
  append_new(warnings, comparison.warnings);
  append_new(warnings, of_entries);
  return warnings;
}

}  // namespace

std::string status_name(system::Status status) {
  switch (status) {
    case system::Status::kOk:
      return "ok";
    case system::Status::kNotConverged:
      return "not_converged";
    case system::Status::kDiverged:
      return "diverged";
    case system::Status::kInterrupted:
      return "interrupted";
  }
  return "ok";
}

Json tensor_json(const Tensor& tensor, std::size_t& not_finite) {
  std::size_t position = 0;
  return nested(tensor, 0, position, not_finite);
}

Json result_json(const ResultHead& head, const Comparison& comparison, const system::TheoryOutcome* theory,
                 const system::SimulationOutcome* simulation, const Json& seconds) {
  Entries entries(head);
  Json result = Json::object();
  result["limes"] = {{"version", version()}, {"commit", commit()}};
  result["system"] = head.system.id;
  result["title"] = head.title;
  result["seed"] = head.parameters.seed();
  result["parameters"] = head.parameters.resolved();
  result["status"] = status_name(head.status);
  Json& quantities = result["quantities"] = Json::array();
  for (const ComparedQuantity& entry : comparison.quantities) quantities.push_back(entries.quantity(entry));
  Json& curves = result["curves"] = Json::array();
  for (const ComparedCurve& entry : comparison.curves) curves.push_back(entries.curve(entry));
  result["branches"] = branches_json(comparison, theory);
  if (comparison.switches) put(result, "branch_switches", *comparison.switches);
  result["special_points"] = Json::array();
  result["warnings"] = all_warnings(comparison, theory, simulation, entries.warnings);
  result["comparison"] = {{"family_wise_level", comparison.family_wise_level}, {"tests", comparison.tests}};
  result["seconds"] = seconds;
  result["provenance"] = {{"fingerprint", head.fingerprint},
                          {"options", head.options},
                          {"compiler", compiler()},
                          {"processor", processor()},
                          {"operating_system", operating_system()},
                          {"threads", head.threads}};
  return result;
}

}  // namespace limes::experiment
