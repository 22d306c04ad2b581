/** Ports on which the load balancer listens. */
export const webPorts = { http: 80, https: 443 } as const
