import * as aws from "@pulumi/aws"
import type { ImageRegistry } from "../../image/image.ts"
import { imageLifecycle } from "./policies.ts"
import type { Scope } from "./scope.ts"

/**
 * A repository of the stack's own. Who deploys may ask it for a token to push with, so nobody has to sign docker in
 * first: the one function that the program calls, since no resource gives such a token.
 */
export function createRegistry(scope: Scope): ImageRegistry {
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
  const token = aws.ecr.getAuthorizationTokenOutput({ registryId: repository.registryId }, { parent: repository })
  const { repositoryUrl } = repository
  return { repository: repositoryUrl, address: repositoryUrl, username: token.userName, password: token.password }
}
