import assert from "node:assert/strict"
import { describe, test } from "node:test"
import fc from "fast-check"
import type { WorkloadScaling } from "../../../app/contract/scaling.ts"
import type { Observation } from "../../../app/scaler/observation.ts"
import { shapes } from "../../support/scaler/shapes.ts"
import { hpaRounds, periodSeconds, type Round, scalerRounds, simulate } from "../../support/scaler/simulate.ts"

describe("recorded load shapes", () => {
  for (const shape of shapes) {
    test(`${shape.title}: the same counts as the HPA, round for round`, () => {
      const scaler = simulate(shape, scalerRounds(shape)).map(({ count }) => count)
      const hpa = simulate(shape, hpaRounds(shape)).map(({ count }) => count)
      assert.deepEqual(scaler, hpa)
      assert.equal(scaler.length, Math.floor((shape.minutes * 60) / periodSeconds) + 1)
    })
  }

  /** Counts at whole minutes of a shape. */
  const at = (name: string, ...minutes: number[]) => {
    const shape = shapes.find((one) => one.name === name)
    assert.ok(shape)
    const steps = simulate(shape, scalerRounds(shape))
    return minutes.map((minute) => steps[(minute * 60) / periodSeconds]?.count)
  }

  test("a step is followed up by half each minute after one, and down by a tenth after five", () => {
    // 1500 requests a second are 15 replicas. Of 2 a half is 1, of 3 a half is 1.5, rounded up. The window of a minute
    // holds the round at its end and not the one at its beginning, so it is full after three periods.
    assert.deepEqual(at("step", 5, 5.75, 6, 7, 8, 9, 10, 11, 25), [2, 2, 3, 5, 8, 12, 15, 15, 15])
    // Of 15 a tenth is 1.5: 13.5 is rounded down.
    assert.deepEqual(at("step", 29.75, 30.25, 31.25, 32.25), [15, 13, 11, 9])
    assert.deepEqual(at("step", 60), [2])
  })

  test("a spike shorter than the window moves nothing, a longer one does", () => {
    assert.deepEqual(at("spike", 6, 14, 15.75), [3, 3, 3])
    assert.deepEqual(at("spike", 16.25, 17.25, 18), [5, 8, 12])
  })

  test("noise around a target moves nothing once what it first asked for has settled", () => {
    const shape = shapes.find(({ name }) => name === "noise")
    assert.ok(shape)
    const counts = new Set(simulate(shape, scalerRounds(shape)).map(({ count }) => count))
    assert.deepEqual([...counts], [6])
  })

  test("while nothing can be read the count stays", () => {
    const counts = at("outage", 19, 20, 22, 25, 29)
    assert.equal(new Set(counts).size, 1)
    assert.ok(Number(counts[0]) > 1)
    assert.deepEqual(at("outage", 60), [1])
  })
})

/** A workload, how it starts, and what is read in each round. */
const generated = fc
  .record({
    min: fc.integer({ min: 1, max: 5 }),
    room: fc.integer({ min: 0, max: 30 }),
    startAt: fc.double({ min: 0, max: 1, noNaN: true }),
    up: fc.record({
      percentPerMinute: fc.integer({ min: 1, max: 300 }),
      afterSeconds: fc.integer({ min: 0, max: 240 }),
    }),
    down: fc.record({
      percentPerMinute: fc.integer({ min: 1, max: 100 }),
      afterSeconds: fc.integer({ min: 0, max: 600 }),
    }),
    signals: fc
      .record(
        {
          cpuPercent: fc.integer({ min: 10, max: 100 }),
          memoryPercent: fc.integer({ min: 10, max: 100 }),
          requestsPerSecond: fc.integer({ min: 1, max: 500 }),
          queuedJobs: fc.integer({ min: 1, max: 50 }),
        },
        { requiredKeys: [] },
      )
      .filter((signals) => Object.keys(signals).length > 0),
    rounds: fc.array(
      fc.record({
        cpu: fc.option(
          fc.record({ percent: fc.integer({ min: 0, max: 200 }), silent: fc.integer({ min: 0, max: 3 }) }),
        ),
        memory: fc.option(
          fc.record({ percent: fc.integer({ min: 0, max: 100 }), silent: fc.integer({ min: -2, max: 2 }) }),
        ),
        requestsPerSecond: fc.option(fc.integer({ min: 0, max: 8000 })),
        queuedJobs: fc.option(fc.integer({ min: 0, max: 800 })),
      }),
      { minLength: 1, maxLength: 60 },
    ),
  })
  .map(({ min, room, startAt, rounds, ...rest }) => {
    const scaling: WorkloadScaling = { resource: "any", min, max: min + room, ...rest }
    return { scaling, start: min + Math.round(startAt * room), rounds }
  })

