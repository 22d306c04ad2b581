import type { Duration } from "../../spec/units.ts"

/** The guide's figures for one server that nothing else of the stack says. */
export const nginxFigures = {
  workerConnections: 1024,
  keepalive: "65 seconds",
  /** Idle connections to the gateways that each worker process keeps. */
  upstreamKeepalive: 32,
  /** After so many failures within that time a gateway is left alone for as long. */
  maxFails: 3,
  failTimeout: "30 seconds",
  sendTimeout: "60 seconds",
  zoneMebibytes: 10,
  sessionCacheMebibytes: 10,
  sessionTimeout: "600 seconds",
  staticAge: "30 days",
  gzipTypes: ["text/plain", "application/json", "application/javascript", "text/css"],
  ciphers: "HIGH:!aNULL:!MD5",
} as const satisfies Record<string, number | string | readonly string[]> & { keepalive: Duration; staticAge: Duration }

/**
 * A container that is stopped leaves an address where nobody answers. The kernel asks such a one again after 1 s and gives
 * up after 2 s more, in place of two minutes: on one server an answer takes less than a millisecond.
 * https://docs.kernel.org/networking/ip-sysctl.html (tcp_syn_retries)
 */
export const givesUpSoon = { sysctls: { "net.ipv4.tcp_syn_retries": 1 } } as const

/** How a store, and nginx, is asked whether it is well. */
export const storeCheck = { interval: "10s", timeout: "5s", retries: 5 } as const

/**
 * How long a store may read what it holds before a failed check counts: PostgreSQL replays its log after a crash, and
 * who depends on an unhealthy one is not started. A check that passes ends it at once.
 * https://docs.docker.com/reference/dockerfile/#healthcheck
 */
export const storeStart = { start_period: "120s" } as const
