/** A kind of resource, and the inputs whose change makes its provider delete it and create another. */
export interface ReplacementRule {
  /** Pulumi's type token; one that ends in ":" stands for all types of a package. */
  readonly type: string
  /** Paths of inputs; what lies below one counts too. Empty: no known input does, but the loss of it would be told. */
  readonly properties: readonly string[]
  /** What is stored in it is lost with it. */
  readonly holdsData: boolean
  /** The page where the provider says so: `ForceNew` in the schema of a Terraform type, `forceNew` of the kubernetes provider. */
  readonly source: string
}

export const rule = (
  type: string,
  source: string,
  properties: readonly string[],
  holds: "data" | "no data" = "no data",
): ReplacementRule => ({ type, source, properties, holdsData: holds === "data" })
