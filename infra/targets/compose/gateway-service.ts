import { gatewayFile, gatewayLogLevels } from "../../gateway/container.ts"
import { kongEnvironment } from "../../gateway/environment.ts"
import type { StackSpec } from "../../spec/stack-spec.ts"
import { vcpus } from "../../spec/units.ts"
import type { Addresses } from "./addresses.ts"
import { gracePeriod } from "./app-services.ts"
import { givesUpSoon } from "./figures.ts"
import { images } from "./images.ts"
import type { ComposeService } from "./model.ts"
import { networks, secretsFolder, secretsVolume, services } from "./places.ts"
import { confined, deployOf, readOnly, readsText, scratch } from "./words.ts"

const prefix = "/kong_prefix"

/** Kong of one replica, which reads the configuration that `init` filled in. `text` is the template of that. */
export function gatewayService(
  { gatewaySize: size, logLevel }: StackSpec,
  number: number,
  addresses: Addresses,
  text: string,
): ComposeService {
  return {
    ...confined,
    ...givesUpSoon,
    image: images.kong.reference,
    environment: kongEnvironment({
      configuration: `${secretsFolder}/${gatewayFile}`,
      prefix,
      workers: Math.ceil(vcpus(size.limit.cpu)),
      logLevel: gatewayLogLevels[logLevel],
      trusted: [addresses.gateways],
    }),
    restart: "unless-stopped",
    stop_signal: "SIGQUIT",
    stop_grace_period: gracePeriod,
    depends_on: {
      [services.init]: { condition: "service_completed_successfully" },
      [services.redis]: { condition: "service_healthy" },
      [services.api(number)]: { condition: "service_healthy" },
    },
    healthcheck: { test: ["CMD", "kong", "health"], interval: "10s", timeout: "10s", retries: 10 },
    networks: {
      [networks.gateways]: { ipv4_address: addresses.gatewayOf(number) },
      [networks.replica(number)]: {},
      [networks.cache]: {},
    },
    // Kong reads its file of hosts once and before it asks a name server (dns_hostsfile in kong.conf.default).
    extra_hosts: { [services.ownApi]: addresses.apiOf(number), [services.redis]: addresses.redis },
    volumes: [readOnly(secretsVolume("gateway"), secretsFolder)],
    tmpfs: [scratch(prefix), scratch("/tmp")],
    deploy: deployOf(size),
    ...readsText(text),
  }
}
