/**
 * One image, many roles: a process takes any of them. The HTTP roles serve routes, the worker takes jobs, the scaler
 * sets the workloads' counts where a cloud cannot follow the contract's signals by itself.
 */
export const httpRoles = ["optimizer", "models", "results"] as const
export const workRoles = ["worker"] as const
export const scaleRoles = ["scaler"] as const
export const roles = [...httpRoles, ...workRoles, ...scaleRoles] as const

export type Role = (typeof roles)[number]

/** The two workloads of a stack, and the roles each takes. Any role may be given a workload of its own. */
export const workloadRoles = { api: httpRoles, worker: workRoles } as const satisfies Record<string, readonly Role[]>

export type WorkloadName = keyof typeof workloadRoles

/**
 * The first argument of the image's entry point: what a process does. `serve` takes its roles; `gate` proves a release
 * against the real database before it serves, and ends; `healthcheck` asks the process on this machine, and ends.
 */
export const commands = ["serve", "gate", "healthcheck"] as const

export type Command = (typeof commands)[number]

/** How the image starts a process; a command follows. For whatever runs the image and knows no arguments of its own. */
export const entryPoint = ["/nodejs/bin/node", "/app/atlas.js"] as const
