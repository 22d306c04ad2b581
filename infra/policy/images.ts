import { secretMark } from "../plan/resource.ts"

const digest = /@sha256:[0-9a-f]{64}$/
/** A reference that another resource answers whole, or whose digest it answers. A tag behind a placeholder is a tag. */
const answered = /^\$\{[^}]*\}$|@\$\{[^}]*\}$/

/** Whether an image's reference always means the same bytes, or cannot be read. */
export const isFixed = (image: unknown): boolean =>
  typeof image === "string" && (image === secretMark || [digest, answered].some((form) => form.test(image)))

/** Whether a tag says a whole version, such as 3.9.3. */
export const isWholeVersion = (image: unknown): boolean => typeof image === "string" && /:v?\d+\.\d+\.\d+/.test(image)

export const byDigest = "an image by digest, such as registry/name@sha256:…"
