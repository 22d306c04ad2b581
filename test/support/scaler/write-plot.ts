import { plot } from "./plot.ts"
import { shapes } from "./shapes.ts"
import { hpaRounds, scalerRounds, simulate } from "./simulate.ts"

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
