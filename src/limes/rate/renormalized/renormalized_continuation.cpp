#include "limes/rate/renormalized/renormalized_continuation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "limes/base/errors.hpp"
#include "limes/math/roots.hpp"
#include "limes/rate/renormalized/renormalized_description.hpp"
#include "limes/rate/renormalized/renormalized_theory.hpp"
#include "limes/rate/renormalized/theory/loop_state.hpp"
#include "limes/transfer/expression.hpp"
#include "limes/transfer/moments.hpp"

namespace limes::rate::renormalized {
namespace {

constexpr int kSteps = 40;
// Of the range: where a special point is told from its neighbour.
constexpr double kTolerance = 1e-10;

constexpr const char* kNames[] = {"variance",          "output_variance", "population_variance",
                                  "mean_gain",         "loop_gain",       "mean",
                                  "lyapunov_exponent", "stable"};

bool same_theory(const RenormalizedDescription& a, const RenormalizedDescription& b) {
  const auto text = [](const transfer::Transfer& f) { return f.expression ? f.expression->text() : std::string(); };
  const LoopModel x = loop_model(a, a.order), y = loop_model(b, b.order);
  return x.transfer.kind == y.transfer.kind && x.transfer.gain == y.transfer.gain &&
         text(x.transfer) == text(y.transfer) && x.coupling_mean == y.coupling_mean &&
         x.coupling_deviation == y.coupling_deviation && x.noise_intensity == y.noise_intensity &&
         x.inverse_size == y.inverse_size && x.gain_spread == y.gain_spread;
}

/// The description at a value; none where the value is no admissible one.
std::optional<RenormalizedDescription> description_at(const system::ContinuationRequest& request, double value) {
  try {
    return describe_renormalized(request.at(value));
  } catch (const InputError&) {
    return std::nullopt;
  }
}

/// gbar E f' - 1 of mean field, and its variance.
struct MeanFieldPlace {
  double excess = 0.0;
  double variance = 0.0;
};
MeanFieldPlace mean_field_at(const RenormalizedDescription& description, const StopToken& stop) {
  const LoopModel model = loop_model(description, Order::kMeanField);
  const auto start = mean_field_start(model, stop);
  const double variance = start ? start->variance : 0.0;
  return {model.coupling_mean * transfer::moments(model.transfer, 0.0, variance).df - 1.0, variance};
}

/// Points of one branch, in the order of the parameter.
struct Line {
  system::Branch branch;
  std::map<std::string, std::vector<std::pair<double, double>>> values;
};

class Diagram {
 public:
  Diagram(const system::ContinuationRequest& request, const system::Context& context)
      : request_(request), context_(context) {}

  system::BranchDiagram run() {
    const auto first = description_at(request_, request_.start), last = description_at(request_, request_.stop);
    if (!first || !last) {
      (void)describe_renormalized(request_.at(first ? request_.stop : request_.start));  // says what is wrong
    }
    if (same_theory(*first, *last)) {
      throw InputError(Place{.file = "--over " + request_.parameter, .line = 0, .column = 0, .key = request_.parameter},
                       fmt::format("{} does not enter the theory", request_.parameter),
                       "follow the branches in coupling.mean, coupling.deviation, noise.intensity or network.gain");
    }
    for (int k = 0; k <= kSteps; ++k) {
      context_.stop.check();
      const double value = request_.start + (request_.stop - request_.start) * k / kSteps;
      if (const auto description = description_at(request_, value)) add(value, *description);
      context_.progress(static_cast<double>(k) / kSteps, "branches");
    }
    find_points();
    return finish();
  }

