import assert from "node:assert/strict"
import { test } from "node:test"
import { parse } from "yaml"
import { committedStack, readComposeFiles } from "../../../infra/cli/compose-command.ts"

/** Grafana is not among Debian's packages: what it is given is held to its own description of provisioning. */
const files = await readComposeFiles(committedStack)
const read = (path: string) => parse(files[path] ?? "")
const { services } = read("compose.yaml")
const { grafana, prometheus } = services

/** Where a file of the folder is in Grafana's container. */
const placeOf = (path: string): string | undefined =>
  grafana.volumes.find(({ source }: { source: string }) => source === `./${path}`)?.target

test("Grafana's files lie where it looks for them", () => {
  // https://grafana.com/docs/grafana/latest/administration/provisioning/
  const provisioning = "/etc/grafana/provisioning"
  assert.equal(placeOf("monitoring/datasource.yml"), `${provisioning}/datasources/prometheus.yml`)
  assert.equal(placeOf("monitoring/dashboards.yml"), `${provisioning}/dashboards/atlas.yml`)
  const { apiVersion, providers } = read("monitoring/dashboards.yml")
  assert.equal(apiVersion, 1)
  assert.deepEqual(
    providers.map(({ type, options }: { type: string; options: object }) => [type, options]),
    [["file", { path: placeOf("monitoring/dashboard.json")?.replace(/\/[^/]+$/, "") }]],
  )
})

test("its one source of data is the Prometheus that it shares a network with, and the dashboard asks for that kind", () => {
  const { apiVersion, datasources } = read("monitoring/datasource.yml")
  assert.equal(apiVersion, 1)
  assert.equal(datasources.length, 1)
  const [{ type, access, url, isDefault }] = datasources
  const [, port] = /:(\d+)$/.exec(prometheus.ports[0]) ?? []
  assert.deepEqual([type, access, url, isDefault], ["prometheus", "proxy", `http://prometheus:${port}`, true])
  assert.ok(Object.keys(grafana.networks).some((name) => name in prometheus.networks))
  const { uid, title, panels, templating } = JSON.parse(files["monitoring/dashboard.json"] ?? "")
  assert.deepEqual([uid, title], ["atlas", "Atlas"])
  assert.deepEqual(
    templating.list.map((one: { type: string; query: string }) => [one.type, one.query]),
    [["datasource", type]],
  )
  const ids = panels.map(({ id }: { id: number }) => id)
  assert.ok(ids.length > 5)
  assert.equal(new Set(ids).size, ids.length)
})

test("its password is a file that it alone mounts", () => {
  const { GF_SECURITY_ADMIN_PASSWORD__FILE: file } = grafana.environment
  const mounted = Object.entries(
    services as Record<string, { volumes?: { source: string; target: string }[] }>,
  ).flatMap(([name, { volumes = [] }]) =>
    volumes.flatMap(({ source, target }) => (source === "grafana-secrets" ? [[name, target]] : [])),
  )
  assert.deepEqual(mounted, [
    ["init", "/volumes/grafana-secrets"],
    ["grafana", "/run/secrets"],
  ])
  assert.equal(file, "/run/secrets/password")
  assert.ok("templates/grafana/password" in files)
})
