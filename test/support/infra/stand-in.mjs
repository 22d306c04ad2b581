// Stands in for the app's bundle: `serve` answers on HTTP_PORT as BEHAVIOR says; `gate` ends as GATE says.
import { createServer } from "node:http"
import { setTimeout as delay } from "node:timers/promises"

const [command] = process.argv.slice(2)
console.log(JSON.stringify({ command, names: Object.keys(process.env).sort() }))

if (command === "gate") {
  if (process.env.GATE === "hang") setInterval(() => {}, 1e6)
  else if (process.env.GATE !== "pass") {
    console.error("The release failed its gate: /ready answered 503")
    process.exitCode = 1
  }
} else if (process.env.BEHAVIOR === "refuse") {
  console.error("DATABASE_URL is not a URL of a Postgres")
  process.exit(2)
} else {
  const server = createServer(({ url }, response) => {
    if (url === "/crash") process.exit(9)
    response.writeHead(process.env.BEHAVIOR === "unready" ? 503 : 200).end()
  })
  server.listen(Number(process.env.HTTP_PORT), process.env.HOST)
  process.on("SIGTERM", async () => {
    if (process.env.BEHAVIOR === "cling") return
    await delay(20)
    console.log("drained")
    process.exit(0)
  })
}
