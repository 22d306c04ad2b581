import { kongContainer } from "./kong-container.ts"
import { localGateway } from "./local-gateway.ts"
import type { Subject } from "./subject.ts"
import { type Choice, chooseGateway, variables } from "./variables.ts"

/** The gateway that the environment names; the local one where it names none. */
export function chosenSubject(): Subject {
  const choice = chooseGateway(process.env)
  switch (choice.kind) {
    case "local":
      return localGateway
    case "image":
      return kongContainer(choice.image)
    case "running":
      return runningSubject(choice)
  }
}

/** A gateway that was started apart from the suite, and goes on after it. */
function runningSubject({ url, statusUrl, port }: Extract<Choice, { kind: "running" }>): Subject {
  return {
    name: url,
    upstreamPort: port,
    fixed: `needs a gateway that the suite itself starts: ${variables.image}, or none of its variables`,
    start: async () => ({ url, statusUrl, stop: async () => {} }),
  }
}
