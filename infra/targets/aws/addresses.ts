import type { Peer } from "../../kubernetes/index.ts"

/** Where Pod Identity's agent gives out credentials: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html */
export const credentials = { cidr: "169.254.170.23/32", port: 80 } as const

/** Addresses that only the own node answers; on Auto Mode names are a service of the node. */
export const nodeLocal = "169.254.0.0/16"

export const dnsPorts = ["UDP", "TCP"].map((protocol) => ({ protocol, port: 53 }))

export const blocks = (cidrs: readonly string[]): Peer[] => cidrs.map((cidr) => ({ ipBlock: { cidr } }))
