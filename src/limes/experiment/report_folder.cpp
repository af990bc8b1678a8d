#include "limes/experiment/report_folder.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "limes/experiment/figures.hpp"
#include "limes/experiment/file_writing.hpp"
#include "limes/experiment/registry.hpp"
#include "limes/experiment/report.hpp"

namespace limes::experiment {

namespace {

namespace fs = std::filesystem;

system::Json read_result(const fs::path& folder) {
  const auto at = [](const fs::path& path) { return Place{.file = path.string(), .line = 0, .column = 0, .key = {}}; };
  if (!fs::exists(folder)) throw InputError(at(folder), "no such folder");
  if (!fs::is_directory(folder)) throw InputError(at(folder), "is a file", "give the folder of a run");
  const fs::path path = folder / "result.json";
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw InputError(at(path), "no such file", "give the folder that `limes run` has written");
  system::Json result = system::Json::parse(stream, nullptr, false);
  if (!result.is_object() || !result.contains("limes") || !result.contains("quantities")) {
    throw InputError(at(path), "is no result of limes");
  }
  return result;
}

}  // namespace

std::string rebuild_report(const std::string& name) {
  const fs::path folder = fs::absolute(name).lexically_normal();
  const system::Json result = read_result(folder);
  const auto& all = systems();
  const auto system =
      std::find_if(all.begin(), all.end(), [&](const system::System& s) { return s.id == result.value("system", ""); });
  const fs::path figures = folder / "figures";
  std::error_code error;
  fs::create_directories(figures, error);
  if (error) throw_output_error(figures.string(), error.value());
  for (const auto& [file, svg] : figures_svg(result)) write_file((figures / file).string(), svg);
  const fs::path report = folder / "report.html";
  write_file(report.string(), report_html(result, system == all.end() ? nullptr : &*system));
  sync_folder(folder.string());
  return report.string();
}

}  // namespace limes::experiment
