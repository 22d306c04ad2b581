import { openDocker } from "./open.ts"

/** Makes the base images that tests with Docker build on, so that none of them has to wait: `node prepare.ts`. */
const machine = await openDocker()
try {
  if (machine.skip !== false) console.log(`No base images: ${machine.skip}. The tests that need them are skipped.`)
  else console.log(`Base images: ${Object.values(await machine.baseImages()).join(", ")}`)
} finally {
  await machine.close()
}
