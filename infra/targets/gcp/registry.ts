import * as gcp from "@pulumi/gcp"
import * as pulumi from "@pulumi/pulumi"
import { gatewayImage } from "../../gateway/container.ts"
import type { ImageRegistry } from "../../image/image.ts"
import type { Scope } from "./scope.ts"

/** How many images the registry keeps whatever their age: enough to go back. */
const keptImages = 30
/** What is older than 90 days, and not one of those, goes. */
const keptFor = "7776000s"

/**
 * A repository of the stack's own. Who deploys may push with the token that they deploy with, so nobody has to sign docker
 * in first: the one function that the program calls, since no resource gives such a token.
 */
export function createRegistry(scope: Scope): ImageRegistry {
  const resource = new gcp.artifactregistry.Repository(
    "registry",
    {
      repositoryId: scope.name("repository", ""),
      description: "Images of one stack",
      location: scope.region,
      format: "DOCKER",
      dockerConfig: { immutableTags: true },
      // Scanned because the project has the service for it enabled.
      vulnerabilityScanningConfig: { enablementConfig: "INHERITED" },
      cleanupPolicies: [
        { id: "keep-newest", action: "KEEP", mostRecentVersions: { keepCount: keptImages } },
        { id: "delete-old", action: "DELETE", condition: { tagState: "ANY", olderThan: keptFor } },
      ],
      labels: scope.labels,
    },
    scope.inside(),
  )
  const { accessToken } = gcp.organizations.getClientConfigOutput({ parent: resource })
  const host = hostOf(scope)
  return {
    repository: pulumi.interpolate`${host}/${scope.project}/${resource.repositoryId}/${scope.context.names.project}`,
    address: pulumi.output(host),
    // What Artifact Registry calls whoever comes with such a token: https://cloud.google.com/artifact-registry/docs/docker/authentication#token
    username: "oauth2accesstoken",
    password: accessToken,
  }
}

const hostOf = ({ region }: Scope) => `${region}-docker.pkg.dev`

/**
 * Kong's image by way of a repository that fetches from Docker Hub and keeps what it fetched: an instance that starts must
 * not wait for another's limits. https://cloud.google.com/artifact-registry/docs/repositories/remote-overview
 */
export function createMirror(scope: Scope): { readonly gatewayImage: pulumi.Output<string> } {
  const mirror = new gcp.artifactregistry.Repository(
    "mirror",
    {
      repositoryId: scope.name("repository", "mirror"),
      description: "Docker Hub, for one stack",
      location: scope.region,
      format: "DOCKER",
      mode: "REMOTE_REPOSITORY",
      remoteRepositoryConfig: {
        description: "Docker Hub",
        dockerRepository: { publicRepository: "DOCKER_HUB" },
      },
      vulnerabilityScanningConfig: { enablementConfig: "INHERITED" },
      labels: scope.labels,
    },
    scope.inside(),
  )
  // Docker's own images lie under this name.
  return {
    gatewayImage: pulumi.interpolate`${hostOf(scope)}/${scope.project}/${mirror.repositoryId}/library/${gatewayImage}`,
  }
}
