import * as features from "@pulumi/azure-native/features/index.js"
import type * as pulumi from "@pulumi/pulumi"
import { previewFeatures } from "./keys.ts"
import type { Place } from "./place.ts"

const [nGroups] = previewFeatures

/**
 * Without it Azure does not know sets of container groups:
 * https://learn.microsoft.com/azure/container-instances/container-instance-ngroups/container-instances-about-ngroups
 * It belongs to the subscription, where other stacks may need it too, so it stays when this stack goes. It costs nothing.
 */
export const registerFeature = (place: Place): pulumi.Resource =>
  new features.SubscriptionFeatureRegistration(
    "preview-feature",
    { providerNamespace: "Microsoft.ContainerInstance", featureName: nGroups },
    { parent: place.parent, retainOnDelete: true },
  )
