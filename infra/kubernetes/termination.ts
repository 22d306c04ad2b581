import { service } from "../../app/contract/service.ts"

/**
 * How a replica leaves without a failed request. When a pod is deleted two things begin at once: its address is taken
 * out of the Service, which proxies and load balancers learn only after a while, and its containers are stopped.
 *
 *   0 s         Kong and the app both wait (preStop), and serve on
 *   leave       nothing new arrives any more: Kong gets SIGQUIT, the stop signal of its image, on which nginx closes its
 *               listeners and finishes what it has begun; on SIGTERM it would drop it
 *   + drain     Kong has ended, so nobody asks the app any more: it gets SIGTERM
 *   + drain     the app has ended
 *
 * The app must outlive its gateway, and containers of a pod are stopped together: so the app waits for as long as Kong
 * may take. The action `sleep` needs no shell, which the app's image does not have (Kubernetes 1.30 and newer).
 * https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/
 */
export const leaveSeconds = 10

/** What the kubelet takes beside the sleeps themselves. */
const marginSeconds = 5

const sleep = (seconds: number) => ({ preStop: { sleep: { seconds } } })

export const gatewayLifecycle = sleep(leaveSeconds)
export const appLifecycle = sleep(leaveSeconds + service.drainSeconds)

/** Seconds after which what still runs is killed. */
export const gracePeriod = {
  withGateway: leaveSeconds + 2 * service.drainSeconds + marginSeconds,
  alone: service.drainSeconds + marginSeconds,
} as const
