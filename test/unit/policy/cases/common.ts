import { answer, resource, urn } from "../sample/resource.ts"
import { add, broken, type Case, drop, put, set, sound } from "./case.ts"

const noParent = "it has no parent; give it the stack's component as parent"
const leaves = (found: string) => `data.url holds "${found}", which a program error leaves; give it its value`
const url = (value: unknown) => put("config", ["data", "url"], value)

/** On the sample of a cluster, though no kind of resource matters here. */
export const commonCases: readonly Case[] = [
  broken("parented", set("config", { parent: undefined }), "config", "", noParent),
  broken("parented", set("config", { parent: urn("stack") }), "config", "", noParent),
  broken(
    "parented",
    set("config", { parent: urn("elsewhere") }),
    "config",
    "",
    "it has a parent outside the plan; give it the stack's component as parent",
  ),
  broken("parented", add(resource("second", "atlas:local:Cache", {}, { parent: undefined })), "second", "", noParent),
  sound("parented", add(resource("default_4_34_2", "pulumi:providers:kubernetes", {}, { parent: undefined }))),
  sound("parented", set("budget", { parent: urn("api") })),
  broken("no-sentinel", url("http://undefined:80"), "config", "data.url", leaves("undefined")),
  broken("no-sentinel", url("NaN"), "config", "data.url", leaves("NaN")),
  broken("no-sentinel", url("http://[object Object]/"), "config", "data.url", leaves("[object Object]")),
  broken(
    "no-sentinel",
    url("http://Calling [toString] on an [Output<T>] is not supported."),
    "config",
    "data.url",
    leaves("Calling [toString] on an [Output<T>]"),
  ),
  broken(
    "no-sentinel",
    url("04da6b54-80e4-46f7-96ec-b56ff0331ba9"),
    "config",
    "data.url",
    leaves("04da6b54-80e4-46f7-96ec-b56ff0331ba9"),
  ),
  sound("no-sentinel", url(`undefined-behavior NaNo ${answer("database.endpoint")}`)),
  sound("no-sentinel", drop("secrets")),
]
