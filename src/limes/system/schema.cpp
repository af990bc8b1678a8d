#include "limes/system/schema.hpp"

#include <algorithm>

namespace limes::system {

const Parameter* Schema::find(const std::string& key) const {
  const auto found =
      std::find_if(parameters.begin(), parameters.end(), [&](const Parameter& p) { return p.key == key; });
  return found == parameters.end() ? nullptr : &*found;
}

}  // namespace limes::system
