/**
 * Where jobs wait, for whoever scales the workers by them: pg-boss's own schema and its queue of optimizations. A row of
 * its table `job` waits while its state comes before "active" (pg-boss's states are an ordered enumeration).
 */
export const queue = { schema: "pgboss", name: "optimize", waiting: "state < 'active'" } as const
