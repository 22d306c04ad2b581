import * as docker from "@pulumi/docker-build"
import * as pulumi from "@pulumi/pulumi"
import type { ImageSpec } from "../spec/stack-spec.ts"
import type { Release } from "../spec/target.ts"
import { buildArgsOf, imageTag, readSource } from "./source.ts"

/** The stack's own registry, and who may push there. */
export interface ImageRegistry {
  /** The image's name there, without a tag. */
  readonly repository: pulumi.Output<string>
  /** What docker signs in to: a host, or the repository itself. */
  readonly address: pulumi.Output<string>
  readonly username: pulumi.Input<string>
  /** Short-lived, asked for by whoever deploys; marked as a secret here. Undefined: docker is signed in already. */
  readonly password: pulumi.Output<string> | undefined
}

export interface ImageRelease {
  readonly release: Release
  /** Where the stack's own images lie; undefined where the image comes from elsewhere. */
  readonly repository: pulumi.Output<string> | undefined
}

/**
 * The given image, or one that is built from the clone and pushed to the stack's own registry, which is made only then.
 * A workload names it by digest.
 */
export function releaseOf(
  { reference, platform }: ImageSpec,
  parent: pulumi.Resource,
  createRegistry: () => ImageRegistry,
): ImageRelease {
  const source = readSource()
  if (reference !== undefined) {
    return { release: { version: source.version, reference: pulumi.output(reference) }, repository: undefined }
  }
  const { repository, address, username, password } = createRegistry()
  const image = new docker.Image(
    "image",
    {
      context: { location: source.folder },
      dockerfile: { location: source.dockerfile },
      platforms: [platform],
      buildArgs: buildArgsOf(source),
      tags: [pulumi.interpolate`${repository}:${imageTag(source)}`],
      ...(password === undefined ? {} : { registries: [{ address, username, password: pulumi.secret(password) }] }),
      push: true,
      buildOnPreview: false,
    },
    { parent },
  )
  return {
    release: { version: source.version, reference: pulumi.interpolate`${repository}@${image.digest}` },
    repository,
  }
}
