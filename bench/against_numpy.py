"""What limes gains over the numpy scripts of the field: the same work done by both, in turns, as ratios.

    python3 bench/against_numpy.py path/to/limes [--rounds 3]

needs numpy. Prints `ratio NAME VALUE` lines: time of numpy / time of limes; above 1 = limes is faster. Both results are
compared first, so that nobody is fast by being wrong.
"""

import argparse
import json
import subprocess
import sys
import time

import numpy as np


def limes(command, side, settings):
    """The result of one side of `limes run` on these settings, nothing written."""
    arguments = [command, "run", "--json", "--only", side]
    for setting in settings:
        arguments += ["--set", setting]
    return json.loads(subprocess.run(arguments, check=True, capture_output=True, text=True).stdout)


def quantity(result, name, side):
    for entry in result["quantities"]:
        if entry["name"] == name and entry.get(side):
            return entry[side]["value"]
    raise SystemExit(f"limes gave no {name}")


def numpy_spectrum(size, gain, steps, transient, rng):
    """All Lyapunov exponents of u <- J tanh(g u): one product and one QR per step, as every script has it."""
    coupling = rng.standard_normal((size, size)) / np.sqrt(size)
    state = rng.standard_normal(size)
    for _ in range(50):
        state = coupling @ np.tanh(gain * state)
    frame = np.linalg.qr(rng.standard_normal((size, size)))[0]
    growth = np.zeros(size)
    for step in range(transient + steps):
        output = np.tanh(gain * state)
        slope = gain * (1.0 - output**2)
        frame, upper = np.linalg.qr(coupling @ (slope[:, None] * frame))
        if step >= transient:
            growth += np.log(np.abs(np.diag(upper)))
        state = coupling @ output
    return growth / steps


def numpy_two_time(gain, leak, deviation, variance, horizon):
    """The two-time theory of note 4.1 with a 32 x 32 Gauss-Hermite rule for E f(u(t)) f(u(s))."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(32)
    weights = weights / weights.sum()
    covariance = np.zeros((horizon + 1, horizon + 1))
    covariance[0, 0] = variance
    for t in range(horizon):
        earlier = np.diag(covariance)[: t + 1]
        deviations = np.sqrt(earlier)
        rho = np.clip(covariance[t, : t + 1] / (deviations * deviations[t]), -1.0, 1.0)
        rest = np.sqrt(1.0 - rho**2)
        now = np.tanh(gain * deviations[t] * nodes) * weights
        then = np.tanh(
            gain * deviations[:, None, None] * (rho[:, None, None] * nodes[:, None] + rest[:, None, None] * nodes)
        )
        field = deviation**2 * np.einsum("i,sij,j->s", now, then, weights)
        with_field = 0.0
        for s in range(t + 1):
            covariance[t + 1, s] = covariance[s, t + 1] = leak * covariance[t, s] + with_field
            if s < t:
                with_field = leak * with_field + field[s]
        with_field = covariance[t + 1, t] - leak * covariance[t, t]
        covariance[t + 1, t + 1] = leak * (leak * covariance[t, t] + 2.0 * with_field) + field[t]
    return covariance


def compare_spectrum(command, rounds):
    size, gain, steps, transient = 500, 3.0, 60, 50
    settings = [
        "system=rate.discrete", f"network.size={size}", f"network.gain={gain}", "simulation.exponents=all",
        "simulation.realisations=1", f"simulation.transient={transient}", f"simulation.steps={steps}",
    ]  # fmt: skip
    times = {"numpy": [], "limes": []}
    for index in range(rounds):
        start = time.perf_counter()
        growth = numpy_spectrum(size, gain, steps, transient, np.random.default_rng(index))
        times["numpy"].append(time.perf_counter() - start)
        result = limes(command, "simulation", settings)
        times["limes"].append(result["seconds"]["simulation"])
        entropy = growth[growth > 0].sum() / size
        other = quantity(result, "entropy_rate", "simulation")
        if abs(entropy - other) > 0.2 * entropy:  # one network of 500 and 60 steps: about 5 % each
            raise SystemExit(f"entropy rates differ: numpy {entropy:.4f}, limes {other:.4f}")
    print(f"ratio lyapunov_spectrum_over_numpy/{size} {min(times['numpy']) / min(times['limes']):.3g}")


def compare_two_time(command, rounds):
    horizon = 300
    settings = [
        "system=rate.discrete", "network.leak=0.5", "coupling.deviation=0.8", "initial.variance=0.5",
        "theory.kind=two_time", f"theory.horizon={horizon}",
    ]  # fmt: skip
    times = {"numpy": [], "limes": []}
    for _ in range(rounds):
        start = time.perf_counter()
        covariance = numpy_two_time(1.0, 0.5, 0.8, 0.5, horizon)
        times["numpy"].append(time.perf_counter() - start)
        result = limes(command, "theory", settings)
        times["limes"].append(result["seconds"]["theory"])
        curve = next(c for c in result["curves"] if c["name"] == "variance_trajectory")
        if abs(curve["theory"][horizon] - covariance[horizon, horizon]) > 1e-4:  # what 32 nodes can do
            raise SystemExit("the two theories differ")
    print(f"ratio two_time_over_numpy/{horizon} {min(times['numpy']) / min(times['limes']):.3g}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("limes")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    compare_two_time(arguments.limes, arguments.rounds)
    compare_spectrum(arguments.limes, arguments.rounds)


if __name__ == "__main__":
    sys.exit(main())