 private:
  void add(double value, const RenormalizedDescription& description) {
    system::Context quiet = context_;
    quiet.progress = [](double, const std::string&) {};
    const system::TheoryOutcome theory = solve_renormalized(description, quiet);
    for (const system::Branch& branch : theory.branches) {
      const auto known = std::find_if(lines_.begin(), lines_.end(),
                                      [&](const Line& line) { return line.branch.label == branch.label; });
      Line& line = known == lines_.end() ? lines_.emplace_back(Line{branch, {}}) : *known;
      line.branch.stable = std::nullopt;  // changes along the branch
      line.values["stable"].emplace_back(value, branch.stable.value_or(true) ? 1.0 : 0.0);
      for (const system::TheoryQuantity& quantity : theory.quantities) {
        if (quantity.branch != branch.label || quantity.name == "stable") continue;
        line.values[quantity.name].emplace_back(value, quantity.value.values.at(0));
      }
    }
  }

  /// Zeros of `function` between neighbours of the mean-field branch that differ in sign of `name` - `level`.
  template <typename Function>
  void find(const std::string& type, const std::string& name, double level, Function function) {
    for (const Line& line : lines_) {
      const auto found = line.values.find(name);
      if (line.branch.label != "mean_field" || found == line.values.end()) continue;
      const auto& points = found->second;
      for (std::size_t k = 0; k + 1 < points.size(); ++k) {
        const double before = points[k].second - level, after = points[k + 1].second - level;
        if (!((before < 0.0 && after >= 0.0) || (before >= 0.0 && after < 0.0))) continue;
        const double a = points[k].first, b = points[k + 1].first;
        double place = after == 0.0 ? b : a;
        if (before != 0.0 && after != 0.0) {
          place = math::brent(function, a, b, kTolerance * std::abs(request_.stop - request_.start));
        }
        const auto description = description_at(request_, place);
        const double variance = description ? mean_field_at(*description, context_.stop).variance : 0.0;
        diagram_.special_points.push_back(
            {type, place, "mean_field", {{"mean", 0.0}, {"variance", variance}}, {1.0, 0.0}});
      }
    }
  }

  void find_points() {
    const auto at = [&](double value, auto read) {
      const auto description = description_at(request_, value);
      if (!description) throw InputError(fmt::format("{} = {} is no admissible value", request_.parameter, value));
      return read(*description);
    };
    find("pitchfork", "loop_gain", 1.0, [&](double value) {
      return at(value, [&](const auto& description) { return mean_field_at(description, context_.stop).excess; });
    });
    find("chaos", "lyapunov_exponent", 0.0, [&](double value) {
      return at(value, [&](const auto& description) {
        return mean_field_exponent(loop_model(description, Order::kMeanField), context_.stop).value_or(NAN);
      });
    });
    std::sort(diagram_.special_points.begin(), diagram_.special_points.end(),
              [](const auto& a, const auto& b) { return a.value < b.value; });
  }

  system::BranchDiagram finish() {
    for (const Line& line : lines_) {
      diagram_.branches.push_back(line.branch);
      for (const char* name : kNames) {
        const auto found = line.values.find(name);
        if (found == line.values.end()) continue;
        system::Axis axis{request_.parameter, "1", {}};
        std::vector<double> values;
        for (const auto& [place, value] : found->second) {
          axis.values.push_back(place);
          values.push_back(value);
        }
        diagram_.curves.push_back({name, line.branch.label, {axis}, system::Tensor(values)});
      }
    }
    if (lines_.empty()) diagram_.status = system::Status::kNotConverged;
    for (const Line& line : lines_) {
      const auto& points = line.values.at("stable");
      const double reach = points.back().first;
      if (line.branch.label.starts_with("one_loop") && reach != request_.stop) {
        diagram_.warnings.push_back(fmt::format("{}: up to {} = {:.6g}; critical beyond, fluctuations of order one",
                                                line.branch.label, request_.parameter, reach));
      }
    }
    return diagram_;
  }

  const system::ContinuationRequest& request_;
  const system::Context& context_;
  std::vector<Line> lines_;
  system::BranchDiagram diagram_;
};

}  // namespace

system::BranchDiagram continue_renormalized(const system::ContinuationRequest& request,
                                            const system::Context& context) {
  return Diagram(request, context).run();
}

}  // namespace limes::rate::renormalized
