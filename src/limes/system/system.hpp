#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "limes/base/interruption.hpp"
#include "limes/system/branch_diagram.hpp"
#include "limes/system/outcome.hpp"
#include "limes/system/parameters.hpp"
#include "limes/system/schema.hpp"

namespace limes::system {

/// Where a simulation keeps its state so that a killed run goes on where it was. Saved blobs replace older ones whole.
class CheckpointStore {
 public:
  virtual ~CheckpointStore() = default;
  virtual void save(const std::string& name, const std::string& bytes) = 0;
  [[nodiscard]] virtual std::optional<std::string> load(const std::string& name) const = 0;
};

/// What a computation may use of its surroundings.
struct Context {
  int threads = 1;
  StopToken stop;
  std::function<void(double fraction, const std::string& activity)> progress = [](double, const std::string&) {};
  CheckpointStore* checkpoints = nullptr;  ///< null: nothing is kept
};

/// A system with its parameters: ready to be solved and simulated. Made by System::prepare, which has read and checked
/// every file and every combination of keys.
class Model {
 public:
  virtual ~Model() = default;
  [[nodiscard]] virtual TheoryOutcome theory(const Context& context) const = 0;
  /// An interruption ends the simulation with status kInterrupted and what was finished; it does not throw.
  [[nodiscard]] virtual SimulationOutcome simulate(const Context& context) const = 0;
  /// For one given matrix: an ensemble of surrogates (the same system with iid couplings of the matrix's own mean and
  /// deviation) in which the matrix's values are placed as percentiles. Null where there is none.
  [[nodiscard]] virtual std::unique_ptr<Model> surrogate_ensemble() const { return nullptr; }
  /// The parameters that this model was made from, with the defaults that depend on other keys or on a file filled in
  /// (the size that a matrix has, the number of realisations): a model made from them computes the same bits.
  [[nodiscard]] virtual Parameters explicit_parameters(const Parameters& parameters) const { return parameters; }
};

struct System {
  std::string id;     ///< `rate.discrete`
  std::string title;  ///< one line
  std::string paper;  ///< short reference for `limes list`
  std::vector<std::string> references;
  std::vector<std::string> equations;    ///< plain text, one a line, for `limes show`
  std::vector<std::string> conventions;  ///< noise, sign and unit conventions, one a line
  std::vector<std::string> when_not_to_believe;
  Schema schema;
  /// Quantities whose values tell branches apart: a realisation is assigned to the stable branch nearest in them.
  std::vector<std::string> branch_coordinates;
  std::function<std::unique_ptr<Model>(const Parameters&)> prepare;  ///< throws InputError
  /// The parameters of the same system at half its size, for measuring finite-size shifts; empty where there is no
  /// second size.
  std::function<std::optional<Parameters>(const Parameters&)> half_size;
  /// The key of the size that `half_size` changes (`network.size`): what finite-size laws are written in. An array is
  /// summed over its populations.
  std::string size_parameter = {};
  /// The theory knows the size of the network (corrections in 1/N): at a second size it is solved again.
  bool theory_depends_on_size = false;
  /// A quantity that follows exp(a + b size) in each of `sizes`, keys of parameters: a sweep over one of them fits the
  /// law.
  struct ExponentialInSize {
    std::string quantity;
    std::vector<std::string> sizes;
  };
  std::vector<ExponentialInSize> laws = {};
  /// All branches of the theory between two values of one parameter; empty where the system has no continuation. Throws
  /// InputError where the parameter does not enter the theory.
  std::function<BranchDiagram(const ContinuationRequest&, const Context&)> continuation = {};
};

}  // namespace limes::system
