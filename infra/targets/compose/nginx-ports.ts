import { block } from "./nginx-text.ts"

/** Where nginx listens: for clients, and for the check of its own container. */
export const nginxPorts = { http: 80, https: 443, check: 8081 } as const

/** The one folder that nginx may write to. */
export const temporary = "/tmp"

/**
 * Which port of the server leads to HTTPS is in the variable from which Docker Compose publishes it, with an address before
 * it or without. nginx reads no variables, so its container writes this one down before it starts it.
 */
const published = `${temporary}/published.conf`
export const startScript = (conf: string): string =>
  `printf 'map "" $https_port { default "%s"; }\\n' "\${HTTPS_PORT##*:}" >${published} && exec nginx -c ${conf} -g 'daemon off;'`
/** What stands behind the host of an address: nothing for the port that browsers take by themselves. */
export const publishedPort = [
  `include ${published}`,
  block("map $https_port $https_suffix", [`${nginxPorts.https} ""`, 'default ":$https_port"']),
]
export const toHttps = "https://$host$https_suffix$request_uri"
