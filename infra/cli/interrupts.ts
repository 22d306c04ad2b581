/** How long a signal's echoes may come: npm passes on what the terminal has already sent to the whole group. */
const echoMilliseconds = 500
const parentPollMilliseconds = 1000

export interface Interrupts {
  /** Aborted by the first Ctrl-C, SIGTERM or SIGHUP, or by an error that nothing caught. */
  readonly stop: AbortSignal
  /** Aborted by the second. */
  readonly hurry: AbortSignal
  /** The error that nothing caught, where there was one. */
  crash(): unknown
  /** Lets the process end as usual again. */
  release(): void
}

/** Listens for what asks this process to end. `onSignal` tells the reader. */
export function listenForInterrupts(onSignal: (which: "first" | "second") => void): Interrupts {
  const stop = new AbortController()
  const hurry = new AbortController()
  let firstAt = 0
  const interrupt = () => {
    if (!stop.signal.aborted) {
      firstAt = performance.now()
      onSignal("first")
      stop.abort(new Error("Interrupted"))
    } else if (!hurry.signal.aborted && performance.now() - firstAt > echoMilliseconds) {
      onSignal("second")
      hurry.abort(new Error("Interrupted again"))
    }
  }
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const
  for (const signal of signals) process.on(signal, interrupt)
  // Ending here and now would leave every part running: they are stopped first, as for an interrupt.
  let crash: unknown
  const onCrash = (error: unknown) => {
    crash ??= error
    stop.abort(error)
  }
  process.on("uncaughtException", onCrash)
  // A reader that has gone away, as in "up | head", is no reason to stop.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined)
  const parent = watchParent(interrupt)
  return {
    stop: stop.signal,
    hurry: hurry.signal,
    crash: () => crash,
    release: () => {
      process.off("uncaughtException", onCrash)
      clearInterval(parent)
      for (const signal of signals) process.off(signal, interrupt)
    },
  }
}

/** npm starts a script through a shell, which does not pass a signal on: the shell's end is then the only sign. */
function watchParent(onEnd: () => void): NodeJS.Timeout | undefined {
  if (process.env.npm_lifecycle_event === undefined) return undefined
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    onEnd()
  }, parentPollMilliseconds)
  return timer.unref()
}
