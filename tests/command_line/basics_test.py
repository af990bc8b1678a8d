"""list, show, new, run, report: what they print."""

import os
import unittest

from driver import SMALL, CommandLineTest, main


class Basics(CommandLineTest):
    def test_list_names_every_system_with_its_paper(self):
        text = self.limes("list").stdout
        for system in SMALL:
            self.assertIn(system, text)
        self.assertIn("Sompolinsky", text)

    def test_show_fits_a_page_and_says_everything(self):
        for system in SMALL:
            text = self.limes("show", system).stdout
            for word in ("Equations", "Conventions", "Parameters", "Quantities", "Curves", "References",
                         "When not to believe it", "network.gain", "lyapunov_exponent", "autocovariance", "[0, 1)"):
                if word != "[0, 1)" or system == "rate.discrete":
                    self.assertIn(word, text)
            for line in text.splitlines():
                self.assertLessEqual(len(line), 100, line)

    def test_new_prints_an_experiment_that_runs(self):
        for system in SMALL:
            text = self.limes("new", system).stdout
            file = self.write("new.toml", text)
            result = self.run_json(file, "--only", "theory", "--quick")
            self.assertEqual(result["system"], system)
            # The defaults that stand there as comments are the defaults.
            plain = self.write("plain.toml", f'system = "{system}"\n')
            self.assertEqual(self.run_json(plain, "--only", "theory", "--quick")["parameters"], result["parameters"])

    def test_help_and_version_go_to_standard_output(self):
        self.assertIn("list", self.limes("--help").stdout)
        self.assertIn("--set", self.limes("run", "--help").stdout)
        self.assertRegex(self.limes("--version").stdout, r"^limes \d+\.\d+\.\d+ \(")

    def test_json_has_the_names_of_the_contract(self):
        for system, text in SMALL.items():
            file = self.write("a.toml", text)
            result = self.run_json(file)
            self.assertEqual(result["system"], system)
            self.assertEqual(result["status"], "ok")
            self.assertEqual(result["seed"], 3)
            self.assertEqual(result["parameters"]["network"]["size"], 40)
            for key in ("limes", "title", "quantities", "curves", "special_points", "warnings", "seconds"):
                self.assertIn(key, result)
            by_name = {}
            for entry in result["quantities"]:
                by_name.setdefault(entry["name"], entry)
            for name in ("mean", "variance", "frozen_variance", "mean_output", "lyapunov_exponent"):
                entry = by_name[name]
                self.assertTrue(entry["branch"].startswith("fluctuating-"), entry)
                self.assertIn("stable", entry)
                self.assertIn("unit", entry)
                self.assertEqual(set(entry["theory"]) & {"value", "error", "valid"}, {"value", "error", "valid"})
                self.assertEqual(entry["simulation"]["samples"], 3)
                self.assertIn("standard_error", entry["simulation"])
                self.assertIn(entry["verdict"], ("agree", "finite_size", "disagree", "not_applicable"))
            curve = next(c for c in result["curves"] if c["name"] == "autocovariance")
            self.assertEqual(curve["axes"][0]["name"], "lag")
            self.assertEqual(len(curve["theory"]), len(curve["axes"][0]["values"]))

    def test_one_side_alone(self):
        file = self.write("a.toml", SMALL["rate.discrete"])
        theory = self.run_json(file, "--only", "theory")
        self.assertFalse(any("simulation" in entry for entry in theory["quantities"]))
        simulation = self.run_json(file, "--only", "simulation")
        self.assertFalse(any("theory" in entry for entry in simulation["quantities"]))

    def test_the_table_says_the_verdicts_and_where_the_results_are(self):
        file = self.write("a.toml", SMALL["rate.discrete"])
        done = self.limes("run", file)
        self.assertIn("variance", done.stdout)
        self.assertIn("±", done.stdout)
        self.assertNotIn("\r", done.stderr)  # a pipe gets no progress bar
        place = [line for line in done.stdout.splitlines() if line.startswith("results: ")][0].split(": ")[1]
        self.assertRegex(place, r"/runs/a-[0-9a-f]{8}$")
        for name in ("result.json", "result.h5", "report.html", "experiment.toml", "figures/autocovariance.svg"):
            self.assertTrue(os.path.exists(os.path.join(place, name)), name)

    def test_json_without_a_place_writes_nothing(self):
        file = self.write("a.toml", SMALL["rate.discrete"])
        self.run_json(file)
        self.assertEqual(os.listdir(self.folder), ["a.toml"])

    def test_the_place_of_the_experiment_is_used_with_json_too(self):
        file = self.write("a.toml", SMALL["rate.discrete"] + '[output]\ndirectory = "here"\n')
        self.run_json(file)
        self.assertTrue(os.path.exists(self.path("here", "result.json")))

    def test_report_is_made_anew(self):
        file = self.write("a.toml", SMALL["rate.discrete"])
        self.limes("run", file, "--out", "run")
        with open(self.path("run", "report.html")) as page:
            before = page.read()
        os.remove(self.path("run", "report.html"))
        os.remove(self.path("run", "figures", "autocovariance.svg"))
        self.assertEqual(self.limes("report", "run").stdout, self.path("run", "report.html") + "\n")
        with open(self.path("run", "report.html")) as page:
            self.assertEqual(page.read(), before)
        self.assertTrue(os.path.exists(self.path("run", "figures", "autocovariance.svg")))

    def test_nothing_here_is_a_result(self):
        for system in SMALL:
            result = self.run_json("--set", f"system={system}", "--set", "coupling.deviation=0.5", "--quick")
            self.assertEqual(result["status"], "ok")
            variance = next(q for q in result["quantities"] if q["name"] == "variance")
            self.assertEqual(variance["theory"]["value"], 0)

    def test_quick_lowers_the_size(self):
        text = SMALL["rate.discrete"].replace("size = 40", "size = 100000")
        file = self.write("a.toml", text)
        self.assertLessEqual(self.run_json(file, "--quick")["parameters"]["network"]["size"], 1000)


if __name__ == "__main__":
    main()
