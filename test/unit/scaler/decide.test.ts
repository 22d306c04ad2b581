import assert from "node:assert/strict"
import { describe, test } from "node:test"
import type { WorkloadScaling } from "../../../app/contract/scaling.ts"
import { decide, recordChange } from "../../../app/scaler/decide.ts"
import type { ScalingState } from "../../../app/scaler/limit.ts"
import type { Observation } from "../../../app/scaler/observation.ts"

const quick = { percentPerMinute: 1000, afterSeconds: 0 }
const free: WorkloadScaling = {
  resource: "any",
  min: 1,
  max: 1000,
  signals: {},
  up: quick,
  down: { ...quick, percentPerMinute: 100 },
}

/** A first decision, without windows or rates that matter. */
function first(current: number, signals: WorkloadScaling["signals"], observation: Observation, more = {}) {
  return decide({ now: 0, current, observation, scaling: { ...free, signals, ...more }, state: undefined })
}

describe("one signal", () => {
  test("asks by its share of the target, rounded up, and by nothing within a tenth of it", () => {
    const cpu = (percent: number, replicas: number) =>
      first(replicas, { cpuPercent: 70 }, { cpuPercent: { percent, replicas } })
    assert.equal(cpu(140, 3).count, 6)
    assert.equal(cpu(78, 3).count, 4)
    assert.equal(cpu(76.9, 3).count, 3)
    assert.equal(cpu(63.1, 10).count, 10)
    assert.equal(cpu(62, 10).count, 9)
    assert.deepEqual(
      [0, 10, 109, 111, 400].map((queuedJobs) => first(10, { queuedJobs: 10 }, { queuedJobs }).count),
      [1, 1, 10, 12, 40],
    )
    assert.equal(first(2, { requestsPerSecond: 100 }, { requestsPerSecond: 0 }).count, 1)
  })

  test("takes silent replicas for idle on the way up, and for busy on the way down", () => {
    const memory = (percent: number, replicas: number, current: number) =>
      first(current, { memoryPercent: 80 }, { memoryPercent: { percent, replicas } }).count
    // 2 of 4 at 160 % of 80: 320 in all, and not 640.
    assert.equal(memory(160, 2, 4), 4)
    assert.equal(memory(240, 2, 4), 6)
    // 3 of 4 at 20 %, the fourth at 100 %: 160 in all is 2.
    assert.equal(memory(20, 3, 4), 2)
    // 3 of 4 at 70 % would ask for fewer, with the fourth at 100 % for about the same.
    assert.equal(memory(60, 3, 4), 4)
    // More report than are wanted: those that are about to go still carry load.
    assert.equal(memory(80, 6, 4), 4)
    assert.equal(memory(100, 6, 4), 8)
    assert.equal(memory(80, 1, 4), 4)
  })
})

describe("several signals", () => {
  const signals = { cpuPercent: 70, requestsPerSecond: 100 }

  test("the one that asks for most wins, and is named", () => {
    const low = { cpuPercent: { percent: 7, replicas: 4 } }
    const { count, reason } = first(4, signals, { ...low, requestsPerSecond: 900 })
    assert.deepEqual([count, reason], [9, "requestsPerSecond asks for 9"])
  })

  test("what is left of them may only ask for more", () => {
    const up = first(4, signals, { requestsPerSecond: 900 })
    assert.deepEqual([up.count, up.by], [9, "signals"])
    const down = first(4, signals, { requestsPerSecond: 100 })
    assert.deepEqual([down.count, down.by], [4, "missing"])
    assert.equal(down.reason, "cpuPercent could not be read, and the rest asks for fewer")
    const window = { down: { percentPerMinute: 10, afterSeconds: 300 } }
    const none = first(4, signals, { cpuPercent: { percent: 7, replicas: 0 } }, window)
    assert.deepEqual([none.count, none.by], [4, "missing"])
    assert.equal(none.reason, "no signal could be read: cpuPercent, requestsPerSecond")
    assert.deepEqual(none.state.recommendations, [{ at: 0, count: 4 }])
  })
})

