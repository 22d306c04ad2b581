import type * as pulumi from "@pulumi/pulumi"
import type { Command } from "../../../app/contract/roles.ts"
// Cloud Run takes its quantities in Kubernetes' spelling, and gives them back in it.
import { cpuQuantity, memoryQuantity } from "../../kubernetes/quantities.ts"
import type { Size } from "../../spec/stack-spec.ts"
import { type Runner, tagOf } from "./firewall.ts"
import type { Network } from "./network.ts"
import type { Scope } from "./scope.ts"
import type { Variable } from "./settings.ts"

/** The containers of an instance, by the names that they know each other by. */
export const containerNames = { app: "optimizer", gateway: "kong", collector: "collector" } as const

export const limitsOf = ({ cpu, memory }: Size) => ({ cpu: cpuQuantity(cpu), memory: memoryQuantity(memory) })

/** Of a container that is there between requests too. */
export const servingResources = (size: Size) => ({ limits: limitsOf(size), cpuIdle: false, startupCpuBoost: true })

/** The app's container, whatever it does. */
export const appContainer = (command: Command, image: pulumi.Input<string>, envs: Variable[]) => ({
  name: containerNames.app,
  image,
  args: [command],
  envs,
})

/** All that an instance sends goes through the network, whose rules know it by its tag. */
export const vpcAccess = (scope: Scope, { network, subnet }: Network, runner: Runner) => ({
  egress: "ALL_TRAFFIC",
  networkInterfaces: [{ network: network.id, subnetwork: subnet.id, tags: [tagOf(scope, runner)] }],
})
