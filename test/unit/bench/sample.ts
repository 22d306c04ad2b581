import { ours, theirs } from "../../bench/methods.ts"
import { stacks } from "../../bench/plan.ts"
import { shapes } from "../../bench/problems.ts"
import type { Results } from "../../bench/results.ts"
import { sizes } from "../../bench/solve.ts"

const same = (value: number) => ({ median: value, min: value, max: value })

/** Results in which every goal is met. */
export const sample: Results = {
  machine: { processor: "p", cores: 2, memoryGibibytes: 8, system: "s", load: 0, versions: { node: "1" } },
  python: { versions: { python: "3" } },
  solve: sizes.flatMap(({ channels }) =>
    shapes.map((shape) => ({
      channels,
      shape,
      methods: [
        ...ours.filter((method) => method.shape === shape && channels <= method.most),
        ...theirs.filter((method) => method.shapes.includes(shape)),
      ].map(({ name }, index) => ({
        name,
        asked: 2,
        solved: 2,
        failures: [],
        time: same(1),
        ...(index > 0 ? { ratio: same(6000) } : {}),
        gap: same(0),
        off: 0,
        certified: 0,
      })),
    })),
  ),
  http: {
    cores: "c",
    throughput: [5, 20].flatMap((channels) =>
      (["plain", "stored", "peer"] as const).map((server) => ({
        server,
        channels,
        perSecond: same(1),
        p50: 1,
        p99: 1,
        requests: 1,
        failed: 0,
        ...(server === "peer" ? {} : { ratio: same(50) }),
      })),
    ),
    steady: (
      [
        ["plain", "concave"],
        ["stored", "concave"],
        ["plain", "S-shaped"],
        ["stored", "S-shaped"],
        ["peer", "concave"],
      ] as const
    ).map(([server, shape]) => ({
      server,
      shape,
      channels: 20,
      rate: 100,
      p50: 1,
      p99: 2,
      max: 3,
      requests: 4,
      failed: 0,
    })),
    loop: { channels: 1000, solved: 1, seconds: 1, delayP99: 11, probeP99: 1, probes: 1 },
    memory: { idle: 110, steady: 200, full: 600 },
  },
  image: { layer: { bytes: 10e6, compressed: 3e6 }, ready: same(400), counted: same(60), resident: same(110) },
  plan: stacks.map((stack) => ({ stack, seconds: same(1) })),
}

/** The same where there is no Docker. */
export const withoutImage = (results: Results): Results => ({ ...results, image: { missing: "there is no Docker" } })

/** The same where there is no Python: no peers, and nothing to be compared with them. */
export function withoutPeers({ solve, http, ...rest }: Results): Results {
  const names = theirs.map(({ name }) => name)
  return {
    ...rest,
    python: { missing: "none" },
    solve: solve.map((cell) => ({ ...cell, methods: cell.methods.filter(({ name }) => !names.includes(name)) })),
    http: {
      ...http,
      throughput: http.throughput.flatMap(({ ratio: _, ...one }) => (one.server === "peer" ? [] : [one])),
      steady: http.steady.filter(({ server }) => server !== "peer"),
    },
  }
}
