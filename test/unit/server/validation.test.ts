import assert from "node:assert/strict"
import { describe, it } from "node:test"
import Type from "typebox"
import { checker, pointerToken } from "../../../app/validation.ts"

const strict = { additionalProperties: false }
const Shape = Type.Union([
  Type.Object({ kind: Type.Literal("circle"), radius: Type.Number({ minimum: 0 }) }, strict),
  Type.Object({ kind: Type.Literal("box"), sides: Type.Array(Type.Number(), { minItems: 1 }) }, strict),
])
const Schema = Type.Object(
  {
    shape: Type.Optional(Shape),
    bound: Type.Optional(Type.Union([Type.Number({ minimum: 0 }), Type.Object({ share: Type.Number() }, strict)])),
    size: Type.Optional(Type.Union([Type.Literal("s"), Type.Literal("m")])),
    shapes: Type.Optional(Type.Record(Type.String(), Shape)),
  },
  strict,
)

const check = checker(Schema, "strict")
const errorsOf = (value: unknown) => {
  const checked = check(value)
  return checked.ok ? [] : checked.errors
}

describe("field errors", () => {
  it("are none for what fits", () => {
    assert.deepEqual(errorsOf({ shape: { kind: "box", sides: [1] }, bound: { share: 2 }, size: "m" }), [])
  })

  it("speak of the alternative that was meant", () => {
    assert.deepEqual(errorsOf({ shape: { kind: "circle", radius: -1 } }), [
      { path: "/shape/radius", message: "must be >= 0" },
    ])
    assert.deepEqual(errorsOf({ shape: { kind: "box", sides: [] } }), [
      { path: "/shape/sides", message: "must not have fewer than 1 items" },
    ])
    assert.deepEqual(errorsOf({ bound: { share: "x" } }), [{ path: "/bound/share", message: "must be number" }])
    assert.deepEqual(errorsOf({ bound: -1 }), [{ path: "/bound", message: "must be >= 0" }])
  })

  it("list the literals that are allowed where none was given", () => {
    assert.deepEqual(errorsOf({ shape: { kind: "blob" } }), [
      { path: "/shape/kind", message: 'must be one of "circle", "box"' },
    ])
    assert.deepEqual(errorsOf({ size: "xl" }), [{ path: "/size", message: 'must be one of "s", "m"' }])
  })

  it("keep several unions of one value apart", () => {
    const errors = errorsOf({ shapes: { a: { kind: "blob" }, b: { kind: "circle", radius: "r" } }, size: 1 })
    assert.deepEqual(errors.map(({ path }) => path).sort(), ["/shapes/a/kind", "/shapes/b/radius", "/size"])
  })

  it("name what is missing and what is not known", () => {
    assert.deepEqual(errorsOf({ shape: { kind: "circle" } }), [{ path: "/shape", message: "must have radius" }])
    assert.deepEqual(errorsOf({ color: 1 }), [{ path: "/color", message: "is not known here" }])
  })

  it("are bounded however many there are", () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`x${index}`, 1]))
    assert.equal(errorsOf(many).length, 50)
  })

  it("read text only where text is meant", () => {
    const Query = Type.Object({ limit: Type.Optional(Type.Integer({ default: 5, maximum: 9 })) })
    assert.deepEqual(checker(Query, "text")({ limit: "7" }), { ok: true, value: { limit: 7 } })
    assert.deepEqual(checker(Query, "text")({}), { ok: true, value: { limit: 5 } })
    assert.equal(checker(Query, "strict")({ limit: "7" }).ok, false)
    assert.equal(checker(Query, "text")({ limit: "seven" }).ok, false)
  })
})

describe("pointer tokens", () => {
  it("escape what RFC 6901 reserves", () => {
    assert.equal(pointerToken("a/b~c"), "a~1b~0c")
  })
})
