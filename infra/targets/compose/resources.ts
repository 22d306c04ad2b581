import * as pulumi from "@pulumi/pulumi"
import type { ComposeProject, ComposeService } from "./model.ts"

/** The project's parts as a plan shows them. They have no outputs: Docker Compose makes them, not an engine. */
export type ComposeInputs = {
  "atlas:compose:Project": ComposeProject
  "atlas:compose:Service": { readonly definition: ComposeService; readonly imageVariable: string }
  /** A file beside compose.yaml. No file holds a secret: templates name them. */
  "atlas:compose:File": { readonly path: string; readonly text: string }
}

export type ComposeType = keyof ComposeInputs

/** Given as a whole or in parts, now or once other parts are known. */
type Given<Type extends ComposeType> = {
  readonly [Name in keyof ComposeInputs[Type]]: ComposeInputs[Type][Name] | pulumi.Output<ComposeInputs[Type][Name]>
}

class ComposeResource<Type extends ComposeType> extends pulumi.CustomResource {
  constructor(type: Type, name: string, inputs: Given<Type>, options: pulumi.CustomResourceOptions) {
    super(type, name, { ...inputs }, options)
  }
}

export class Project extends ComposeResource<"atlas:compose:Project"> {
  constructor(name: string, inputs: Given<"atlas:compose:Project">, options: pulumi.CustomResourceOptions) {
    super("atlas:compose:Project", name, inputs, options)
  }
}

export class Service extends ComposeResource<"atlas:compose:Service"> {
  constructor(name: string, inputs: Given<"atlas:compose:Service">, options: pulumi.CustomResourceOptions) {
    super("atlas:compose:Service", name, inputs, options)
  }
}

export class File extends ComposeResource<"atlas:compose:File"> {
  constructor(path: string, text: string | pulumi.Output<string>, options: pulumi.CustomResourceOptions) {
    super("atlas:compose:File", path, { path, text }, options)
  }
}
