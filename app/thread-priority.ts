import { getPriority, setPriority } from "node:os"

/** So much less than the event loop's thread a thread of long work is owed (a nice value). */
const politeness = 10

/**
 * Called on a thread of long work: from then on the event loop's thread goes first where both want the same core. Linux
 * alone keeps a nice value by thread (setpriority(2)); elsewhere the whole process would be put back.
 */
export function yieldToEventLoop(): void {
  // A process that is put back further already may not come forward again
  if (process.platform === "linux" && getPriority() < politeness) setPriority(politeness)
}
