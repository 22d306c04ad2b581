/**
 * A set that names another profile replaces its groups batch by batch: for each that goes another is made. Within a batch
 * lie groups of one zone alone. A third at a time, so that three groups take three batches; one of three may be ill.
 * https://learn.microsoft.com/azure/container-instances/container-instance-ngroups/container-instances-rolling-update
 */
export const updateProfile = {
  updateMode: "Rolling",
  rollingUpdateProfile: {
    inPlaceUpdate: false,
    maxBatchPercent: 34,
    maxUnhealthyPercent: 34,
    pauseTimeBetweenBatches: "PT1M",
  },
} as const

/** The same page: without it a preview of the service updates groups in their place. */
export const replaceTag = { "rollingupdate.replace.enabled": "true" } as const

/** How many more groups than asked for there may be while a set is replaced. */
export const surgeOf = (count: number): number =>
  Math.ceil((count * updateProfile.rollingUpdateProfile.maxBatchPercent) / 100)
