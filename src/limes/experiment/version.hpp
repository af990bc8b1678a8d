#pragma once
#include <string>

namespace limes::experiment {

[[nodiscard]] std::string version();           ///< `0.1.0`
[[nodiscard]] std::string commit();            ///< of the source tree when it was configured; `unknown` outside git
[[nodiscard]] std::string compiler();          ///< `GNU 12.2.0, Release`
[[nodiscard]] std::string processor();         ///< the processor's name, as the system tells it
[[nodiscard]] std::string operating_system();  ///< `Linux 6.1.0 x86_64`

}  // namespace limes::experiment
