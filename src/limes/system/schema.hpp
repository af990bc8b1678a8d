#pragma once
// What a system declares once: its parameters, quantities and curves. Validation, `limes show`, `limes new`, the
// documentation page and completion are all made from it.

#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace limes::system {

using Json = nlohmann::ordered_json;

enum class Type { kInteger, kReal, kBoolean, kString, kChoice, kPath };

/// What a value may be besides a scalar. An integer is accepted wherever a real is expected.
enum class Form {
  kScalar,
  kList,            ///< a list (`threshold.values`)
  kMatrix,          ///< an array of rows (`coupling.values`)
  kScalarOrList,    ///< one number, or one per population
  kScalarOrMatrix,  ///< one number, or one per pair of populations
  kListOrRows,      ///< a list, or one list per group (`input.weights`); lists may differ in length or be empty
};

struct Parameter {
  std::string key;  ///< `network.gain`
  Type type = Type::kReal;
  Form form = Form::kScalar;
  std::optional<Json> default_value;  ///< none: the key may be left out and then has no value (unless `required`)
  bool required = false;
  std::string symbol;  ///< as in the equations: `g`, `\\gamma`; may be empty
  std::string unit = "1";
  std::string meaning;  ///< one line
  double minimum = -std::numeric_limits<double>::infinity();
  double maximum = std::numeric_limits<double>::infinity();
  bool minimum_excluded = false;
  bool maximum_excluded = false;
  bool infinity_allowed = false;
  std::vector<std::string> choices;     ///< for kChoice
  std::vector<std::string> words = {};  ///< accepted in place of a scalar number (`all` for how many)
  std::optional<double> quick_maximum;  ///< `--quick` lowers a larger number to this
  /// Left out, the value follows from these keys (`stimulus.kind` from `stimulus.file`). A file that only spells out
  /// what follows gives way when `--set` changes one of them.
  std::vector<std::string> follows = {};
};

/// A named result. `unit` and `meaning` go into every output.
struct QuantityInfo {
  std::string name;
  std::string unit = "1";
  std::string symbol;
  std::string meaning;
  std::string scale = "linear";  ///< `linear` or `logarithmic`: the axis of a figure that shows it
  std::string beside = {};       ///< the quantity into whose figure it is drawn too (`conditional_rate` beside `rate`)
};

struct CurveInfo {
  std::string name;
  std::string unit = "1";
  std::string symbol;
  std::string meaning;
  std::string scale =
      "linear";             ///< `linear`, `logarithmic`, or `points` (a cloud in the complex plane): how it is drawn
  std::string beside = {};  ///< the curve into whose figure it is drawn; empty: it has its own
};

struct Schema {
  std::vector<Parameter> parameters;  ///< in the order in which `show` and `new` print them
  std::vector<QuantityInfo> quantities;
  std::vector<CurveInfo> curves;

  [[nodiscard]] const Parameter* find(const std::string& key) const;
};

}  // namespace limes::system
