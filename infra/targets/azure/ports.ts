/** Ports on which the application gateway listens. */
export const webPorts = { http: 80, https: 443 } as const

/** The one port of a database of Azure Managed Redis: https://learn.microsoft.com/azure/redis/architecture */
export const cachePort = 10_000

/**
 * Where Azure itself asks after every application gateway:
 * https://learn.microsoft.com/azure/application-gateway/configuration-infrastructure#network-security-groups
 */
export const gatewayManagerPorts = "65200-65535"

/**
 * By which Azure opens a terminal in a container of a network:
 * https://learn.microsoft.com/azure/container-instances/container-instances-virtual-network-concepts#other-limitations
 */
export const terminalPort = 19_390
