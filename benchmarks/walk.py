"""How long a step of the walk takes: `python -m benchmarks.walk`.

Forty steps forwards from the start, one after the other: the script's own time, and until the next frame is painted.
"""

from __future__ import annotations

from benchmarks.browser import browser, served, summary

STEPS = """
const done = arguments[0];
const { walk } = emlab;
const steps = [];
walk.go(0);
const step = () => {
  const start = performance.now();
  walk.go(walk.state.place + 2);
  const script = performance.now() - start;
  requestAnimationFrame(() => {
    const painted = new MessageChannel();
    painted.port1.onmessage = () => {
      steps.push([script, performance.now() - start]);
      steps.length < 40 ? requestAnimationFrame(step) : done(steps);
    };
    painted.port2.postMessage(0);
  });
};
setTimeout(step, 1000);
"""

RUN = """
const [n, done] = arguments;
const box = document.getElementById("n-box");
Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(box, n);
box.dispatchEvent(new Event("input", { bubbles: true }));
document.getElementById("run-button").click();
setTimeout(done, 3000);
"""


def main() -> None:
    """Print median and range of each size."""
    print("| N | a step's script, ms: median (range) | to the painted frame, ms |")
    print("|---|---|---|")
    with served() as address, browser(address) as page:
        page.find_element("id", "tab-run").click()
        for n in (1000, 10_000):
            page.execute_async_script(RUN, str(n))
            script, painted = zip(*page.execute_async_script(STEPS), strict=True)
            print(f"| {n:,} | {summary(script)} | {summary(painted)} |", flush=True)


if __name__ == "__main__":
    main()
