import assert from "node:assert/strict"
import { test } from "node:test"
import { chooseGateway, keysOf } from "../../integration/gateway/variables.ts"

const url = "http://127.0.0.1:18080"

test("nothing said: the local gateway; an image: a container for each case; an address: the one that runs there", () => {
  assert.deepEqual(chooseGateway({}), { kind: "local" })
  assert.deepEqual(chooseGateway({ GATEWAY_IMAGE: "kong:3.9.3" }), { kind: "image", image: "kong:3.9.3" })
  assert.deepEqual(chooseGateway({ GATEWAY_URL: `${url}/`, UPSTREAM_PORT: "18000" }), {
    kind: "running",
    url,
    statusUrl: undefined,
    port: 18000,
  })
  const status = { GATEWAY_STATUS_URL: "http://127.0.0.1:18100" }
  const chosen = chooseGateway({ GATEWAY_URL: url, UPSTREAM_PORT: "18000", ...status })
  assert.equal(chosen.kind === "running" && chosen.statusUrl, "http://127.0.0.1:18100")
})

const refused: [string, Record<string, string>, string][] = [
  [
    "both",
    { GATEWAY_URL: url, GATEWAY_IMAGE: "kong:3.9.3" },
    "GATEWAY_URL and GATEWAY_IMAGE are both set: give the one that is to be asked",
  ],
  [
    "an edge",
    { GATEWAY_URL: "https://api.example.com", UPSTREAM_PORT: "18000" },
    'GATEWAY_URL is "https://api.example.com": give the gateway\'s own address, such as http://127.0.0.1:18080',
  ],
  [
    "no port for the app",
    { GATEWAY_URL: url },
    "UPSTREAM_PORT is undefined: say on which port, 1 to 65535, the gateway looks for its app",
  ],
]
for (const [what, environment, message] of refused) {
  test(`refused: ${what}`, () => assert.throws(() => chooseGateway(environment), { message }))
}

test("keys come from the environment where it has them, and are never shown", () => {
  assert.deepEqual(keysOf("web-app", {}), ["first-key-of-web-app-in-the-suite", "other-key-of-web-app-in-the-suite"])
  const given = "one-key-of-sixteen,another-key-of-it"
  assert.deepEqual(keysOf("web-app", { GATEWAY_KEY_WEB_APP: given }), ["one-key-of-sixteen", "another-key-of-it"])
  assert.throws(() => keysOf("mobile-app", { GATEWAY_KEY_MOBILE_APP: "one,two" }), {
    message: "GATEWAY_KEY_MOBILE_APP is unfit: give two keys of 16 characters or more, a comma between",
  })
})
