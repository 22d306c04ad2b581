import type { Shape } from "./shapes.ts"
import type { Step } from "./simulate.ts"

/** One panel of the picture: a shape, and what each scaler made of it. */
export interface Panel {
  readonly shape: Shape
  readonly scaler: readonly Step[]
  readonly hpa: readonly Step[]
}

const size = { width: 460, height: 200, left: 46, right: 54, top: 34, bottom: 34 }
const inner = { width: size.width - size.left - size.right, height: size.height - size.top - size.bottom }
const columns = 2

const style = `text { font: 11px sans-serif; fill: #444 } .title { font-size: 13px; font-weight: 600; fill: #111 }
.axis { stroke: #ccc } .load { fill: #e8eef7; stroke: #a9bedd } .blind { fill: #f3d9d9 }
.hpa { fill: none; stroke: #d9730d; stroke-width: 5; opacity: .45 } .scaler { fill: none; stroke: #14467d; stroke-width: 1.5 }
@media (prefers-color-scheme: dark) { svg { background: #fff } }`

/** The counts of the scaler and of the HPA over each shape's load, as one SVG. */
export function plot(panels: readonly Panel[]): string {
  const rows = Math.ceil(panels.length / columns)
  const [width, height] = [columns * size.width, rows * size.height + 26]
  const drawn = panels.map((panel, index) => {
    const [x, y] = [(index % columns) * size.width, Math.floor(index / columns) * size.height]
    return `<g transform="translate(${x} ${y})">\n${drawPanel(panel)}\n</g>`
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img">`,
    "<title>Counts of the scaler and of the Kubernetes HPA over the same loads</title>",
    `<style>${style}</style>`,
    ...drawn,
    legend(height - 10),
    "</svg>\n",
  ].join("\n")
}

function drawPanel({ shape, scaler, hpa }: Panel): string {
  const end = shape.minutes * 60
  const mostLoad = Math.max(...scaler.map(({ load }) => load))
  const mostCount = Math.max(shape.scaling.min + 1, ...[...scaler, ...hpa].map(({ count }) => count))
  const x = (seconds: number) => round(size.left + (seconds / end) * inner.width)
  const y = (value: number, most: number) => round(size.top + inner.height - (value / most) * inner.height)
  const floor = y(0, 1)
  const load = scaler.map(({ seconds, load: value }) => `${x(seconds)},${y(value, mostLoad)}`)
  const counts = (steps: readonly Step[]) =>
    corners(steps).map(([seconds, count]) => `${x(seconds)},${y(count, mostCount)}`)
  const right = x(end)
  const blind = shape.blind?.map((minute) => x(minute * 60))
  return [
    `<text class="title" x="${size.left}" y="16">${shape.title}</text>`,
    `<polygon class="load" points="${x(0)},${floor} ${load.join(" ")} ${right},${floor}"/>`,
    ...(blind
      ? [
          `<rect class="blind" x="${blind[0]}" y="${size.top}" width="${round((blind[1] ?? 0) - (blind[0] ?? 0))}" height="${inner.height}"/>`,
        ]
      : []),
    `<path class="axis" d="M${size.left} ${size.top}V${floor}H${right}V${size.top}" fill="none"/>`,
    `<polyline class="hpa" points="${counts(hpa).join(" ")}"/>`,
    `<polyline class="scaler" points="${counts(scaler).join(" ")}"/>`,
    `<text x="${size.left - 6}" y="${size.top + 4}" text-anchor="end">${mostCount}</text>`,
    `<text x="${size.left - 6}" y="${floor + 4}" text-anchor="end">0</text>`,
    `<text x="${right + 6}" y="${size.top + 4}">${round(mostLoad)}</text>`,
    `<text x="${size.left}" y="${floor + 16}">0</text>`,
    `<text x="${right}" y="${floor + 16}" text-anchor="end">${shape.minutes} min</text>`,
    `<text x="${size.left + inner.width / 2}" y="${floor + 16}" text-anchor="middle">replicas (left), ${shape.unit} (right)</text>`,
  ].join("\n")
}

/** Where a line of steps turns: the count before and after each change. */
function corners(steps: readonly Step[]): [seconds: number, count: number][] {
  return steps.flatMap(({ seconds, count }, index): [number, number][] => {
    const before = steps[index - 1]?.count ?? count
    if (index === 0 || index === steps.length - 1)
      return [
        [seconds, before],
        [seconds, count],
      ]
    return before === count
      ? []
      : [
          [seconds, before],
          [seconds, count],
        ]
  })
}

function legend(y: number): string {
  const entries = [
    ["scaler", "the scaler", size.left],
    ["hpa", "the HPA, by its documented algorithm", size.left + 130],
  ] as const
  return [
    ...entries.map(
      ([name, text, x]) => `<path class="${name}" d="M${x} ${y - 4}h24"/><text x="${x + 30}" y="${y}">${text}</text>`,
    ),
    `<rect class="load" x="${size.left + 380}" y="${y - 10}" width="24" height="10"/><text x="${size.left + 410}" y="${y}">load</text>`,
    `<rect class="blind" x="${size.left + 470}" y="${y - 10}" width="24" height="10"/><text x="${size.left + 500}" y="${y}">nothing could be read</text>`,
  ].join("\n")
}

/** One decimal: the same text on every machine. */
const round = (value: number) => Math.round(value * 10) / 10
