#pragma once
// From curves of states to the branches, curves and special points of a diagram.

#include <string>
#include <vector>

#include "limes/rate/rate_description.hpp"
#include "limes/rate/theory/continuation/branches.hpp"
#include "limes/system/branch_diagram.hpp"

namespace limes::rate {

/// Orders the branches of one family and writes them as FAMILY-0, FAMILY-1, ... Everything given must outlive it.
class DiagramWriter {
 public:
  DiagramWriter(const RateDescription& description, const system::ContinuationRequest& request,
                system::BranchDiagram& diagram)
      : description_(description), request_(request), diagram_(diagram) {}

  /// `meaning`: what the branches are, one line. States without populations' arrays have vectors of length one.
  void write(const std::string& family, const std::string& meaning, std::vector<theory::StateBranch> branches);

 private:
  void write_one(const std::string& label, const std::string& meaning, const theory::StateBranch& branch);

  const RateDescription& description_;
  const system::ContinuationRequest& request_;
  system::BranchDiagram& diagram_;
};

}  // namespace limes::rate
