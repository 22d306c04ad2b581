import * as pulumi from "@pulumi/pulumi"

/** What the provider is given to create each type, and what it answers. Both sides of every resource in one place. */
export interface LocalTypes {
  "atlas:local:Secret": { inputs: { length: number }; outputs: { value: string } }
  "atlas:local:Bundle": { inputs: { version: string }; outputs: { entry: string } }
  "atlas:local:Postgres": {
    inputs: { version: number; database: string; maxConnections: number }
    outputs: { url: string; port: number }
  }
  "atlas:local:Cache": {
    inputs: { memoryBytes: number }
    /** Both are undefined where the caches are in-process. */
    outputs: { url: string | undefined; ca: string | undefined }
  }
  "atlas:local:Job": {
    inputs: { entry: string; command: string; environment: Environment; timeoutSeconds: number }
    outputs: { seconds: number }
  }
  "atlas:local:Process": {
    inputs: {
      entry: string
      command: string
      environment: Environment
      /** The port to take when it is free; without one, any free port. */
      preferredPort?: number
      drainSeconds: number
      readyPath: string
      startSeconds: number
    }
    outputs: { port: number; log: string }
  }
  "atlas:local:Gateway": {
    /** `config` is Kong's declarative config as JSON text; it holds the consumers' keys. */
    inputs: { config: string; preferredPort: number; drainSeconds: number }
    outputs: { url: string; port: number }
  }
}

export type LocalType = keyof LocalTypes
export type Inputs<Type extends LocalType> = LocalTypes[Type]["inputs"]
export type Outputs<Type extends LocalType> = LocalTypes[Type]["outputs"]

/** Variables by the names of the contract; one that is undefined is not set. */
export type Environment = Readonly<Record<string, string | undefined>>

type InputsOf<Type extends LocalType> = {
  [Name in keyof Inputs<Type>]: pulumi.Input<
    Inputs<Type>[Name] extends Environment ? Record<string, pulumi.Input<string | undefined>> : Inputs<Type>[Name]
  >
}

/** The SDK makes an output of each property that the constructor names, so the outputs are named with undefined. */
class LocalResource<Type extends LocalType> extends pulumi.CustomResource {
  constructor(
    type: Type,
    name: string,
    inputs: InputsOf<Type>,
    outputs: readonly (keyof Outputs<Type> & string)[],
    options: pulumi.CustomResourceOptions,
  ) {
    super(type, name, { ...Object.fromEntries(outputs.map((output) => [output, undefined])), ...inputs }, options)
  }
}

export class Secret extends LocalResource<"atlas:local:Secret"> {
  declare readonly value: pulumi.Output<string>
  constructor(name: string, inputs: InputsOf<"atlas:local:Secret">, options: pulumi.CustomResourceOptions) {
    super("atlas:local:Secret", name, inputs, ["value"], options)
  }
}

export class Bundle extends LocalResource<"atlas:local:Bundle"> {
  declare readonly entry: pulumi.Output<string>
  constructor(name: string, inputs: InputsOf<"atlas:local:Bundle">, options: pulumi.CustomResourceOptions) {
    super("atlas:local:Bundle", name, inputs, ["entry"], options)
  }
}

export class Postgres extends LocalResource<"atlas:local:Postgres"> {
  declare readonly url: pulumi.Output<string>
  declare readonly port: pulumi.Output<number>
  constructor(name: string, inputs: InputsOf<"atlas:local:Postgres">, options: pulumi.CustomResourceOptions) {
    super("atlas:local:Postgres", name, inputs, ["url", "port"], options)
  }
}

export class Cache extends LocalResource<"atlas:local:Cache"> {
  declare readonly url: pulumi.Output<string | undefined>
  declare readonly ca: pulumi.Output<string | undefined>
  constructor(name: string, inputs: InputsOf<"atlas:local:Cache">, options: pulumi.CustomResourceOptions) {
    super("atlas:local:Cache", name, inputs, ["url", "ca"], options)
  }
}

export class Job extends LocalResource<"atlas:local:Job"> {
  declare readonly seconds: pulumi.Output<number>
  constructor(name: string, inputs: InputsOf<"atlas:local:Job">, options: pulumi.CustomResourceOptions) {
    super("atlas:local:Job", name, inputs, ["seconds"], options)
  }
}

export class Process extends LocalResource<"atlas:local:Process"> {
  declare readonly port: pulumi.Output<number>
  declare readonly log: pulumi.Output<string>
  constructor(name: string, inputs: InputsOf<"atlas:local:Process">, options: pulumi.CustomResourceOptions) {
    super("atlas:local:Process", name, inputs, ["port", "log"], options)
  }
}

export class Gateway extends LocalResource<"atlas:local:Gateway"> {
  declare readonly url: pulumi.Output<string>
  declare readonly port: pulumi.Output<number>
  constructor(name: string, inputs: InputsOf<"atlas:local:Gateway">, options: pulumi.CustomResourceOptions) {
    super("atlas:local:Gateway", name, inputs, ["url", "port"], options)
  }
}
