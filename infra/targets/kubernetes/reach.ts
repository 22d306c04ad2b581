import * as pulumi from "@pulumi/pulumi"
import { names, selectorOf, servicePort } from "../../kubernetes/index.ts"
import { gatewayPorts } from "../../spec/gateway.ts"

const inNamespace = `--namespace ${names.namespace}`
const selector = (component: "api" | "worker") =>
  Object.entries(selectorOf(component))
    .map(([key, value]) => `${key}=${value}`)
    .join(",")

/** Brings the gateway to the operator's own machine. */
export const forwardCommand = `kubectl port-forward ${inNamespace} service/${names.service} ${gatewayPorts.proxy}:${servicePort}`

/**
 * The command by which an operator reaches each part. The database's holds its password, so it is a secret; `ownCa` is
 * whether the server's authority is one of its own, whose PEM file the operator has.
 * https://www.postgresql.org/docs/17/libpq-connect.html#LIBPQ-CONNECT-SSLROOTCERT
 */
export const reachOf = (
  databaseUrl: pulumi.Output<string>,
  ownCa: boolean,
): Readonly<Record<string, pulumi.Output<string>>> => ({
  gateway: pulumi.output(forwardCommand),
  api: pulumi.output(
    `kubectl logs ${inNamespace} --selector ${selector("api")} --container ${names.container} --follow`,
  ),
  worker: pulumi.output(`kubectl logs ${inNamespace} --selector ${selector("worker")} --follow`),
  rollout: pulumi.output(`kubectl rollout status ${inNamespace} deployment/${names.deployments.api}`),
  database: pulumi.secret(
    pulumi.interpolate`PGSSLROOTCERT=${ownCa ? "database-ca.pem" : "system"} psql "${databaseUrl}"`,
  ),
})
