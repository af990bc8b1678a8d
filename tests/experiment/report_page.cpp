// Writes the report and the figures of a result file, so that a browser can be shown them: report_page RESULT FOLDER

#include <filesystem>
#include <fstream>
#include <iostream>

#include "limes/experiment/figures.hpp"
#include "limes/experiment/report.hpp"
#include "limes/experiment/report_assets.hpp"

int main(int count, char** arguments) {
  if (count != 3) {
    std::cerr << "usage: report_page RESULT FOLDER\n";
    return 2;
  }
  std::ifstream input(arguments[1]);
  const auto result = nlohmann::ordered_json::parse(input, nullptr, /*allow_exceptions=*/false);
  if (result.is_discarded()) {
    std::cerr << arguments[1] << ": no JSON\n";
    return 2;
  }
  const std::filesystem::path folder = arguments[2];
  std::filesystem::create_directories(folder / "figures");
  std::ofstream(folder / "report.html") << limes::experiment::report_html(result);
  const auto figures = limes::experiment::figures_svg(result);
  for (const auto& [name, text] : figures) std::ofstream(folder / "figures" / name) << text;
  std::cout << figures.size() << " figures, "
            << (limes::experiment::library_modules().empty() ? "static" : "interactive") << '\n';
  return 0;
}
