"""How long a step of the walk takes, and a move of a start's slider: `python -m benchmarks.walk`.

Forty steps forwards from the start, one after the other, and forty moves: the time of the script, and until the frame
after it is painted. Then a run of thousands of iterations is played: the time between one frame and the next.
"""

from __future__ import annotations

from benchmarks.browser import PAINTED, SET, browser, served
from benchmarks.report import header, row, summary

STEPS = f"""
const done = arguments[0];
const {{ runState, walk }} = emlab;
const steps = [];
{PAINTED}
walk.go(0);
const step = () => {{
  const start = performance.now();
  walk.go(runState.state.place + 2);
  const script = performance.now() - start;
  painted(() => {{
    steps.push([script, performance.now() - start]);
    steps.length < 40 ? requestAnimationFrame(step) : done(steps);
  }});
}};
setTimeout(step, 1000);
"""

MOVES = f"""
const done = arguments[0];
const moves = [];
{SET}
{PAINTED}
const move = () => {{
  const start = performance.now();
  set("start_lambda0-slider", 0.1 + 0.01 * moves.length);
  const script = performance.now() - start;
  painted(() => {{
    moves.push([script, performance.now() - start]);
    moves.length < 40 ? requestAnimationFrame(move) : done(moves);
  }});
}};
set("start_lambda0-slider", 0.1); // the first one draws another result
setTimeout(move, 1000);
"""

RUN = f"""
const [n, done] = arguments;
{SET}
set("n-box", n);
document.getElementById("run-button").click();
setTimeout(done, 3000);
"""


PLAY = """
const done = arguments[0];
const { runState } = emlab;
const press = (id) => document.getElementById(id).click();
const isAtEnd = () => runState.state.result?.fitted && runState.state.place === runState.end();
const when = (condition, action) => (condition() ? action() : setTimeout(() => when(condition, action), 200));
const gaps = [];
press("preset-overlap");
const play = () => {
  press("walk-play");
  let before = null;
  const frame = (now) => {
    if (before !== null) gaps.push(now - before);
    before = now;
    isAtEnd() ? done([runState.state.result.log_likelihood.length - 1, gaps]) : requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
};
setTimeout(() => {
  press("run-button");
  when(isAtEnd, () => setTimeout(play, 2000));
}, 2000);
"""


def main() -> None:
    """Print median and range of each size."""
    print(header("N", "what", "its script, ms: median (range)", "to the painted frame, ms"))
    with served() as address, browser(address) as page:
        page.find_element("id", "tab-run").click()
        for n in (1000, 10_000):
            page.execute_async_script(RUN, n)
            for what, code in (("step", STEPS), ("move of a start", MOVES)):
                script, painted = zip(*page.execute_async_script(code), strict=True)
                print(row(f"{n:,}", what, summary(script), summary(painted)), flush=True)
        iterations, gaps = page.execute_async_script(PLAY)
        print(row(f"{iterations:,} iterations", "play: from frame to frame", "", summary(gaps)))


if __name__ == "__main__":
    main()
