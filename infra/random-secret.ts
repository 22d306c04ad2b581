import type * as pulumi from "@pulumi/pulumi"
import * as random from "@pulumi/random"

/**
 * Letters and digits alone: they need no escape in a URL, and every service of the targets takes 32 to 64 of them. The
 * operator's key needs 32.
 */
const length = 40

/** A random text that is made once and kept with the stack; a secret. */
export const randomSecret = (name: string, parent: pulumi.Resource): pulumi.Output<string> =>
  new random.RandomPassword(name, { length, special: false }, { parent }).result
