import type * as pulumi from "@pulumi/pulumi"
import type { StackSpec } from "../../spec/stack-spec.ts"
import type { EdgeBinding } from "../../spec/target.ts"
import { type Addresses, replicaNumbers } from "./addresses.ts"
import { initService, nginxService } from "./ground-services.ts"
import { images } from "./images.ts"
import { initScript, initVolumes } from "./init.ts"
import type { ComposeNetwork } from "./model.ts"
import { nginxConf } from "./nginx.ts"
import { files, networks, project, services } from "./places.ts"
import { shownSecrets } from "./reach.ts"
import { releaseScript } from "./release.ts"
import { File, Project, Service } from "./resources.ts"

/** nginx before the gateways, and what stands around the whole: networks, volumes and `init`. */
export function createEdge(
  spec: StackSpec,
  url: pulumi.Output<string>,
  addresses: Addresses,
  options: pulumi.CustomResourceOptions,
): EdgeBinding {
  const numbers = replicaNumbers(spec)
  const text = nginxConf(spec, numbers.map(addresses.gatewayOf))
  const { variable: imageVariable } = images.nginx
  new File(files.nginx, text, options)
  const definition = nginxService(text, numbers.map(services.gateway), spec.edge.domain)
  new Service(services.nginx, { definition, imageVariable }, options)
  new File(files.init, initScript(spec.edge.domain, shownSecrets(spec.gateway.consumers)), options)
  new File(files.release, releaseScript(numbers), options)
  new Service(services.init, { definition: initService(), imageVariable }, options)
  new Project(project, { name: project, networks: networksOf(numbers, addresses), volumes: [...initVolumes] }, options)
  return { url }
}

/** Only nginx and the monitoring share a network with the world. */
function networksOf(numbers: readonly number[], addresses: Addresses): Readonly<Record<string, ComposeNetwork>> {
  const fixed = (subnet: string): ComposeNetwork => ({ internal: true, ipam: { config: [{ subnet }] } })
  return {
    [networks.public]: {},
    [networks.gateways]: fixed(addresses.gateways),
    ...Object.fromEntries(numbers.map((number) => [networks.replica(number), fixed(addresses.replica(number))])),
    [networks.database]: fixed(addresses.database),
    [networks.cache]: fixed(addresses.cache),
    [networks.workers]: { internal: true },
    [networks.monitoring]: {},
  }
}
