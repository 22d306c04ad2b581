import { givesUpSoon, storeCheck, storeStart } from "./figures.ts"
import { images, postgresImage } from "./images.ts"
import { initFolders, initVolumes } from "./init.ts"
import { nginxMemory, postgresMemory, postgresShared, redisMemory } from "./memory.ts"
import type { ComposeService, Volume } from "./model.ts"
import { nginxPorts, startScript } from "./nginx-ports.ts"
import { certificate, files, networks, secretsFolder, secretsVolume, services, volumes } from "./places.ts"
import { confined, kept, memoryOf, readOnly, readsText, scratch } from "./words.ts"

const afterInit = { [services.init]: { condition: "service_completed_successfully" } } as const

/** As root, because it gives files to their readers; it ends before anything listens, and has no network. */
export const initService = (): ComposeService => ({
  ...confined,
  image: images.nginx.reference,
  user: "0:0",
  cap_add: ["CHOWN", "DAC_OVERRIDE", "FOWNER"],
  entrypoint: ["/bin/sh", `/${files.init}`],
  restart: "no",
  network_mode: "none",
  volumes: [
    readOnly(`./${files.init}`, `/${files.init}`),
    readOnly("./templates", initFolders.templates),
    ...initVolumes.map((volume) => kept(volume, `${initFolders.volumes}/${volume}`)),
  ],
  tmpfs: [scratch("/tmp")],
})

export interface DatabaseService {
  readonly version: number
  /** Of the database and of the role that owns it. */
  readonly name: string
  readonly maxConnections: number
  readonly address: string
}

const pgdata = "/var/lib/postgresql/data"

export const postgresService = ({ version, name, maxConnections, address }: DatabaseService): ComposeService => ({
  ...confined,
  image: postgresImage(version).reference,
  command: ["postgres", "-c", `max_connections=${maxConnections}`],
  environment: {
    POSTGRES_DB: name,
    POSTGRES_USER: name,
    POSTGRES_PASSWORD_FILE: `${secretsFolder}/password`,
    PGDATA: pgdata,
  },
  restart: "unless-stopped",
  // "Fast": sessions are ended, and everything is written.
  stop_signal: "SIGINT",
  stop_grace_period: "60s",
  depends_on: afterInit,
  // By TCP: while the image sets up a new database a server answers on the socket that is not the last one.
  healthcheck: { test: ["CMD", "pg_isready", "-h", "127.0.0.1", "-U", name, "-d", name], ...storeCheck, ...storeStart },
  networks: { [networks.database]: { ipv4_address: address } },
  volumes: [kept(volumes.postgres, pgdata), readOnly(secretsVolume("database"), secretsFolder)],
  tmpfs: [scratch("/var/run/postgresql"), scratch("/tmp")],
  shm_size: `${postgresShared}m`,
  ...memoryOf(postgresMemory(maxConnections)),
})

export const redisFile = "redis.conf"

/** Counters and answers survive a restart: every change is appended to a file. */
export const redisConf = (memoryBytes: number, password: string): string =>
  [
    "dir /data",
    "appendonly yes",
    `requirepass ${password}`,
    `maxmemory ${Math.trunc(memoryBytes)}`,
    "maxmemory-policy allkeys-lru",
    "",
  ].join("\n")

/** `dataBytes` is what it may hold. */
export const redisService = (text: string, address: string, dataBytes: number): ComposeService => ({
  ...confined,
  image: images.redis.reference,
  command: ["redis-server", `${secretsFolder}/${redisFile}`],
  restart: "unless-stopped",
  depends_on: afterInit,
  healthcheck: {
    // Asked without the password it says no, and redis-cli calls that a success unless told otherwise.
    test: ["CMD-SHELL", `REDISCLI_AUTH=$$(cat ${secretsFolder}/password) redis-cli -e ping`],
    ...storeCheck,
    ...storeStart,
  },
  networks: { [networks.cache]: { ipv4_address: address } },
  volumes: [kept(volumes.redis, "/data"), readOnly(secretsVolume("cache"), secretsFolder)],
  tmpfs: [scratch("/tmp")],
  ...memoryOf(redisMemory(dataBytes / 2 ** 20)),
  ...readsText(text),
})

/** Its certificate may be a folder of the server's: a path in the variable takes the place of the volume. */
const certificateVolume: Volume = `\${CERTIFICATE:-${volumes.certificate}}:${certificate.folder}:ro`

/** Where HTTPS is published: a port, or an address and a port. */
const httpsPort = `\${HTTPS_PORT:-${nginxPorts.https}}`

/** `domain` is its name among the workers too: nothing of theirs leads outward, and they read the certificate's end. */
export const nginxService = (
  text: string,
  gateways: readonly string[],
  domain: string | undefined,
): ComposeService => ({
  ...confined,
  ...givesUpSoon,
  image: images.nginx.reference,
  // Docker Compose would put variables of its own in the place of those of the script.
  entrypoint: ["/bin/sh", "-c", startScript(`/etc/nginx/${files.nginx}`).replaceAll("$", "$$$$")],
  environment: { HTTPS_PORT: httpsPort },
  restart: "unless-stopped",
  stop_signal: "SIGQUIT",
  stop_grace_period: "35s",
  depends_on: {
    ...afterInit,
    ...Object.fromEntries(gateways.map((gateway) => [gateway, { condition: "service_healthy" as const }])),
  },
  healthcheck: {
    test: ["CMD", "curl", "--fail", "--silent", `http://127.0.0.1:${nginxPorts.check}/`],
    ...storeCheck,
  },
  networks: {
    [networks.public]: {},
    [networks.gateways]: {},
    ...(domain === undefined ? {} : { [networks.workers]: { aliases: [domain] } }),
  },
  ports: [`\${HTTP_PORT:-${nginxPorts.http}}:${nginxPorts.http}`, `${httpsPort}:${nginxPorts.https}`],
  volumes: [readOnly(`./${files.nginx}`, `/etc/nginx/${files.nginx}`), certificateVolume],
  tmpfs: [scratch("/tmp")],
  ...memoryOf(nginxMemory),
  ...readsText(text),
})
