import { stringify } from "yaml"
import { monitoringPorts } from "./monitoring.ts"
import { files, services as names, networks } from "./places.ts"
import { readme } from "./readme.ts"
import type { ComposeInputs, ComposeType } from "./resources.ts"

/** A planned resource, as far as it is looked at here. */
interface Planned {
  readonly type: string
  readonly name: string
  readonly inputs: Readonly<Record<string, unknown>>
}

const of = <Type extends ComposeType>(resources: readonly Planned[], type: Type) =>
  resources.flatMap((one) =>
    // The inputs were typed by the resource's class; a plan carries them as they are.
    one.type === type ? [{ name: one.name, inputs: one.inputs as unknown as ComposeInputs[Type] }] : [],
  )

/** The picture from the outside in: a name that ends in a number stands with its like. */
const order = ["init", "nginx", "gateway", "api", "worker", "gate", "postgres", "redis", "prometheus", "grafana"]
const placeOf = (service: string) => order.indexOf(service.replace(/-\d+$/, ""))

/** What a service is comes first, as everywhere. */
const first = ["image", "profiles", "entrypoint", "command", "environment", "depends_on", "restart", "healthcheck"]
const inOrder = (definition: object): object =>
  Object.fromEntries(
    Object.entries(definition).sort(([a], [b]) => (first.indexOf(a) + 1 || 99) - (first.indexOf(b) + 1 || 99)),
  )

const head = `# One server: nginx, the gateways, the api, the worker and their stores. Made from a stack by "atlas compose"; change the
# stack, not this file. docs/targets/compose.md of the repository says how to use it.
`

/** The files of the project by path, from the resources of a plan. Throws an error for a plan without a project. */
export function composeFiles(resources: readonly Planned[]): Readonly<Record<string, string>> {
  const [project, ...others] = of(resources, "atlas:compose:Project")
  if (project === undefined || others.length > 0)
    throw new Error("The plan has no compose project: its target is another")
  const services = of(resources, "atlas:compose:Service").sort((a, b) => placeOf(a.name) - placeOf(b.name))
  const { name, networks, volumes } = project.inputs
  const document = {
    name,
    services: Object.fromEntries(
      services.map(({ name: service, inputs: { definition, imageVariable } }) => [
        service,
        inOrder({ ...definition, image: `\${${imageVariable}:-${definition.image}}` }),
      ]),
    ),
    networks,
    volumes: Object.fromEntries(volumes.map((volume) => [volume, {}])),
  }
  // Anchors would make one service's text depend on another. In version 1.1, a plain "off" or "no" has to be quoted.
  const text = stringify(document, { aliasDuplicateObjects: false, lineWidth: 0, version: "1.1" })
  const written = {
    [files.compose]: head + text,
    [files.variables]: variables(services.map(({ inputs }) => inputs)),
    ...Object.fromEntries(of(resources, "atlas:compose:File").map(({ inputs }) => [inputs.path, inputs.text])),
  }
  return { ...written, [files.readme]: readme(Object.keys(written), domainOf(services)) }
}

/** The name under which the workers find nginx. */
const domainOf = (
  services: readonly { readonly name: string; readonly inputs: ComposeInputs["atlas:compose:Service"] }[],
) => services.find(({ name }) => name === names.nginx)?.inputs.definition.networks?.[networks.workers]?.aliases?.[0]

/** What may stand in the file .env beside compose.yaml. */
function variables(services: readonly ComposeInputs["atlas:compose:Service"][]): string {
  const chosen = new Map(services.map(({ imageVariable, definition }) => [imageVariable, definition.image]))
  return [
    "# Copy it to .env and take the mark off what you change.",
    "# A folder of this server with cert.pem and key.pem, in place of the certificate that nobody vouches for.",
    "#CERTIFICATE=/etc/ssl/atlas",
    "# The ports that are published.",
    "#HTTP_PORT=80",
    "#HTTPS_PORT=443",
    "# The ports of the profile monitoring, on the server's own 127.0.0.1.",
    `#PROMETHEUS_PORT=${monitoringPorts.prometheus}`,
    `#GRAFANA_PORT=${monitoringPorts.grafana}`,
    "# Images, such as those of a registry of your own.",
    ...[...chosen].map(([variable, reference]) => `#${variable}=${reference}`),
    "",
  ].join("\n")
}
