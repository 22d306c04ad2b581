import { secretMark } from "../plan/resource.ts"
import type { Problem } from "./check.ts"
import { at, mustBe } from "./values.ts"

const digest = /@sha256:[0-9a-f]{64}$/
/** A reference that another resource answers whole, or whose digest it answers. A tag behind a placeholder is a tag. */
const answered = /^\$\{[^}]*\}$|@\$\{[^}]*\}$/

/** Whether an image's reference always means the same bytes, or cannot be read. */
export const isFixed = (image: unknown): boolean =>
  typeof image === "string" && (image === secretMark || [digest, answered].some((form) => form.test(image)))

/** Whether a tag says a whole version, such as 3.9.3. */
export const isWholeVersion = (image: unknown): boolean => typeof image === "string" && /:v?\d+\.\d+\.\d+/.test(image)

export const byDigest = "an image by digest, such as registry/name@sha256:…"

/**
 * One that Docker keeps, which has a name without a registry or owner, or Prometheus's own, and a tag that says a version:
 * their makers publish no digest that could be checked here.
 */
const official = /^(?:prom\/prometheus|[a-z0-9_.-]+):v?\d[\w.-]*$/

const isOfficial = (image: unknown): boolean => typeof image === "string" && official.test(image)

/** What is wrong with the image of a container, wherever Docker's own names mean Docker's images. */
export function digestProblems(container: unknown): Problem[] {
  const image = at(container, ["image"])
  return isFixed(image) || isOfficial(image) ? [] : [mustBe(["image"], image, byDigest)]
}

export function vendorProblems(container: unknown): Problem[] {
  const image = at(container, ["image"])
  return isOfficial(image) && !isWholeVersion(image)
    ? [mustBe(["image"], image, "an official image by its whole version")]
    : []
}
