import type { ApplicationGatewayArgs } from "@pulumi/azure-native/network/index.js"
import type * as pulumi from "@pulumi/pulumi"
import { liveness, readiness, service } from "../../../app/contract/service.ts"
import { gatewayPorts } from "../../spec/gateway.ts"
import type { EdgeSpec } from "../../spec/stack-spec.ts"
import { seconds } from "../../spec/units.ts"
import { webPorts } from "./ports.ts"

/**
 * Policies by the least TLS that they take:
 * https://learn.microsoft.com/azure/application-gateway/application-gateway-ssl-policy-overview
 */
const tlsPolicies: Readonly<Record<EdgeSpec["minimumTls"], string>> = { "1.2": "AppGwSslPolicy20220101" }

/** The gateway's own size follows the traffic: https://learn.microsoft.com/azure/application-gateway/application-gateway-autoscaling-zone-redundant */
const capacity = { production: 2, elsewhere: 0, most: 10 } as const

export interface GatewayConfiguration {
  /** The gateway's own id, by which its parts name each other. */
  readonly id: string
  readonly spec: EdgeSpec
  /** Undefined where clients come by plain HTTP. */
  readonly certificateSecretId: string | undefined
  readonly subnetId: pulumi.Input<string>
  readonly addressId: pulumi.Input<string>
  /** The address of the load balancer behind it. */
  readonly backend: string
  readonly isProduction: boolean
}

/** One name for the only part of its kind. */
const own = "gateways"

/** What the gateway does: with a certificate it serves by TLS, and sends plain HTTP there. */
export function gatewayConfiguration(
  args: GatewayConfiguration,
): Omit<ApplicationGatewayArgs, "resourceGroupName" | "location" | "tags" | "identity" | "zones"> {
  const part = (kind: string, name: string) => ({ id: `${args.id}/${kind}/${name}` })
  const { certificateSecretId } = args
  const served = certificateSecretId === undefined ? "http" : "https"
  return {
    sku: { name: "Standard_v2", tier: "Standard_v2" },
    autoscaleConfiguration: {
      minCapacity: args.isProduction ? capacity.production : capacity.elsewhere,
      maxCapacity: capacity.most,
    },
    enableHttp2: true,
    gatewayIPConfigurations: [{ name: own, subnet: { id: args.subnetId } }],
    frontendIPConfigurations: [{ name: own, publicIPAddress: { id: args.addressId } }],
    frontendPorts: Object.entries(webPorts)
      .filter(([name]) => name === "http" || name === served)
      .map(([name, port]) => ({ name, port })),
    backendAddressPools: [{ name: own, backendAddresses: [{ ipAddress: args.backend }] }],
    backendHttpSettingsCollection: [
      {
        name: own,
        port: gatewayPorts.proxy,
        protocol: "Http",
        requestTimeout: seconds(args.spec.idleTimeout),
        cookieBasedAffinity: "Disabled",
        connectionDraining: { enabled: true, drainTimeoutInSec: service.drainSeconds },
        probe: part("probes", own),
      },
    ],
    probes: [
      {
        name: own,
        protocol: "Http",
        host: args.backend,
        path: liveness.path,
        interval: readiness.periodSeconds,
        timeout: readiness.timeoutSeconds,
        unhealthyThreshold: readiness.failureThreshold,
      },
    ],
    sslPolicy: { policyType: "Predefined", policyName: tlsPolicies[args.spec.minimumTls] },
    ...(certificateSecretId === undefined
      ? {}
      : { sslCertificates: [{ name: own, keyVaultSecretId: certificateSecretId }] }),
    ...listenersOf(certificateSecretId !== undefined, part),
  }
}

function listenersOf(isSecure: boolean, part: (kind: string, name: string) => { id: string }) {
  const listener = (name: "http" | "https") => ({
    name,
    protocol: name === "http" ? "Http" : "Https",
    frontendIPConfiguration: part("frontendIPConfigurations", own),
    frontendPort: part("frontendPorts", name),
    ...(name === "https" ? { sslCertificate: part("sslCertificates", own) } : {}),
  })
  const rule = (name: "http" | "https", priority: number) => ({
    name,
    ruleType: "Basic",
    priority,
    httpListener: part("httpListeners", name),
  })
  const forward = {
    backendAddressPool: part("backendAddressPools", own),
    backendHttpSettings: part("backendHttpSettingsCollection", own),
  }
  if (!isSecure) {
    return { httpListeners: [listener("http")], requestRoutingRules: [{ ...rule("http", 10), ...forward }] }
  }
  return {
    httpListeners: [listener("http"), listener("https")],
    redirectConfigurations: [
      {
        name: "https",
        redirectType: "Permanent",
        targetListener: part("httpListeners", "https"),
        includePath: true,
        includeQueryString: true,
      },
    ],
    requestRoutingRules: [
      { ...rule("http", 10), redirectConfiguration: part("redirectConfigurations", "https") },
      { ...rule("https", 20), ...forward },
    ],
  }
}
