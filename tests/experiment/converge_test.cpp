#include "limes/experiment/converge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <set>

#include "experiment/fake_system.hpp"
#include "experiment/temporary_folder.hpp"
#include "limes/experiment/json_text.hpp"

namespace limes::experiment {
namespace {

namespace fs = std::filesystem;
using system::Json;
using system::Status;
using ::testing::HasSubstr;

class Converge : public ::testing::Test {
 protected:
  void SetUp() override {
    std::ofstream(file()) << "system = \"fake.gaussian\"\nseed = 11\n[simulation]\nrealisations = 20\n";
  }
  [[nodiscard]] std::string file() const { return (folder / "my.toml").string(); }
  [[nodiscard]] Grid sizes(const std::vector<std::string>& over, const std::vector<std::string>& sets = {}) const {
    return read_sizes(file(), sets, std::nullopt, over);
  }
  [[nodiscard]] std::string refusal(const std::vector<std::string>& over) const {
    try {
      (void)sizes(over);
    } catch (const InputError& error) {
      return error.what();
    }
    return "no error";
  }
  TemporaryFolder folder;
};

RunOptions silent() {
  RunOptions options;
  options.default_directory = false;
  return options;
}

std::string reproducible(Json result) {
  result.erase("seconds");
  result.erase("provenance");
  return json_text(result);
}

const Json& entry(const Json& result, const std::string& name) {
  for (const Json& one : result["convergence"]) {
    if (one["name"] == name) return one;
  }
  throw std::out_of_range(name);
}

const std::vector<std::string> kSizes = {"network.size=100,200,400,800"};

TEST_F(Converge, AnExactTheoryHasAZeroLimitAndTheSpreadFallsAsTheRoot) {
  const Json result = converge(fake::make(), sizes(kSizes), silent()).result;
  for (const char* name : {"mean", "variance"}) {
    const Json& one = entry(result, name);
    EXPECT_EQ(one["verdict"], "agree") << name;
    EXPECT_EQ(one["branch"], "static-0");
    EXPECT_EQ(one["sizes"], Json({100.0, 200.0, 400.0, 800.0}));
    EXPECT_GT(one["limit_p_value"], 0.001);  // one in a thousand for a right program with another seed
    // Twenty networks give each deviation to 16 %: the exponent to 0.1.
    EXPECT_NEAR(one["spread_power"].get<double>(), -0.5, 4 * one["spread_power_error"].get<double>());
    EXPECT_NEAR(one["spread_power_error"].get<double>(), 0.1, 0.02);
  }
  EXPECT_EQ(result["convergence"].size(), 2U);  // the theory alone knows the complex number
  EXPECT_EQ(result["sizes"]["points"].size(), 4U);
}

TEST_F(Converge, EachSizeIsARunWithItsOwnSeed) {
  const Json result = converge(fake::make(), sizes(kSizes), silent()).result;
  std::set<std::uint64_t> seeds;
  for (const Json& point : result["sizes"]["points"]) seeds.insert(point["seed"].get<std::uint64_t>());
  EXPECT_EQ(seeds.size(), 4U);
  const Json& point = result["sizes"]["points"][2];
  const Experiment one = read_experiment(file(), {"network.size=400"}, point["seed"].get<std::uint64_t>());
  for (const Json& quantity : run(fake::make(), one, silent()).result["quantities"]) {
    if (quantity["name"] != "variance") continue;
    EXPECT_EQ(entry(result, "variance")["difference"][2].get<double>(),
              quantity["simulation"]["value"].get<double>() - quantity["theory"]["value"].get<double>());
  }
}

TEST_F(Converge, AWrongTheoryDisagreesAndTheSecondSizeIsNotRun) {
  const Json result = converge(fake::make(), sizes(kSizes, {"network.bias=0.5"}), silent()).result;
  EXPECT_EQ(entry(result, "variance")["verdict"], "disagree");
  EXPECT_NEAR(entry(result, "variance")["limit"].get<double>(), 1.25, 0.3);  // 1.5^2 - 1; five errors
  EXPECT_FALSE(result["seconds"].contains("second_size"));
}

TEST_F(Converge, TheTheoryIsSolvedTwiceIfItDoesNotKnowTheSize) {
  int solved = 0;
  (void)converge(fake::make({}, [&] { ++solved; }), sizes(kSizes), silent());
  EXPECT_EQ(solved, 2);
  solved = 0;
  system::System system = fake::make({}, [&] { ++solved; });
  EXPECT_THROW((void)converge(system, sizes({"network.gain=1,2,3,4"}), silent()), InputError);
  system.size_parameter = "network.gain";
  (void)converge(system, sizes({"network.gain=1,2,3,4"}), silent());
  EXPECT_EQ(solved, 4);  // every gain has its own
}

TEST_F(Converge, AnInterruptedStudyGoesOnToTheSameBits) {
  const std::string expected = reproducible(converge(fake::make(), sizes(kSizes), silent()).result);
  RunOptions options;
  options.directory = (folder / "out").string();
  std::atomic<bool> stop{false};
  options.stop = StopToken(&stop);
  int calls = 0;
  const RunOutcome first = converge(fake::make([&](int) { stop = stop || ++calls > 50; }), sizes(kSizes), options);
  EXPECT_EQ(first.status, Status::kInterrupted);
  options.stop = StopToken();
  int again = 0, solved = 0;
  const RunOutcome outcome = converge(fake::make([&](int) { ++again; }, [&] { ++solved; }), sizes(kSizes), options);
  EXPECT_EQ(again, 2 * 20);
  EXPECT_EQ(solved, 0);
  EXPECT_EQ(reproducible(outcome.result), expected);
  EXPECT_TRUE(fs::exists(folder / "out/report.html"));
  EXPECT_TRUE(fs::exists(folder / "out/figures/convergence-variance-static-0.svg"));
}

TEST_F(Converge, OneNetworkPerSizeHasNoLaw) {
  const Json result = converge(fake::make(), sizes(kSizes, {"simulation.realisations=1"}), silent()).result;
  const Json& one = entry(result, "variance");
  EXPECT_TRUE(one["limit"].is_null());
  EXPECT_FALSE(one.contains("verdict"));
  EXPECT_THAT(one["note"].get<std::string>(), HasSubstr("at least two networks"));
}

TEST_F(Converge, ANumberIsSplitAmongThePopulations) {
  std::ofstream(file()) << "system = \"fake.gaussian\"\n[network]\nsize = [80, 20]\n";
  const Grid grid = sizes({"network.size=100,203,[10,30]"});
  EXPECT_EQ(grid.points[0].experiment.given.at("network.size").value, Json({80, 20}));
  EXPECT_EQ(grid.points[1].experiment.given.at("network.size").value, Json({162, 41}));  // 162.4 and 40.6
  EXPECT_EQ(grid.points[2].experiment.given.at("network.size").value, Json({10, 30}));
  EXPECT_EQ(size_number(grid.axes.front().values[1]), 203.0);
  EXPECT_EQ(size_number(grid.axes.front().values[2]), 40.0);
}

TEST_F(Converge, RefusesWhatIsNoListOfSizes) {
  EXPECT_THAT(refusal({}), HasSubstr("one --over"));
  EXPECT_THAT(refusal({"network.size=100,200", "network.gain=1,2"}), HasSubstr("one --over"));
  EXPECT_THAT(refusal({"network.size=100"}), HasSubstr("at least two sizes"));
  EXPECT_THAT(refusal({"network.size=0,100"}), HasSubstr("0 is no size"));
  EXPECT_THAT(refusal({"network.transfer=tanh,erf"}), HasSubstr("tanh is no size"));
}

}  // namespace
}  // namespace limes::experiment