type Rounds = typeof generated extends fc.Arbitrary<infer T> ? T : never

function observationOf(round: Rounds["rounds"][number], count: number): Observation {
  const { cpu, memory, requestsPerSecond, queuedJobs } = round
  const used = (one: { percent: number; silent: number }) => ({
    percent: one.percent,
    replicas: Math.max(0, count - one.silent),
  })
  return {
    ...(cpu === null ? {} : { cpuPercent: used(cpu) }),
    ...(memory === null ? {} : { memoryPercent: used(memory) }),
    ...(requestsPerSecond === null ? {} : { requestsPerSecond }),
    ...(queuedJobs === null ? {} : { queuedJobs }),
  }
}

/** The counts before and after each round. */
function run({ start, rounds }: Rounds, round: Round): number[] {
  const counts = [start]
  for (const [index, one] of rounds.entries()) {
    const current = counts.at(-1) ?? start
    counts.push(round(index * periodSeconds, current, observationOf(one, current)))
  }
  return counts
}

describe("whatever the load", () => {
  test("the counts are the HPA's", () => {
    fc.assert(
      fc.property(generated, (given) => {
        assert.deepEqual(run(given, scalerRounds(given)), run(given, hpaRounds(given)))
      }),
      { numRuns: 2000 },
    )
  })

  test("the count stays within its bounds, from wherever it starts", () => {
    fc.assert(
      fc.property(generated, fc.integer({ min: 1, max: 100 }), (given, start) => {
        const [, ...counts] = run({ ...given, start }, scalerRounds(given))
        const { min, max } = given.scaling
        assert.ok(counts.every((count) => count >= min && count <= max))
      }),
      { numRuns: 500 },
    )
  })

  test("in no minute does it move further than its rates", () => {
    fc.assert(
      fc.property(generated, (given) => {
        const counts = run(given, scalerRounds(given))
        const { up, down } = given.scaling
        for (const [index, count] of counts.entries()) {
          const before = counts[index - 1] ?? count
          // The count when the minute began that this change ends.
          const start = counts[Math.max(0, index - 60 / periodSeconds)] ?? before
          if (count > before) assert.ok(count <= Math.ceil(start * (1 + up.percentPerMinute / 100)))
          if (count < before) assert.ok(count >= Math.floor(start * (1 - down.percentPerMinute / 100)))
        }
      }),
      { numRuns: 1000 },
    )
  })

  test("a load within the tolerance never moves it", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.double({ min: 0.9, max: 1.1, noNaN: true }), { minLength: 1, maxLength: 60 }),
        (count, loads) => {
          const rates = { percentPerMinute: 100, afterSeconds: 0 }
          const scaling: WorkloadScaling = {
            resource: "any",
            min: 1,
            max: 100,
            signals: { cpuPercent: 70, requestsPerSecond: 100 },
            up: rates,
            down: rates,
          }
          const round = scalerRounds({ scaling })
          for (const [index, load] of loads.entries()) {
            const observation = {
              cpuPercent: { percent: 70 * load, replicas: count },
              requestsPerSecond: 100 * count * Math.min(1.0999, Math.max(0.9001, load)),
            }
            assert.equal(round(index * periodSeconds, count, observation), count)
          }
        },
      ),
    )
  })

  test("missing figures never take a replica away", () => {
    fc.assert(
      fc.property(generated, (given) => {
        const round = scalerRounds(given)
        let current = given.start
        for (const [index, one] of given.rounds.entries()) {
          const observation = observationOf(one, current)
          const names = Object.keys(given.scaling.signals) as (keyof Observation)[]
          const next = round(index * periodSeconds, current, observation)
          if (names.some((name) => observation[name] === undefined)) assert.ok(next >= current)
          current = next
        }
      }),
      { numRuns: 1000 },
    )
  })
})
