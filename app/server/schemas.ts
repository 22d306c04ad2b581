import Type from "typebox"
import { pageLimit } from "../data/page.ts"

/** The query of every list. */
export const PageQuerySchema = Type.Object(
  {
    cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 500, description: "`next` of the page before." })),
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: pageLimit.most, description: `${pageLimit.default} when nothing is said.` }),
    ),
  },
  { additionalProperties: false },
)

/** The path of one thing. Any text may be asked for; what is no id is simply not found. */
export const IdParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) })
