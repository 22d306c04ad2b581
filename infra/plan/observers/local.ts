import type { Observation, ObservedRate } from "../observation.ts"
import type { PlannedResource } from "../resource.ts"
import { observeKong } from "./kong.ts"
import { Value } from "./values.ts"

/** What the processes of this machine say of the stack. The api is the process whose port somebody may know. */
export function observeLocal(resources: readonly PlannedResource[]): Observation {
  const of = (kind: string) => resources.filter(({ type }) => type === `atlas:local:${kind}`)
  const [processes, gates] = [of("Process"), of("Job")]
  const isApi = (process: PlannedResource) => read(process).at("preferredPort").exists
  const [apis, workers] = [processes.filter(isApi), processes.filter((process) => !isApi(process))]
  const [api, gateway, database] = [apis[0], of("Gateway")[0], of("Postgres")[0]].map((one) => new Value(one?.inputs))
  const config = gateway?.at("config").text
  if (api === undefined || gateway === undefined || config === undefined) return {}
  const kong = observeKong(config)
  return {
    image: {
      byDigest: false,
      sameForAll: new Set([...processes, ...gates].map((one) => read(one).at("entry").raw)).size === 1,
    },
    ...portsOf(api, gateway),
    replicas: { api: exactly(apis.length), worker: exactly(workers.length) },
    body: kong.body,
    rollout: {
      // A process has no word for another that starts beside it, so all of a kind are replaced at once.
      unavailable: Math.max(apis.length, workers.length),
      gateBeforeServing:
        gates.length > 0 &&
        processes.every(({ dependencies }) => gates.every((gate) => dependencies.includes(gate.urn))),
    },
    gateway: kong.gateway,
    ...burstsOf(api),
    ...concurrencyOf(api),
    ...databaseOf(database),
  }
}

const read = ({ inputs }: PlannedResource): Value => new Value(inputs)
const exactly = (count: number) => ({ min: count, max: count })

function portsOf(api: Value, gateway: Value): Pick<Observation, "port"> {
  const [own, front] = [api, gateway].map((one) => one.at("preferredPort").number)
  return own === undefined || front === undefined ? {} : { port: { api: own, gateway: front } }
}

function burstsOf(api: Value): Pick<Observation, "bursts"> {
  const variable = (name: string) => api.at("environment", name).number
  const rate = (kind: string): ObservedRate | undefined => {
    const [perSecond, burst] = [variable(`${kind}_RATE`), variable(`${kind}_BURST`)]
    return perSecond === undefined || burst === undefined ? undefined : { perSecond, burst }
  }
  const [all, optimize] = [rate("API"), rate("OPTIMIZE")]
  return all === undefined || optimize === undefined ? {} : { bursts: { api: all, optimize } }
}

function concurrencyOf(api: Value): Pick<Observation, "concurrency"> {
  const concurrency = api.at("environment", "CONCURRENCY").number
  return concurrency === undefined ? {} : { concurrency }
}

/** Of a server only the version is told: what no resource speaks of is not there. */
function databaseOf(server: Value | undefined): Pick<Observation, "database"> {
  const version = server?.at("version").number
  if (version === undefined) return {}
  return {
    database: {
      version,
      private: false,
      encrypted: false,
      tlsForced: false,
      capacity: { min: Number.NaN, max: Number.NaN },
      pointInTime: 0,
      deletionProtection: false,
    },
  }
}
