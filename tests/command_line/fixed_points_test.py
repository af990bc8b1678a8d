"""rate.fixed_points from outside: theory, counts, given and trained networks, odd corners, refusals, resuming."""

import io
import os
import signal
import struct
import time
import unittest
import zipfile

from driver import RefusalTest, main, reproducible

SMALL = """system = "rate.fixed_points"
title = "small"
seed = 3
[network]
size = 12
[coupling]
deviation = 3.0
[theory]
samples = 2000
[simulation]
realisations = 6
duration = 60.0
transient = 20.0
"""


def npy(rows, columns, values, dtype="<f8"):
    shape = f"({rows}, {columns})" if columns else f"({rows},)"
    header = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}"
    header += " " * (63 - (10 + len(header)) % 64) + "\n"
    code = {"<f8": "d", "<f4": "f"}[dtype]
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + struct.pack(
        f"<{len(values)}{code}", *values)


def npz(arrays, method=zipfile.ZIP_DEFLATED):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        for name, bytes_ in arrays.items():
            with archive.open(name + ".npy", "w", force_zip64=True) as member:  # as numpy writes
                member.write(bytes_)
    return content.getvalue()


# Two neurons that excite themselves twice: x = 2 tanh x has the solutions 0 and +-1.915.
TWO = npy(2, 2, [2.0, 0.0, 0.0, 2.0])


