import { execFile, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { selfSigned } from "./certificate.ts"
import { freePort } from "./ports.ts"
import { until } from "./scaler/until.ts"

/** A folder in which a text of nginx.conf fits this machine: a certificate, and places and ports of its own. */
export interface NginxFiles {
  readonly https: number
  /** What `nginx -t` says of it; throws an error with that where it refuses the text. */
  check(): Promise<string>
  /** Starts it, and ends it by the function that comes back. */
  start(): Promise<() => Promise<void>>
  /** The lines of its access log. */
  log(): string
  remove(): void
}

/** `upstreams`: host and port by what the text has in their place. */
export async function nginxFiles(text: string, upstreams: Readonly<Record<string, string>> = {}): Promise<NginxFiles> {
  const folder = mkdtempSync(join(tmpdir(), "atlas-nginx-"))
  const { key, cert } = selfSigned("localhost", new Date("2099-01-01T00:00:00Z"))
  writeFileSync(join(folder, "cert.pem"), cert)
  writeFileSync(join(folder, "key.pem"), key)
  const [http, https, check] = [await freePort(), await freePort(), await freePort()]
  const places: readonly (readonly [RegExp, string])[] = [
    // First: the folder may be one in /tmp.
    [/ \/tmp\//g, ` ${folder}/`],
    [/listen 80 /, `listen 127.0.0.1:${http} `],
    [/listen 443 /, `listen 127.0.0.1:${https} `],
    [/listen 127\.0\.0\.1:\d+;/, `listen 127.0.0.1:${check};`],
    [/\/etc\/nginx\/ssl\//g, `${folder}/`],
    [/error_log \/dev\/stderr/, `error_log ${folder}/error.log`],
    [/access_log \/dev\/stdout/, `access_log ${folder}/access.log`],
    ...Object.entries(upstreams).map(([from, to]) => [new RegExp(`server ${from} `, "g"), `server ${to} `] as const),
  ]
  const conf = places.reduce((written, [from, to]) => {
    if (written.search(from) < 0) throw new Error(`nginx.conf has no ${from}`)
    return written.replaceAll(new RegExp(from, "g"), to)
  }, text)
  // What the script of its container writes down.
  writeFileSync(join(folder, "published.conf"), `map "" $https_port { default ${https}; }\n`)
  const file = join(folder, "nginx.conf")
  writeFileSync(file, conf)
  const args = ["-p", folder, "-e", join(folder, "error.log"), "-c", file]
  return {
    https,
    check: async () => (await promisify(execFile)("nginx", ["-t", ...args])).stderr,
    start: async () => {
      const child = spawn("nginx", [...args, "-g", "daemon off;"], { stdio: "ignore" })
      const exited = once(child, "exit")
      await until(() =>
        fetch(`http://127.0.0.1:${check}/`).then(
          ({ status }) => status === 204,
          () => false,
        ),
      )
      return async () => {
        child.kill("SIGTERM")
        await exited
      }
    },
    log: () => readFileSync(join(folder, "access.log"), "utf8"),
    remove: () => rmSync(folder, { recursive: true }),
  }
}
