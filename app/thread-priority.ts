import { setPriority } from "node:os"

/** So much less than the event loop's thread a thread of long work is owed (a nice value). */
const politeness = 10

/**
 * Called on a thread of long work: from then on the event loop's thread goes first where both want the same core. Linux
 * alone keeps a nice value by thread (setpriority(2)); elsewhere the whole process would be put back.
 */
export function yieldToEventLoop(): void {
  if (process.platform === "linux") setPriority(politeness)
}
