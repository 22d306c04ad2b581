/** Sizes that every number of a problem keeps to: no product of two of them leaves the range of a double. */
export const largest = 1e15
export const smallest = 1e-15
