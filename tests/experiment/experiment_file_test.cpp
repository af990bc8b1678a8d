#include "limes/experiment/experiment_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <ostream>

#include "experiment/fake_system.hpp"
#include "experiment/temporary_folder.hpp"
#include "limes/experiment/experiment_text.hpp"
#include "limes/experiment/preparation.hpp"

namespace limes::experiment {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kHead = "system = \"fake.gaussian\"\n";

Experiment read(const std::string& text, const std::vector<std::string>& sets = {},
                std::optional<std::uint64_t> seed = std::nullopt) {
  return read_experiment_text(text, "my.toml", sets, seed);
}

std::string message(const std::string& text, const std::vector<std::string>& sets = {},
                    std::optional<std::uint64_t> seed = std::nullopt) {
  try {
    static_cast<void>(resolve(read(text, sets, seed), fake::make()));
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(ExperimentFile, ReadsWhatItSays) {
  const Experiment experiment = read(kHead +
                                     "title = \"A \\\"title\\\"\"\nseed = 42\n[network]\nsize = 10\n"
                                     "time_constant = inf\n[output]\ndirectory = \"runs/a\"\n");
  EXPECT_EQ(experiment.system, "fake.gaussian");
  EXPECT_EQ(experiment.title, "A \"title\"");
  EXPECT_EQ(experiment.seed, 42U);
  EXPECT_EQ(experiment.output_directory, "runs/a");
  EXPECT_EQ(experiment.given.at("network.size").place.text(), "my.toml:5:1");
  const auto parameters = resolve(experiment, fake::make());
  EXPECT_EQ(parameters.integer("network.size"), 10);
  EXPECT_TRUE(std::isinf(parameters.real("network.time_constant")));
  EXPECT_EQ(parameters.seed(), 42U);
}

TEST(ExperimentFile, OverridesWinOverTheFile) {
  const Experiment experiment = read(
      kHead + "seed = 42\n[network]\nsize = 10\n",
      {"network.size=20", "title=not TOML at all", "network.gain=3", "output.directory=x/y", "network.label=\"3\""}, 7);
  const auto parameters = resolve(experiment, fake::make());
  EXPECT_EQ(parameters.integer("network.size"), 20);
  EXPECT_EQ(parameters.real("network.gain"), 3.0);
  EXPECT_EQ(parameters.text("network.label"), "3");
  EXPECT_EQ(experiment.title, "not TOML at all");
  EXPECT_EQ(experiment.output_directory, "x/y");
  EXPECT_EQ(experiment.seed, 7U);
}

TEST(ExperimentFile, OverridesReachElementsAndTables) {
  const auto parameters = resolve(
      read(kHead + "[coupling]\nvalues = [[1, 2], [3, 4]]\n", {"coupling.values[0][1]=7", "network={size=5, gain=2}"}),
      fake::make());
  EXPECT_THAT(parameters.matrix("coupling.values"), ElementsAre(ElementsAre(1.0, 7.0), ElementsAre(3.0, 4.0)));
  EXPECT_EQ(parameters.integer("network.size"), 5);
}

TEST(ExperimentFile, EverythingCanBeGivenByOverrides) {
  const Experiment experiment = read_experiment("", {"system=fake.gaussian", "network.size=9"});
  EXPECT_EQ(resolve(experiment, fake::make()).integer("network.size"), 9);
}

TEST(ExperimentFile, FilesAreRelativeToTheExperimentOrToTheCurrentFolder) {
  const TemporaryFolder folder;
  std::ofstream(folder / "my.toml") << kHead + "[coupling]\nfile = \"data/a.h5:/J\"\n";
  const auto system = fake::make();
  const std::string file = (folder / "my.toml").string();
  EXPECT_EQ(resolve(read_experiment(file), system).text("coupling.file"), (folder / "data/a.h5:/J").string());
  EXPECT_EQ(resolve(read_experiment(file, {"coupling.file=b.mtx"}), system).text("coupling.file"),
            (std::filesystem::current_path() / "b.mtx").string());
  EXPECT_EQ(resolve(read_experiment(file, {"coupling.file=/c.mtx"}), system).text("coupling.file"), "/c.mtx");
}

struct BadText {
  std::string text;
  std::vector<std::string> sets;
  std::string message;
};

// Names a case in the output of the tests by its message.
void PrintTo(const BadText& bad, std::ostream* stream) { *stream << bad.message; }

class BadTexts : public ::testing::TestWithParam<BadText> {};

TEST_P(BadTexts, AreRefusedWithPlaceAndMend) {
  EXPECT_THAT(message(GetParam().text, GetParam().sets), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    ExperimentFile, BadTexts,
    ::testing::Values(
        BadText{"", {}, "my.toml: no key 'system'; its first line should be"},
        BadText{"sytem = \"x\"\n", {}, "my.toml:1:1: unknown key 'sytem'; did you mean 'system'?"},
        BadText{"system = 3\n", {}, "my.toml:1:1: 'system' must be a string, not 3; write \"3\""},
        BadText{kHead + "seed = -1\n", {}, "my.toml:2:1: 'seed' must be an integer of at least 0, not -1"},
        BadText{kHead + "seed = 1.5\n", {}, "my.toml:2:1: 'seed' must be an integer of at least 0, not 1.5"},
        BadText{kHead + "title = [1]\n", {}, "my.toml:2:1: 'title' must be a string, not an array"},
        BadText{kHead + "[title]\na = 1\n", {}, "'title' must not be a table"},
        BadText{
            kHead + "output = 3\n", {}, "my.toml:2:1: 'output' is a table; write directory = \"...\" below [output]"},
        BadText{kHead + "[output]\ndirectry = \"x\"\n", {}, "my.toml:3:1: unknown key 'output.directry'; did you mean"},
        BadText{kHead + "[output]\ndirectory = \"\"\n", {}, "my.toml:3:1: 'output.directory' is empty"},
        BadText{kHead + "[network]\ngian = 2\n",
                {},
                "my.toml:3:1: unknown key 'network.gian'; did you mean 'network.gain'?"},
        BadText{kHead + "network = 5\n", {}, "my.toml:2:1: 'network' is a table, not 5"},
        BadText{kHead + "[netwrok]\n", {}, "unknown table 'netwrok'; did you mean 'network'?"},
        BadText{kHead + "[network]\ngain = 2\ngain = 3\n", {}, "my.toml:4:"},
        BadText{kHead + "\"network.gain\" = 2\n[network]\ngain = 3\n", {}, "'network.gain' is given twice"},
        BadText{kHead + "[network\n", {}, "my.toml:2:9: not valid TOML"},
        BadText{"\x80\x81garbage", {}, "my.toml:1:1: not valid TOML"},
        BadText{kHead + "title = 2020-01-01\n", {}, "a date or a time is no value of an experiment"},
        BadText{kHead, {"network.gain"}, "--set network.gain: not of the form KEY=VALUE"},
        BadText{kHead, {"=3"}, "--set =3: not of the form KEY=VALUE"},
        BadText{kHead, {"network..gain=3"}, "not of the form KEY=VALUE"},
        BadText{kHead, {"network.gain[x]=3"}, "not of the form KEY=VALUE"},
        BadText{
            kHead, {"network.gian=3"}, "--set network.gian: unknown key 'network.gian'; did you mean 'network.gain'?"},
        BadText{kHead,
                {"network.gain=many"},
                "--set network.gain: 'network.gain' must be a real number, not the string \"many\""},
        BadText{kHead, {"network.gain=inf"}, "--set network.gain: 'network.gain' must be finite, not inf"},
        BadText{kHead,
                {"network.gain=2", "network.gain=3"},
                "--set network.gain: 'network.gain' is set twice, to 2 and to 3"},
        BadText{kHead, {"network.gain[0]=2"}, "'network.gain' is not given as an array"},
        BadText{kHead + "[threshold]\nvalues = [1, 2]\n",
                {"threshold.values[2]=1"},
                "'threshold.values' has no element [2]; its indices are 0 to 1"},
        BadText{kHead + "[threshold]\nvalues = [1, 2]\n",
                {"threshold.values[1]=x"},
                "'threshold.values[1]' must be a real number, not the string \"x\""},
        BadText{kHead, {"a=1\nb=2"}, "unknown key 'a'"}));

TEST(ExperimentFile, TwoDifferentSeedsConflict) {
  EXPECT_EQ(message(kHead, {"seed=4"}, 3), "conflicting options --seed 3 and --set seed=4; give one of them");
  EXPECT_EQ(message(kHead, {"seed=3"}, 3), "");
}

TEST(ExperimentFile, AFileThatCantBeReadIsBadInput) {
  const TemporaryFolder folder;
  EXPECT_THROW(static_cast<void>(read_experiment((folder / "no.toml").string())), InputError);
  EXPECT_THROW(static_cast<void>(read_experiment(folder.path.string())), InputError);
}

TEST(ExperimentText, WhatNewPrintsIsAnExperimentWithTheDefaults) {
  const auto system = fake::make();
  const Experiment fresh = read(new_experiment(system));
  EXPECT_EQ(fresh.system, system.id);
  EXPECT_EQ(resolve(fresh, system).resolved(), resolve(read(kHead), system).resolved());
  // Every key is there: with the comment signs of its lines removed it is given.
  std::string active;
  std::istringstream lines(new_experiment(system));
  for (std::string line; std::getline(lines, line);) {
    const bool value = line.starts_with("# ") && line.find(" = ") != std::string::npos;
    active += (value ? line.substr(2) : line) + "\n";
  }
  const Experiment full = read(active);
  for (const auto& parameter : system.schema.parameters)
    EXPECT_TRUE(full.given.contains(parameter.key)) << parameter.key;
}

TEST(ExperimentText, TheResolvedExperimentReadsBackToTheSameParameters) {
  const auto system = fake::make();
  const auto parameters = resolve(
      read(kHead + "seed = 5\n[network]\ngain = 0.1\ntime_constant = inf\nlabel = \"a\\\\b \\\"c\\\" \\u0001é\"\n"
                   "[coupling]\nvalues = [[1, 1e8], [0.30000000000000004, -0.0]]\n"),
      system);
  const Experiment again = read(resolved_experiment(system, parameters, "a \"quoted\" title"));
  EXPECT_EQ(again.title, "a \"quoted\" title");
  EXPECT_EQ(again.seed, 5U);
  EXPECT_EQ(resolve(again, system).resolved(), parameters.resolved());
}

TEST(Preparation, QuickLowersWhatCanBeLowered) {
  const auto system = fake::make();
  EXPECT_EQ(prepare(read(kHead), system, false).parameters.integer("network.size"), 200);
  const Prepared quick = prepare(read(kHead), system, true);
  EXPECT_EQ(quick.parameters.integer("network.size"), 50);
  EXPECT_THAT(quick.lowered, ElementsAre("network.size = 50"));
  // Three thresholds fix the size: nothing is lowered, nothing fails.
  std::string list = "0";
  for (int i = 1; i < 60; ++i) list += ", 0";
  const Prepared fixed =
      prepare(read(kHead + "[network]\nsize = 60\n[threshold]\nvalues = [" + list + "]\n"), system, true);
  EXPECT_EQ(fixed.parameters.integer("network.size"), 60);
  EXPECT_TRUE(fixed.lowered.empty());
}

TEST(Preparation, DefaultsThatDependOnOtherKeysBecomeExplicit) {
  EXPECT_EQ(prepare(read(kHead), fake::make(), false).parameters.integer("network.derived"), 7);
}

TEST(Preparation, AnErrorOfTheSystemNamesTheExperiment) {
  try {
    static_cast<void>(prepare(read(kHead, {"coupling.file=a", "coupling.values=[[1]]"}), fake::make(), false));
    FAIL() << "the two keys conflict";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("--set coupling.values: conflicting options"));
  }
}

// network.derived is 7 without a bias and 8 with one (fake_system.hpp); anything else conflicts.
const std::string kResolved = kHead + "[network]\nsize = 60\nbias = 0.0\nderived = 7\n";

TEST(Preparation, WhatOnlyFollowsGivesWayToWhatIsSet) {
  const auto derived = [](const std::string& text, const std::vector<std::string>& sets) {
    const Prepared prepared = prepare(read(text, sets), fake::make(), false);
    return std::pair(prepared.parameters.integer("network.derived"), prepared.notices);
  };
  EXPECT_EQ(derived(kResolved, {}).first, 7);
  const auto [value, notices] = derived(kResolved, {"network.bias=0.5"});
  EXPECT_EQ(value, 8);
  EXPECT_THAT(notices,
              ElementsAre("--set network.bias makes network.derived = 8; the experiment's 7 only followed from "
                          "its other keys"));
  // Nothing to tell where nothing comes out otherwise, or nothing was changed.
  EXPECT_THAT(derived(kResolved, {"network.label=new"}).second, ElementsAre());
  EXPECT_THAT(derived(kResolved, {"network.bias=0"}).second, ElementsAre());
  EXPECT_EQ(derived(kResolved, {"network.bias=0.5", "network.derived=8"}).first, 8);
}

TEST(Preparation, WhatSaysSomethingElseConflicts) {
  // The bias of the file asks for 8: its 7 conflicts already, and nothing that is set mends that by chance.
  const std::string wrong = kHead + "[network]\nbias = 0.5\nderived = 7\n";
  EXPECT_THROW(static_cast<void>(prepare(read(wrong), fake::make(), false)), InputError);
  EXPECT_THROW(static_cast<void>(prepare(read(wrong, {"network.bias=1"}), fake::make(), false)), InputError);
  EXPECT_EQ(prepare(read(wrong, {"network.bias=0"}), fake::make(), false).parameters.integer("network.derived"), 7);
  // Set together, both count.
  EXPECT_THROW(
      static_cast<void>(prepare(read(kResolved, {"network.bias=1", "network.derived=7"}), fake::make(), false)),
      InputError);
  EXPECT_THROW(static_cast<void>(prepare(read(kHead, {"network.bias=1", "network.derived=7"}), fake::make(), false)),
               InputError);
}

TEST(Preparation, AFileThatIsNoExperimentByItselfLosesNothing) {
  const std::string text = kHead + "[network]\nbias = 0.0\nderived = 7\ngain = -1.0\n";
  EXPECT_THROW(static_cast<void>(prepare(read(text, {"network.bias=1", "network.gain=1"}), fake::make(), false)),
               InputError);
  EXPECT_NO_THROW(static_cast<void>(prepare(read(text, {"network.gain=1"}), fake::make(), false)));
}

}  // namespace
}  // namespace limes::experiment
