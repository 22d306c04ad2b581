import { PolicyPack } from "@pulumi/policy"
import { service } from "../../../app/contract/service.ts"
import { policies } from "./adapter.ts"

// Answers the engine over gRPC, on a port that it prints; the policies are the rules that plans show.
new PolicyPack(service.name, { policies: [...policies] })
