import { service } from "../../../app/contract/service.ts"
import { monitoringPorts } from "./monitoring.ts"
import { certificate, files, services, volumes } from "./places.ts"

/** What each file is, by the path or the folder that it begins with. */
const purposes: Readonly<Record<string, string>> = {
  [files.compose]: "the services, networks and volumes",
  [files.variables]: "the variables that may stand in `.env`",
  [files.nginx]: "the edge: TLS, limits, headers and the way to the gateways",
  [files.init]: "the script of the service `init`, which makes secrets and a certificate, once",
  [files.release]:
    "the script that starts what these files say, and puts a release in the place of what runs, one replica after the other",
  "templates/": "what `init` fills in for each reader: secrets stand in it by name alone",
  [files.prometheus]: "whom Prometheus asks for metrics",
  [files.rules]: "the alerts that Prometheus judges",
  [files.datasource]: "where Grafana finds Prometheus",
  [files.provider]: "where Grafana finds the dashboard",
  [files.dashboard]: "the dashboard",
}

/** The rows of the list of files. Throws an error for a file that nobody has described here. */
function rows(paths: readonly string[]): readonly string[] {
  const placeOf = (path: string) => (path.startsWith("templates/") ? "templates/" : path)
  return [...new Set(paths.map(placeOf))].map((place) => {
    const purpose = purposes[place]
    if (purpose === undefined) throw new Error(`${place} has no purpose: say in readme.ts what the file is for`)
    return `| \`${place}\` | ${purpose} |`
  })
}

/** The page for who finds the folder on a server. `paths` are its other files; `domain` is what the certificate is for. */
export const readme = (paths: readonly string[], domain: string | undefined): string => `# One server

Docker Compose runs these files: nginx, the gateways, the api, the worker, PostgreSQL and Redis. They are made from a stack
of the repository, so a change by hand is lost with the next: \`npm run atlas -- compose STACK FOLDER\` writes them anew.

| file | what it is |
| --- | --- |
${rows(paths).join("\n")}

## Start

    docker compose up -d                                 # secrets and a certificate on first use, then everything
    docker compose run --rm ${services.init} keys                    # the clients' keys and the operator's
    docker compose ps                                    # who is healthy
    docker compose --profile monitoring up -d            # Prometheus and Grafana too

Ports 80 and 443 are published. The profile \`monitoring\` adds ${monitoringPorts.prometheus} and ${monitoringPorts.grafana} on the server's own 127.0.0.1.

## The certificate

\`init\` makes one for ${domain ?? "localhost"} that nobody vouches for. For one of yours, put \`${certificate.certificate}\` and \`${certificate.key}\` into
a folder that user ${service.user.uid} may read, name it in \`.env\` as \`CERTIFICATE=/etc/ssl/atlas\`, and run \`docker compose up -d\`. After a
renewal: \`docker compose exec ${services.nginx} nginx -c /etc/nginx/${files.nginx} -s reload\`.

## The secrets

Their values are in the volume \`${volumes.values}\`, made on first use and kept from then on; each reader has a volume with its own
files. No file here holds one. \`docker compose down --volumes\` deletes them with the data.

## A change, or a new release

Write the files anew, or name another image in \`.env\`, then:

    sh ${files.release}

It proves the release and replaces nothing where that fails; then it replaces each replica that has changed and waits until
it is healthy before the next. \`docker compose up -d\` replaces all at once, before it is known whether the release is sound.
`