class FixedPoints(RefusalTest):
    HEAD = 'system = "rate.fixed_points"\n'

    def quantities(self, *arguments):
        result = self.run_json(*arguments)
        return {q["name"]: q for q in result["quantities"]}, result

    def theory(self, *settings):
        file = self.write("t.toml", self.HEAD)
        arguments = [part for setting in ("theory.samples=0", *settings) for part in ("--set", setting)]
        quantities, result = self.quantities(file, "--only", "theory", *arguments)
        return {name: q["theory"]["value"] for name, q in quantities.items()}, result

    def test_gain_and_activity_only_change_units(self):
        plain, _ = self.theory("coupling.deviation=3", "network.field_variance=0.2")
        scaled, _ = self.theory("coupling.deviation=1.5", "network.gain=2", "network.field_variance=0.05")
        for name in ("complexity", "output_second_moment", "jacobian_radius", "unstable_fraction", "lyapunov_exponent"):
            self.assertAlmostEqual(plain[name], scaled[name], 9, name)
        for name in ("state_second_moment", "dynamics_second_moment", "critical_field_variance"):
            self.assertAlmostEqual(plain[name], 4 * scaled[name], 7, name)
        activity, _ = self.theory("coupling.deviation=3", "network.field_variance=0.2", "network.form=activity")
        self.assertAlmostEqual(activity["state_second_moment"], plain["output_second_moment"], 9)

    def test_nothing_there_is_a_result(self):
        for settings, count in ((("coupling.deviation=1",), 0), (("coupling.deviation=0.7",), 0),
                                (("coupling.deviation=0.7", "network.field_variance=0.4"), 1),
                                (("coupling.deviation=2", "network.field_variance=9"), 1),
                                (("coupling.deviation=0", "network.field_variance=1"), 1)):
            values, result = self.theory(*settings)
            self.assertEqual(result["status"], "ok")
            self.assertEqual(values["complexity"], 0)
            self.assertEqual(values["fixed_point_count"], count)
            self.assertEqual(any("quiescent" in warning for warning in result["warnings"]), count == 0)
        quantities, _ = self.quantities(self.write("a.toml", SMALL), "--set", "coupling.deviation=0.1")
        self.assertEqual(quantities["fixed_point_count"]["simulation"]["value"], 0)
        self.assertEqual(quantities["coverage"]["simulation"]["value"], 1)

    def test_search_agrees_with_the_theory_of_this_size(self):
        quantities, result = self.quantities(self.write("a.toml", SMALL), "--set", "simulation.realisations=24")
        self.assertEqual(quantities["fixed_point_count"]["verdict"], "agree")
        self.assertEqual(quantities["index_sum"]["simulation"], {**quantities["index_sum"]["simulation"], "value": 1})
        self.assertGreater(quantities["coverage"]["simulation"]["value"], 0.99)
        self.assertEqual({c["name"] for c in result["curves"]} & {"component_density", "radial_spectrum", "shell_histogram"},
                         {"component_density", "radial_spectrum", "shell_histogram"})

    def test_threads_do_not_change_a_bit(self):
        file = self.write("a.toml", SMALL)
        one = self.run_json(file, "--threads", "1")
        self.assertEqual(reproducible(one), reproducible(self.run_json(file, "--threads", "3")))

    def test_trained_network_from_an_archive(self):
        self.write("stored.npz", npz({"W": TWO, "b": npy(2, 0, [0.0, 0.0], "<f4")}, zipfile.ZIP_STORED))
        self.write("packed.npz", npz({"W": TWO, "b": npy(2, 0, [0.3, 0.0])}))
        self.write("only.npz", npz({"W": TWO}))
        for name in ("stored.npz:/W", "only.npz"):
            text = SMALL.replace("size = 12\n", "").replace("deviation = 3.0", f'file = "{name}"')
            file = self.write("given.toml", text.replace("[theory]\nsamples = 2000\n", "").replace("realisations = 6\n", ""))
            quantities, result = self.quantities(file)
            self.assertEqual(quantities["fixed_point_count"]["simulation"]["value"], 8)
            self.assertNotIn("theory", quantities["fixed_point_count"])
            # 4 points with both at 1.915, 4 with one
            mean = 1.9150080481545 ** 2 * (4 * 1.0 + 4 * 0.5) / 8
            self.assertAlmostEqual(quantities["state_second_moment"]["simulation"]["value"], mean, 10)
            self.assertTrue(any("no ensemble theory" in warning for warning in result["warnings"]))
        # With a bias: three solutions of x = 2 tanh x + 0.3 times three of x = 2 tanh x.
        quantities, _ = self.quantities(file, "--set", "coupling.file=packed.npz:/W", "--set",
                                        "network.bias=packed.npz:/b", "--set", "network.form=activity")
        self.assertEqual(quantities["fixed_point_count"]["simulation"]["value"], 9)
        self.assertLess(quantities["state_second_moment"]["simulation"]["value"], 1)  # of r = tanh x
        self.assertEqual(quantities["index_sum"]["simulation"]["value"], 1)

    def test_one_portable_draw(self):
        file = self.write("p.toml", SMALL.replace("[coupling]", '[coupling]\ngenerator = "portable"')
                          .replace("realisations = 6\n", ""))
        for settings in ((), ("--set", "network.field_variance=0.2"), ("--set", "simulation.precision=single"),
                         ("--set", "coupling.seed=5", "--set", "simulation.realisations=2"), ("--quick",)):
            quantities, result = self.quantities(file, *settings)
            entry = quantities["fixed_point_count"]
            self.assertEqual(entry["branch"], "ensemble")
            # One network says nothing about the mean over networks, whichever error its limit states.
            verdicts = {e["verdict"] for e in result["quantities"] + result["curves"] if "verdict" in e}
            self.assertEqual(verdicts, {"not_applicable"})
            self.assertEqual(quantities["index_sum"]["simulation"]["value"], 1)

    def test_bad_input(self):
        for text, says in (
                ("[network]\ntransfer = \"relu\"\n", "odd sigmoids of slope 1"),
                ("[network]\nfield_variance = -1\n", "network.field_variance"),
                ("[network]\nsize = 0\n", "network.size"),
                ("[coupling]\nmean = 1\n", "coupling.mean"),
                ("[coupling]\ndeviation = inf\n", "coupling.deviation"),
                ("[network]\nbias_values = [1]\n", ("random couplings", "network.field_variance")),
                ("[network]\nfield_variance = 1\n[coupling]\nvalues = [[2]]\n", "network.bias_values"),
                ("[network]\nbias_values = [1, 2]\n[coupling]\nvalues = [[2]]\n", "2 values but the network has 1"),
                ("[theory]\nsamples = 10\n[coupling]\nvalues = [[2]]\n", "theory.samples"),
                ("[network]\nsize = 3\n[coupling]\nvalues = [[2]]\n", "network.size is 3"),
                ("[simulation]\ncoverage = 1\n", "simulation.coverage"),
                ("[network]\nfieldvariance = 1\n", "network.field_variance")):
            self.refused_text(self.HEAD + text, says=says)

    def test_damaged_archives(self):
        whole = npz({"W": TWO, "b": npy(2, 0, [1.0, 2.0])})
        broken = bytearray(whole)
        broken[whole.index(b"PK\x01\x02") + 16] ^= 1  # the check sum of W
        for content, says in ((whole, "holds 2 arrays"), (whole[:60], "no table of contents"),
                              (whole[:len(whole) // 2] + whole[-60:], "NPZ")):
            self.refused_matrix("w.npz", content, says=says)
        self.write("w.npz", bytes(broken))
        self.refused_text(self.HEAD + '[coupling]\nfile = "w.npz:/W"\n', says="check sum of 'W'")
        self.write("w.npz", whole)
        self.refused_text(self.HEAD + '[coupling]\nfile = "w.npz:/V"\n', says=("no array 'V'", "W, b"))

    def test_a_killed_run_goes_on(self):
        text = SMALL.replace("size = 12", "size = 40").replace("realisations = 6", "realisations = 8\nlines = 0")
        file = self.write("long.toml", text)
        whole = self.run_json(file, "--out", "whole")
        running = self.start("run", file, "--out", "cut")
        deadline = time.time() + 60
        while time.time() < deadline and running.poll() is None:
            time.sleep(0.5)
            if sum("finished" in name for _, _, names in os.walk(self.folder) for name in names) >= 2:
                break
        if running.poll() is None:
            running.send_signal(signal.SIGKILL)
        running.communicate()
        again = self.run_json(file, "--out", "cut")
        self.assertEqual(reproducible(whole), reproducible(again))


if __name__ == "__main__":
    main()
