#include "arguments.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <limits>
#include <optional>
#include <system_error>

#include "limes/base/suggestion.hpp"

namespace limes::app {

namespace {

/// Throws for the first argument that `app` did not understand.
void refuse_extras(const CLI::App& app, const std::string& command) {
  const std::vector<std::string> extras = app.remaining();
  if (extras.empty()) return;
  const std::string word = extras.front().substr(0, extras.front().find('='));
  std::vector<std::string> names;
  const bool is_option = word.size() > 1 && word.front() == '-';
  if (is_option) {
    for (const CLI::Option* option : app.get_options()) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
  } else if (app.get_parent() == nullptr) {
    for (const CLI::App* subcommand : app.get_subcommands([](const CLI::App*) { return true; })) {
      names.push_back(subcommand->get_name());
    }
  }
  const std::string nearest = nearest_name(word, names);
  const std::string what = is_option                     ? "unknown option"
                           : app.get_parent() == nullptr ? "unknown command"
                                                         : "unexpected argument";
  throw InputError(fmt::format("{} '{}'", what, extras.front()), nearest.empty()
                                                                     ? fmt::format("see `{} --help`", command)
                                                                     : fmt::format("did you mean '{}'?", nearest));
}

/// Options whose values are checked here and not by the parser, which takes -1 for a large unsigned number.
struct RawOptions {
  std::string seed;
  std::optional<std::string> only;
  bool wants_version = false;
};

struct Options {
  CLI::App* list = nullptr;
  CLI::App* show = nullptr;
  CLI::App* create = nullptr;
  CLI::App* run = nullptr;
  CLI::App* sweep = nullptr;
  CLI::App* converge = nullptr;
  CLI::App* follow = nullptr;
  CLI::App* report = nullptr;
  CLI::App* matrix = nullptr;
};

/// What `run` and the commands that make many runs have in common.
void declare_run_options(CLI::App& run, Arguments& arguments, RawOptions& raw) {
  run.add_option("FILE", arguments.name, "an experiment; may be left out where --set gives everything");
  run.add_option("--set", arguments.sets, "KEY=VALUE: change one value, e.g. network.gain=2 (may be repeated)")
      ->allow_extra_args(false)
      ->type_name("KEY=VALUE");
  run.add_flag("--json", arguments.json, "print one JSON object and nothing else");
  run.add_option("--out", arguments.out, "where the results go")->type_name("DIR");
  run.add_option("--seed", raw.seed, "seed of all random numbers, before that of the file")->type_name("N");
  run.add_option("--threads", arguments.threads, "number of threads; changes no result")->type_name("N");
  run.add_flag("--quick", arguments.quick, "lower sizes and lengths so that the run takes seconds");
}

void declare_only(CLI::App& run, RawOptions& raw) {
  run.add_option("--only", raw.only, "theory or simulation: leave the other out")->type_name("SIDE");
}

void declare_over(CLI::App& command, Arguments& arguments, const char* meaning) {
  command.add_option("--over", arguments.over, meaning)->allow_extra_args(false)->type_name("KEY=VALUES");
}

Options declare(CLI::App& app, Arguments& arguments, RawOptions& raw) {
  app.name("limes");
  app.set_help_flag("--help,-h", "print this and exit");
  app.add_flag("--version", raw.wants_version, "print the version and exit");
  app.allow_extras();
  Options options;
  const auto command = [&](const char* name, const char* meaning) {
    CLI::App* subcommand = app.add_subcommand(name, meaning);
    subcommand->allow_extras();
    return subcommand;
  };
  options.list = command("list", "the systems, one line each, with the paper");
  options.show = command("show", "equations, parameters, quantities and references of a system");
  options.create = command("new", "print a commented experiment to start from");
  options.run = command("run", "solve the theory, simulate the network, compare the two");
  options.sweep = command(
      "sweep",
      "run an experiment over a grid of one or two keys; a killed sweep goes on where it was. Every quantity becomes a "
      "curve over the swept keys; curves of single points (autocovariance, ...) are kept where the file names them");
  options.converge = command(
      "converge", "measure simulation - theory at several sizes: its limit, the law a + b/N, the spread of networks");
  options.follow = command(
      "continue", "follow all branches of the theory in one parameter, with their folds and other special points");
  options.report = command("report", "rebuild the report and the figures of a run");
  options.matrix = command("matrix", "write a signed, sparse, heavy-tailed matrix that looks like a connectome");
  options.matrix->add_option("FILE", arguments.name, "Matrix Market file to write")->required();
  options.matrix->add_option("--size", arguments.matrix_size, "number of neurons (default 300)")->type_name("N");
  options.matrix->add_option("--degree", arguments.mean_degree, "mean number of sources per neuron (default 20)")
      ->type_name("K");
  options.matrix->add_option("--seed", raw.seed, "seed of the draw (default 1)")->type_name("N");
  options.show->add_flag("--markdown", arguments.markdown, "print the page of the documentation");
  options.show->add_option("SYSTEM", arguments.name, "a name that `limes list` prints")->required();
  options.create->add_option("SYSTEM", arguments.name, "a name that `limes list` prints")->required();
  options.report->add_option("DIR", arguments.name, "the folder of a run")->required();

  declare_run_options(*options.run, arguments, raw);
  declare_only(*options.run, raw);
  declare_run_options(*options.sweep, arguments, raw);
  declare_only(*options.sweep, raw);
  declare_over(*options.sweep, arguments,
               "KEY=START:STOP:STEP (STOP included if it lies on the grid) or KEY=a,b,c; once or twice. Left "
               "out: as [sweep] in FILE says");
  declare_run_options(*options.converge, arguments, raw);
  declare_over(*options.converge, arguments,
               "KEY=a,b,c: the sizes, e.g. network.size=250,500,1000,2000. Left out: as [converge] in FILE says");
  declare_run_options(*options.follow, arguments, raw);
  declare_over(*options.follow, arguments,
               "KEY=START:STOP, e.g. network.gain=0.5:2 or coupling.mean[0][1]=-1:3. Left out: as [continue] in FILE "
               "says");
  options.follow
      ->add_option("--simulate", arguments.simulate,
                   "START:STOP:STEP or a,b,c: values of the parameter at which networks are simulated and shown beside "
                   "the branches. Left out: as [continue] in FILE says, else nowhere")
      ->type_name("VALUES");
  return options;
}

experiment::Only read_only(const std::string& text) {
  if (text == "theory") return experiment::Only::kTheory;
  if (text == "simulation") return experiment::Only::kSimulation;
  const std::vector<std::string> names = {"theory", "simulation"};
  const std::string nearest = nearest_name(text, names);
  throw InputError(fmt::format("--only must be theory or simulation, not '{}'", text),
                   nearest.empty() ? "" : fmt::format("did you mean '{}'?", nearest));
}

std::uint64_t read_seed(const std::string& text) {
  std::int64_t seed = -1;  // as large as an integer of an experiment file may be
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
  if (error != std::errc() || end != text.data() + text.size() || seed < 0) {
    throw InputError(fmt::format("--seed must be an integer from 0 to {}, not '{}'",
                                 std::numeric_limits<std::int64_t>::max(), text));
  }
  return static_cast<std::uint64_t>(seed);
}

/// The options of `run` and its kin, in so far as the parser has not checked them.
void check_run(const CLI::App& chosen, const RawOptions& raw, Arguments& arguments) {
  if (raw.only) arguments.only = read_only(*raw.only);
  if (chosen.count("--seed") > 0) arguments.seed = read_seed(raw.seed);
  if (chosen.count("--threads") > 0 && arguments.threads < 1) {
    throw InputError(fmt::format("--threads must be at least 1, not {}", arguments.threads));
  }
  if (arguments.name.empty() && arguments.sets.empty() && arguments.over.empty()) {
    throw InputError("no experiment is given",
                     fmt::format("write `limes {} FILE`; `limes new SYSTEM > my.toml` writes one", chosen.get_name()));
  }
}

}  // namespace

Arguments read_arguments(int count, const char* const* values) {
  Arguments arguments;
  RawOptions raw;
  CLI::App app("A network, simulated at finite size, and its limit theory, solved - side by side, with error bars.");
  const Options options = declare(app, arguments, raw);
  try {
    app.parse(count, values);
  } catch (const CLI::CallForHelp&) {
    CLI::App* named = app.get_subcommands().empty() ? &app : app.get_subcommands().front();
    arguments.help = named->help();
    return arguments;
  } catch (const CLI::ParseError& error) {
    for (const CLI::App* subcommand : app.get_subcommands())
      refuse_extras(*subcommand, "limes " + subcommand->get_name());
    refuse_extras(app, "limes");
    throw InputError(error.what(), "see `limes --help`");
  }
  for (const CLI::App* subcommand : app.get_subcommands())
    refuse_extras(*subcommand, "limes " + subcommand->get_name());
  refuse_extras(app, "limes");
  if (raw.wants_version) {
    arguments.command = Arguments::Command::kVersion;
    return arguments;
  }
  if (app.get_subcommands().empty())
    throw InputError("no command",
                     "give list, show, new, run, sweep, converge, continue, report or matrix; see `limes --help`");
  if (app.get_subcommands().size() > 1) throw InputError("more than one command", "give one");
  const CLI::App* chosen = app.get_subcommands().front();
  if (chosen == options.list) arguments.command = Arguments::Command::kList;
  if (chosen == options.show) arguments.command = Arguments::Command::kShow;
  if (chosen == options.create) arguments.command = Arguments::Command::kNew;
  if (chosen == options.run) arguments.command = Arguments::Command::kRun;
  if (chosen == options.sweep) arguments.command = Arguments::Command::kSweep;
  if (chosen == options.converge) arguments.command = Arguments::Command::kConverge;
  if (chosen == options.follow) arguments.command = Arguments::Command::kContinue;
  if (chosen == options.report) arguments.command = Arguments::Command::kReport;
  if (chosen == options.matrix) arguments.command = Arguments::Command::kMatrix;
  if (chosen == options.run || chosen == options.sweep || chosen == options.converge || chosen == options.follow)
    check_run(*chosen, raw, arguments);
  return arguments;
}

}  // namespace limes::app
