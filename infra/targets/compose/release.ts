import { files, services } from "./places.ts"

/**
 * How long a replica may take until its checks call it healthy, in seconds: the api is asked first after half a minute and
 * its gateway begins after that. Without an end Docker Compose would wait for one that ends and is started over and over.
 */
const patienceSeconds = 300

/**
 * The shell script that puts a release in the place of what runs. `docker compose up` alone ends every container that has
 * changed before it starts the first of the new ones and, with them, the gate
 * (https://github.com/docker/compose/blob/v2.40.3/pkg/compose/up.go), whatever depends on what.
 */
export const releaseScript = (replicas: readonly number[]): string => `#!/bin/sh
# Puts what these files say in the place of what runs: "sh ${files.release}". A release that fails its own tests replaces
# nothing, and replicas are replaced one after the other.
set -eu
cd "$(dirname "$0")"

# The gateway ends before its api, so the requests on their way are answered and nginx sends the next to the others.
replace() {
  docker compose stop "$@"
  docker compose up --detach --no-deps --wait --wait-timeout ${patienceSeconds} "$@" || {
    echo "$* did not become healthy, and nothing more is replaced. Why: docker compose logs $*" >&2
    echo "Put the earlier files and images back, and run this again." >&2
    exit 1
  }
}

docker compose run --rm ${services.gate} || {
  echo "The release failed its own tests, and nothing is replaced." >&2
  exit 1
}
${replicas.map((number) => `replace ${services.api(number)} ${services.gateway(number)}`).join("\n")}
# The worker, and whatever else has changed.
docker compose up --detach
`
