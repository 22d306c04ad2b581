import * as aws from "@pulumi/aws"
import * as docker from "@pulumi/docker-build"
import * as pulumi from "@pulumi/pulumi"
import type { ImageSpec } from "../../spec/stack-spec.ts"
import type { Release } from "../../spec/target.ts"
import { imageLifecycle } from "./policies.ts"
import type { Scope } from "./scope.ts"
import { buildArgsOf, imageTag, readSource, type Source } from "./source.ts"

export interface Registry {
  readonly release: Release
  /** Where the stack's own images lie; undefined where the image comes from elsewhere. */
  readonly repository: pulumi.Output<string> | undefined
}

/** The given image, or one that is built from the clone and pushed to a registry of the stack's own. */
export function createRelease(scope: Scope, { reference, platform }: ImageSpec): Registry {
  const source = readSource()
  if (reference !== undefined) {
    return { release: { version: source.version, reference: pulumi.output(reference) }, repository: undefined }
  }
  const repository = createRepository(scope)
  const image = buildImage(scope, repository, source, platform)
  return {
    release: {
      version: source.version,
      reference: pulumi.interpolate`${repository.repositoryUrl}@${image.digest}`,
    },
    repository: repository.repositoryUrl,
  }
}

function createRepository(scope: Scope): aws.ecr.Repository {
  const { parent } = scope
  const repository = new aws.ecr.Repository(
    "registry",
    {
      name: scope.name("repository", ""),
      imageTagMutability: "IMMUTABLE",
      imageScanningConfiguration: { scanOnPush: true },
      forceDelete: !scope.isProduction,
      tags: scope.tags("registry"),
    },
    { parent },
  )
  new aws.ecr.LifecyclePolicy(
    "registry-lifecycle",
    { repository: repository.name, policy: JSON.stringify(imageLifecycle) },
    { parent },
  )
  return repository
}

/**
 * Pushes with a token of the registry, which whoever deploys may ask for: nobody has to sign docker in first. The one
 * function that the program calls, since no resource gives such a token.
 */
function buildImage(
  scope: Scope,
  repository: aws.ecr.Repository,
  source: Source,
  platform: ImageSpec["platform"],
): docker.Image {
  const token = aws.ecr.getAuthorizationTokenOutput({ registryId: repository.registryId }, { parent: repository })
  return new docker.Image(
    "image",
    {
      context: { location: source.folder },
      dockerfile: { location: source.dockerfile },
      platforms: [platform],
      buildArgs: buildArgsOf(source),
      tags: [pulumi.interpolate`${repository.repositoryUrl}:${imageTag(source)}`],
      registries: [
        { address: repository.repositoryUrl, username: token.userName, password: pulumi.secret(token.password) },
      ],
      push: true,
      buildOnPreview: false,
    },
    { parent: scope.parent },
  )
}