describe("bounds", () => {
  const signals = { queuedJobs: 10 }

  test("a count outside is put back at once, whatever the windows say", () => {
    const slow = { percentPerMinute: 1, afterSeconds: 3600 }
    const more = { min: 2, max: 5, up: slow, down: slow }
    const high = first(9, signals, {}, more)
    assert.deepEqual([high.count, high.by, high.reason], [5, "bounds", "9 is above the most, 5"])
    const low = first(1, signals, {}, more)
    assert.deepEqual([low.count, low.by, low.reason], [2, "bounds", "1 is below the least, 2"])
  })

  test("0 where the least is more is a pause; where it is 0 it is a count", () => {
    const paused = first(0, signals, { queuedJobs: 500 }, { min: 1 })
    assert.deepEqual([paused.count, paused.by], [0, "pause"])
    // A share of nothing is nothing: the HPA would stay at 0 for good, KEDA starts one.
    const woken = first(0, signals, { queuedJobs: 500 }, { min: 0 })
    assert.deepEqual([woken.count, woken.reason], [1, "queuedJobs asks for 50; the rate allows 1"])
    assert.equal(first(0, signals, { queuedJobs: 0 }, { min: 0 }).count, 0)
    assert.equal(first(1, signals, { queuedJobs: 0 }, { min: 0 }).count, 0)
  })

  test("what the signals ask beyond them is said", () => {
    const { reason, count } = first(4, signals, { queuedJobs: 300 }, { max: 20 })
    assert.deepEqual([count, reason], [20, "queuedJobs asks for 30; the bounds allow 20"])
  })
})

describe("time", () => {
  const scaling: WorkloadScaling = {
    ...free,
    max: 100,
    signals: { queuedJobs: 10 },
    up: { percentPerMinute: 50, afterSeconds: 60 },
    down: { percentPerMinute: 10, afterSeconds: 300 },
  }

  test("a first decision takes the count it finds for what was asked for", () => {
    const given = { now: 1000, current: 10, scaling, state: undefined }
    const more = decide({ ...given, observation: { queuedJobs: 500 } })
    assert.deepEqual([more.count, more.reason], [10, "queuedJobs asks for 50; its window allows 10"])
    const less = decide({ ...given, observation: { queuedJobs: 0 } })
    assert.deepEqual([less.count, less.reason], [10, "queuedJobs asks for 0; its window allows 10"])
    assert.deepEqual(less.state.recommendations, [
      { at: 1000, count: 10 },
      { at: 1000, count: 0 },
    ])
  })

  test("a change counts against the rate for a minute", () => {
    const past: ScalingState = { recommendations: [], changes: [] }
    const moved = recordChange(past, { at: 0, from: 10, to: 15 })
    assert.deepEqual(moved.changes, [{ at: 0, by: 5 }])
    const ask = (now: number, current: number, state: ScalingState) =>
      decide({ now, current, state, scaling, observation: { queuedJobs: 900 } })
    assert.deepEqual(ask(59, 15, moved).reason, "queuedJobs asks for 90; the rate allows 15")
    assert.equal(ask(60, 15, moved).count, 23)
    // Of what went up and down only the difference counts.
    const back = recordChange(moved, { at: 30, from: 15, to: 12 })
    assert.equal(ask(59, 12, back).count, 15)
  })

  test("what no window asks for any more is forgotten", () => {
    const old: ScalingState = {
      recommendations: [
        { at: 0, count: 7 },
        { at: 101, count: 8 },
      ],
      changes: [
        { at: 340, by: 1 },
        { at: 341, by: 2 },
      ],
    }
    const { state } = decide({ now: 400, current: 8, observation: { queuedJobs: 80 }, scaling, state: old })
    assert.deepEqual(state, {
      recommendations: [
        { at: 101, count: 8 },
        { at: 400, count: 8 },
      ],
      changes: [{ at: 341, by: 2 }],
    })
  })
})
