"""limes converge: its messages, its table, its entries; that a killed study ends with the same bits."""

import json
import os
import signal
import subprocess
import time
import unittest

from driver import LIMES, SMALL, CommandLineTest, main, reproducible


class Converge(CommandLineTest):
    def converge(self, *arguments, status=0):
        return json.loads(self.limes("converge", *arguments, "--json", status=status).stdout)

    def test_entries(self):
        text = SMALL["rate.discrete"].replace("realisations = 3", "realisations = 8")
        file = self.write("a.toml", text.replace("gain = 1.5", "gain = 0.8"))
        result = self.converge(file, "--over", "network.size=50,100,200,400")
        entries = {(entry["name"], entry.get("branch")): entry for entry in result["convergence"]}
        variance = entries[("variance", "fluctuating-0")]
        for key in ("difference", "standard_error", "sizes", "samples", "theory"):
            self.assertEqual(len(variance[key]), 4)
        for key in ("limit", "limit_error", "slope", "slope_error", "spread_power", "spread_power_error"):
            self.assertIsInstance(variance[key], float)
        # Mean-field theory is exact here: the limits are zero, and deviations between networks fall as the root of N
        # (five errors).
        self.assertIn(variance["verdict"], ("agree", "finite_size"))
        self.assertLess(abs(variance["spread_power"] + 0.5), 5 * variance["spread_power_error"])
        point = result["sizes"]["points"][1]
        run = self.run_json(file, "--set", "network.size=100", "--seed", str(point["seed"]))
        entry = next(entry for entry in run["quantities"] if entry["name"] == "variance")
        self.assertEqual(variance["difference"][1], entry["simulation"]["value"] - entry["theory"]["value"])

    def test_table_and_folder(self):
        file = self.write("a.toml", SMALL["rate.discrete"])
        done = self.limes("converge", file, "--over", "network.size=30,60,120", "--out", "c")
        self.assertIn("limit a", done.stdout)
        self.assertTrue(os.path.exists(self.path("c", "report.html")))
        self.assertTrue(any(name.startswith("convergence-variance") for name in os.listdir(self.path("c", "figures"))))

    def test_populations(self):
        file = self.write("a.toml", SMALL["rate.discrete"].replace("size = 40", "size = [40, 10]"))
        result = self.converge(file, "--over", "network.size=50,100")
        self.assertEqual([point["value"] for point in result["sizes"]["points"]], ["[40,10]", "[80,20]"])
        components = [entry["component"] for entry in result["convergence"] if entry["name"] == "variance"]
        self.assertEqual(components, [0, 1])

    def test_bad_input(self):
        file = self.write("a.toml", SMALL["rate.discrete"])
        for over, message in (("network.size=100", "at least two sizes"),
                              ("network.size=0,100", "0 is no size"),
                              ("network.sise=50,100", "did you mean 'network.size'?"),
                              ("network.size=10.5,20", "at network.size = 10.5"),
                              ("network.gain=1,2,3", "--over network.gain: this is no size")):
            done = self.limes("converge", file, "--over", over, status=2)
            self.assertIn(message, done.stderr)
            self.assertEqual(done.stdout, "")
        self.assertIn("one --over", self.limes("converge", file, status=2).stderr)

    def test_killed(self):
        file = self.write("a.toml", SMALL["rate.discrete"].replace("steps = 120", "steps = 4000"))
        command = ["converge", file, "--over", "network.size=50,100,200,300"]
        expected = self.converge(file, "--over", "network.size=50,100,200,300")
        process = subprocess.Popen([LIMES, *command, "--out", "killed", "--threads", "1"], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, cwd=self.folder)
        folder = self.path("killed.partial", "checkpoints")
        while process.poll() is None:
            if os.path.exists(os.path.join(folder, "point%201")):
                process.send_signal(signal.SIGKILL)
                break
            time.sleep(0.002)
        process.communicate()
        self.assertEqual(process.returncode, -signal.SIGKILL, "the study ended before it could be killed")
        self.limes(*command, "--out", "killed")
        with open(self.path("killed", "result.json")) as stream:
            self.assertEqual(reproducible(json.load(stream)), reproducible(expected))


if __name__ == "__main__":
    main()
