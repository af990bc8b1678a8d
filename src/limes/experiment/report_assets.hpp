#pragma once
// What the build embeds for the report (cmake/LimesAssets.cmake).

#include <string_view>
#include <vector>

namespace limes::experiment {

struct LibraryModule {
  std::string_view name;  ///< `vega-view`
  std::string_view text;
};

/// assets/report.css
[[nodiscard]] std::string_view report_style();

/// assets/report.js: the interactive figures
[[nodiscard]] std::string_view report_script();

/// assets/modules.js: lets the library's modules find each other in a page
[[nodiscard]] std::string_view module_script();

/// assets/licenses.txt: the notices that the library asks to be kept with it
[[nodiscard]] std::string_view library_licenses();

/// The modules of the plotting library; empty in a build without it: then figures are static.
[[nodiscard]] std::vector<LibraryModule> library_modules();

}  // namespace limes::experiment
