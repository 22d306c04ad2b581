import { headers } from "../../../app/contract/headers.ts"
import { bursts, type Rate } from "../../../app/contract/rates.ts"
import { access, computing, repeatable, routes } from "../../../app/contract/routes.ts"
import { service } from "../../../app/contract/service.ts"
import { gatewayPorts } from "../../spec/gateway.ts"
import type { EdgeSpec, StackSpec } from "../../spec/stack-spec.ts"
import { type Duration, seconds } from "../../spec/units.ts"
import { nginxFigures as figures } from "./figures.ts"
import { addedHeaders, answerDirectives, headerMaps, hiddenHeaders, requestId } from "./nginx-answers.ts"
import { nginxPorts, publishedPort, temporary, toHttps } from "./nginx-ports.ts"
import { block, type Directive, renderDirectives } from "./nginx-text.ts"
import { certificate } from "./places.ts"

const upstream = "gateways"

/** The text of nginx.conf: the guide's, on the routes of the contract. `gateways` are their addresses. */
export function nginxConf({ edge, gateway }: Pick<StackSpec, "edge" | "gateway">, gateways: readonly string[]): string {
  return renderDirectives([
    "worker_processes auto",
    // A request has two connections, and each may have a file. Docker's limit may be the system's 1024 (moby/moby#45534).
    `worker_rlimit_nofile ${2 * figures.workerConnections}`,
    "error_log /dev/stderr warn",
    `pid ${temporary}/nginx.pid`,
    block("events", [`worker_connections ${figures.workerConnections}`, "use epoll"]),
    block("http", [
      "include /etc/nginx/mime.types",
      "default_type application/octet-stream",
      ...temporaryPaths,
      logFormat,
      "access_log /dev/stdout main",
      "sendfile on",
      "tcp_nopush on",
      "tcp_nodelay on",
      `keepalive_timeout ${seconds(figures.keepalive)}s`,
      "gzip on",
      "gzip_vary on",
      // The app's errors are JSON too.
      `gzip_types ${[...figures.gzipTypes, "application/problem+json"].join(" ")}`,
      "server_tokens off",
      ...publishedPort,
      ...headerMaps(limitSeconds),
      ...zones,
      upstreamOf(gateways),
      checkServer,
      redirectServer(edge),
      httpsServer(edge, gateway.connectTimeout),
    ]),
  ])
}

/** Its own places in /var are not to be written. */
const temporaryPaths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
  (kind) => `${kind}_temp_path ${temporary}/${kind}`,
)

const logFormat =
  `log_format main '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent ` +
  `"$http_referer" "$http_user_agent" "$http_x_forwarded_for"'`

/** A browser's preflight is answered by the gateway and reaches nothing: it is not counted. */
const zones: readonly Directive[] = [
  block("map $request_method $limited", ['OPTIONS ""', "default $binary_remote_addr"]),
  zone("api", bursts.api),
  zone("optimize", bursts.optimize),
  "limit_req_status 429",
]

function zone(name: string, rate: Rate): string {
  return `limit_req_zone $limited zone=${name}:${figures.zoneMebibytes}m rate=${rateText(rate)}`
}

/** After which the slowest limit lets one more request pass. */
const limitSeconds = Math.ceil(1 / Math.min(...Object.values(bursts).map(({ perSecond }) => perSecond)))

/** nginx counts in whole requests, by the second or the minute. */
export function rateText({ perSecond }: Rate): string {
  if (Number.isInteger(perSecond)) return `${perSecond}r/s`
  if (Number.isInteger(perSecond * 60)) return `${perSecond * 60}r/m`
  throw new Error(`nginx cannot limit to ${perSecond} a second: use a rate that is whole by the second or the minute`)
}

/**
 * Every gateway stands there twice. Once all are left out nginx would answer by itself for half a minute, and a replica
 * that is back would serve nobody: those behind are asked then, and never left out.
 */
const upstreamOf = (gateways: readonly string[]) =>
  block(`upstream ${upstream}`, [
    // Shared by the worker processes, so that each knows which gateway has failed.
    `zone ${upstream} 64k`,
    "least_conn",
    ...gateways.map(
      (one) => `${serverOf(one)} max_fails=${figures.maxFails} fail_timeout=${seconds(figures.failTimeout)}s`,
    ),
    ...gateways.map((one) => `${serverOf(one)} backup max_fails=0`),
    `keepalive ${figures.upstreamKeepalive}`,
  ])

const serverOf = (address: string) => `server ${address}:${gatewayPorts.proxy}`

const checkServer = block("server", [`listen 127.0.0.1:${nginxPorts.check}`, "access_log off", "return 204"])

