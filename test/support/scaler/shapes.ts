import type { WorkloadScaling } from "../../../app/contract/scaling.ts"

/**
 * The load of a workload over time: totals, whatever the count. Drawn by hand and kept as data; none was measured on a
 * running stack.
 */
export interface Shape {
  readonly name: string
  readonly title: string
  /** What the load counts, for the axis. */
  readonly unit: string
  readonly scaling: WorkloadScaling
  readonly start: number
  readonly minutes: number
  /** Minute and load; between two of them the load moves evenly. */
  readonly load: readonly (readonly [minute: number, load: number])[]
  /** How the load shows: as requests, as jobs that wait, or as the CPU of the replicas that share it. */
  readonly as: "requestsPerSecond" | "queuedJobs" | "cpuPercent"
  /** From minute to minute nothing can be read. */
  readonly blind?: readonly [from: number, to: number]
}

const rates = {
  up: { percentPerMinute: 50, afterSeconds: 60 },
  down: { percentPerMinute: 10, afterSeconds: 300 },
}

/** The guide's figures for the api and the worker, with room above for the shapes to show. */
const api: WorkloadScaling = { resource: "api", min: 2, max: 20, signals: { requestsPerSecond: 100 }, ...rates }
const worker: WorkloadScaling = { resource: "worker", min: 1, max: 10, signals: { queuedJobs: 10 }, ...rates }
const busy: WorkloadScaling = { ...api, signals: { cpuPercent: 70 } }

/** Requests a second, every half minute: uneven around 600, and never far from it for a whole window. */
const noise = [
  612, 588, 571, 640, 655, 597, 603, 548, 530, 622, 668, 701, 594, 579, 610, 633, 541, 502, 575, 619, 647, 688, 603,
  556, 589, 571, 634, 662, 590, 518, 533, 607, 645, 613, 598, 577, 621, 659, 704, 640, 588, 545, 561, 602, 618, 593,
  570, 629, 651, 606, 584, 539, 527, 598, 643, 672, 615, 587, 566, 609, 631, 648, 592, 553, 574, 620, 641, 603, 582,
  611, 637, 660, 599, 547, 536, 591, 628, 653, 617, 580, 563, 605, 624, 646, 601, 572, 559, 613, 639, 595,
]

export const shapes: readonly Shape[] = [
  {
    name: "step",
    title: "A step up and down",
    unit: "requests/s",
    scaling: api,
    start: 2,
    minutes: 60,
    as: "requestsPerSecond",
    load: [
      [0, 180],
      [5, 180],
      [5, 1500],
      [25, 1500],
      [25, 180],
      [60, 180],
    ],
  },
  {
    name: "ramp",
    title: "A ramp, by CPU",
    unit: "% of a replica",
    scaling: busy,
    start: 2,
    minutes: 60,
    as: "cpuPercent",
    load: [
      [0, 110],
      [5, 110],
      [30, 1000],
      [35, 1000],
      [55, 110],
      [60, 110],
    ],
  },
  {
    name: "spike",
    title: "Spikes shorter and longer than the window",
    unit: "requests/s",
    scaling: api,
    start: 3,
    minutes: 45,
    as: "requestsPerSecond",
    load: [
      [0, 300],
      [5, 300],
      [5, 1800],
      [5.75, 1800],
      [5.75, 300],
      [15, 300],
      [15, 1800],
      [18, 1800],
      [18, 300],
      [45, 300],
    ],
  },
  {
    name: "day",
    title: "A day in four hours",
    unit: "requests/s",
    scaling: api,
    start: 2,
    minutes: 240,
    as: "requestsPerSecond",
    load: [
      [0, 90],
      [50, 60],
      [75, 420],
      [95, 1100],
      [120, 1250],
      [140, 980],
      [160, 1150],
      [185, 640],
      [215, 260],
      [240, 110],
    ],
  },
  {
    name: "noise",
    title: "Noise around what six replicas carry",
    unit: "requests/s",
    scaling: api,
    start: 6,
    minutes: noise.length / 2 - 0.5,
    as: "requestsPerSecond",
    load: noise.map((load, index) => [index / 2, load] as const),
  },
  {
    name: "outage",
    title: "Jobs, and no figures for ten minutes",
    unit: "waiting jobs",
    scaling: worker,
    start: 1,
    minutes: 60,
    as: "queuedJobs",
    load: [
      [0, 4],
      [5, 4],
      [8, 75],
      [18, 75],
      [20, 0],
      [60, 0],
    ],
    blind: [19, 29],
  },
]
