import { service } from "../../app/contract/service.ts"
import type { Panel, Unit } from "./panel.ts"

/** Grafana's names of units: https://grafana.com/docs/grafana/latest/panels-visualizations/configure-standard-options/#unit */
const units: Readonly<Record<Unit, string>> = {
  "requests a second": "reqps",
  seconds: "s",
  share: "percentunit",
  bytes: "bytes",
  count: "short",
  days: "d",
}

/** A dashboard is 24 columns wide: three panels stand in a row. */
const size = { w: 8, h: 8 } as const
const columns = 24

/** The data source is a variable, so that the dashboard fits wherever it is taken. */
const source = { type: "prometheus", uid: "$datasource" } as const

/** The dashboard by Grafana's JSON model: https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/ */
export const grafanaDashboard = (panels: readonly Panel[]) => ({
  uid: service.name,
  title: "Atlas",
  tags: [service.name],
  schemaVersion: 39,
  editable: false,
  timezone: "utc",
  refresh: "30s",
  time: { from: "now-6h", to: "now" },
  templating: {
    list: [{ name: "datasource", label: "Data source", type: "datasource", query: "prometheus", refresh: 1 }],
  },
  panels: panels.map((panel, index) => ({
    id: index + 1,
    type: "timeseries",
    title: panel.title,
    description: panel.tells,
    datasource: source,
    gridPos: { ...size, x: (index * size.w) % columns, y: Math.floor((index * size.w) / columns) * size.h },
    fieldConfig: { defaults: { unit: units[panel.unit], min: 0 }, overrides: [] },
    options: { legend: { displayMode: "list", placement: "bottom" }, tooltip: { mode: "multi" } },
    targets: panel.queries.map(({ legend, promql }, place) => ({
      refId: String.fromCharCode("A".charCodeAt(0) + place),
      datasource: source,
      expr: promql,
      legendFormat: legend,
      range: true,
    })),
  })),
})

export const renderDashboard = (panels: readonly Panel[]): string =>
  `${JSON.stringify(grafanaDashboard(panels), undefined, 2)}\n`