const redirectServer = ({ domain }: EdgeSpec) =>
  block("server", [
    `listen ${nginxPorts.http} default_server`,
    `server_name ${domain ?? "_"}`,
    ...addedHeaders,
    `return 301 ${toHttps}`,
  ])

const protocols = ["1.2", "1.3"] as const

function httpsServer(edge: EdgeSpec, connectTimeout: Duration) {
  const tls = protocols.slice(protocols.indexOf(edge.minimumTls)).map((version) => `TLSv${version}`)
  return block("server", [
    // In one line: the directive `http2` is not known before nginx 1.25.
    `listen ${nginxPorts.https} ssl http2 default_server`,
    `server_name ${edge.domain ?? "_"}`,
    `ssl_certificate ${certificate.folder}/${certificate.certificate}`,
    `ssl_certificate_key ${certificate.folder}/${certificate.key}`,
    `ssl_protocols ${tls.join(" ")}`,
    `ssl_ciphers ${figures.ciphers}`,
    "ssl_prefer_server_ciphers on",
    `ssl_session_cache shared:SSL:${figures.sessionCacheMebibytes}m`,
    `ssl_session_timeout ${seconds(figures.sessionTimeout)}s`,
    // Plain HTTP on this port.
    `error_page 497 =301 ${toHttps}`,
    `client_max_body_size ${service.bodyLimitMebibytes}m`,
    ...hiddenHeaders,
    ...addedHeaders,
    ...proxySettings(edge, connectTimeout),
    ...answerDirectives(limitSeconds),
    ...locations(),
    // What the contract does not open is not passed on, whatever the gateway would say.
    block("location /", ["return 404"]),
  ])
}

/**
 * A gateway whose api is away says 502, which the app itself never does. Its 503 is an answer: where the database is away
 * or the service is in maintenance, each replica would give the same, be counted as failed, and nginx answer in its place.
 * A POST that was sent is not sent again, as it may have been carried out.
 * https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_next_upstream
 */
const askTheNext = "proxy_next_upstream error timeout http_502"

/** "Upgrade" is not passed on, as in the guide: it would take the connection out of those that are kept. */
const proxySettings = (edge: EdgeSpec, connectTimeout: Duration): readonly Directive[] => [
  "proxy_http_version 1.1",
  'proxy_set_header Connection ""',
  "proxy_set_header Host $host",
  "proxy_set_header X-Real-IP $remote_addr",
  "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for",
  "proxy_set_header X-Forwarded-Proto $scheme",
  "proxy_set_header X-Forwarded-Host $host",
  "proxy_set_header X-Forwarded-Port $https_port",
  // Kong believes what nginx passes on, and nothing here knows these: a client's own are taken off.
  ...["X-Forwarded-Path", "X-Forwarded-Prefix", "Forwarded"].map((name) => `proxy_set_header ${name} ""`),
  `proxy_set_header ${headers.requestId} ${requestId}`,
  `proxy_connect_timeout ${seconds(connectTimeout)}s`,
  `proxy_send_timeout ${seconds(figures.sendTimeout)}s`,
  `proxy_read_timeout ${seconds(edge.idleTimeout)}s`,
  askTheNext,
  // Another replica is asked after a connection that did not come, and not after an answer that was waited for.
  `proxy_next_upstream_timeout ${seconds(connectTimeout) + 1}s`,
]

const pass = `proxy_pass http://${upstream}`
const limit = (name: keyof typeof bursts) => `limit_req zone=${name} burst=${bursts[name].burst} nodelay`

/**
 * One for each path that clients may ask, by the contract; those that compute are counted twice, as in the app, which
 * takes a slash at the end for nothing.
 */
function locations(): readonly Directive[] {
  const opened = Object.keys(access).filter((path) => access[path] !== "internal")
  return [
    ...opened.map(locationOf),
    ...computing.flatMap((route) => [computingLocation(route, route), computingLocation(route, `${route}/`)]),
  ]
}

const computingLocation = (route: string, path: string) =>
  block(`location = ${path}`, [
    limit("api"),
    limit("optimize"),
    ...(repeatable.includes(route) ? [`${askTheNext} non_idempotent`] : []),
    pass,
  ])

function locationOf(path: string): Directive {
  switch (path) {
    case routes.root:
      return block("location = /", [pass])
    case routes.health:
      return block(`location = ${path}`, ["access_log off", pass])
    case routes.static:
      return block(`location ${path}/`, [
        ...hiddenHeaders,
        "proxy_hide_header Cache-Control",
        ...addedHeaders,
        `add_header Cache-Control "public, max-age=${seconds(figures.staticAge)}, immutable"`,
        pass,
      ])
    case routes.api:
      return block(`location ${path}/`, [limit("api"), pass])
    default:
      return block(`location ${path}`, [pass])
  }
}
