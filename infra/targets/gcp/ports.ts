/** Ports on which the load balancer listens. */
export const webPorts = { http: 80, https: 443 } as const

/** Where Memorystore listens with TLS: https://cloud.google.com/memorystore/docs/redis/about-in-transit-encryption */
export const cachePort = 6378
