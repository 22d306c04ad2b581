import * as gcp from "@pulumi/gcp"
import type * as pulumi from "@pulumi/pulumi"
import type { GcpValues } from "./keys.ts"

/** The services of Google Cloud that the stack is made of. */
export const services = [
  "artifactregistry",
  "certificatemanager",
  "cloudresourcemanager",
  "compute",
  "containerscanning",
  "dns",
  "iam",
  "logging",
  "monitoring",
  "redis",
  "run",
  "secretmanager",
  "servicenetworking",
  "sqladmin",
  "storage",
] as const

/** Enables them, and leaves them enabled: other stacks of the project may need them too. */
export const enableServices = (values: GcpValues, parent: pulumi.Resource): pulumi.Resource[] =>
  services.map(
    (name) =>
      new gcp.projects.Service(
        `service-${name}`,
        { project: values["gcp:project"], service: `${name}.googleapis.com`, disableOnDestroy: false },
        { parent },
      ),
  )
