import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { root } from "../repository.ts"
import { plot } from "./plot.ts"
import { shapes } from "./shapes.ts"
import { hpaRounds, scalerRounds, simulate } from "./simulate.ts"

export const plotPath = "docs/scaler.svg"

/** The picture in docs/scaler.md, from the shapes as they stand. */
export function drawPlot(): string {
  return plot(
    shapes.map((shape) => ({
      shape,
      scaler: simulate(shape, scalerRounds(shape)),
      hpa: simulate(shape, hpaRounds(shape)),
    })),
  )
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(join(root, plotPath), drawPlot())
