import { files, services } from "./places.ts"

/**
 * How long services may take until their checks call them healthy, in seconds: the api is asked first after half a minute
 * and its gateway begins after that. Without an end Docker Compose would wait for one that ends and is started over and over.
 */
const patienceSeconds = 300

/**
 * Docker Compose replaces a container whose label has another hash than its service, or whose image is another one by now
 * (https://github.com/docker/compose/blob/v2.40.3/pkg/compose/convergence.go).
 */
const hashLabel = "com.docker.compose.config-hash"

/**
 * The shell script that puts a release in the place of what runs. `docker compose up` alone ends every container that has
 * changed before it starts the first of the new ones and, with them, the gate
 * (https://github.com/docker/compose/blob/v2.40.3/pkg/compose/up.go), whatever depends on what.
 */
export function releaseScript(numbers: readonly number[]): string {
  const replicas = numbers.map((number) => `${services.api(number)} ${services.gateway(number)}`)
  const forEach = (step: string) => replicas.map((replica) => `${step} ${replica}`).join("\n")
  const done = [services.init, services.gate, ...replicas.flatMap((replica) => replica.split(" "))]
  return `#!/bin/sh
# Puts what these files say in the place of what runs, or starts it: "sh ${files.release}". A release that fails its own
# tests replaces nothing, replicas are replaced one after the other, and what has not changed is left alone.
set -eu
cd "$(dirname "$0")"

# One thing that Docker knows of a service's container; nothing where none runs.
its() {
  docker inspect --format "{{$2}}" "$(docker compose ps --quiet "$1")" 2>/dev/null || true
}

serves() {
  for service in "$@"; do
    [ "$(its "$service" .State.Health.Status)" = healthy ] || return 1
  done
}

unchanged() {
  for service in "$@"; do
    hash=$(its "$service" 'index .Config.Labels "${hashLabel}"')
    echo "$hashes" | grep -qx "$service $hash" || return 1
    # Its name may lead to another image by now.
    image=$(docker image inspect --format '{{.Id}}' "$(its "$service" .Config.Image)")
    [ "$(its "$service" .Image)" = "$image" ] || return 1
  done
}

# Starts these as the files say, and waits until they are healthy.
start() {
  docker compose up --detach --no-deps --wait --wait-timeout ${patienceSeconds} "$@" || {
    echo "Not all became healthy of: $*. Nothing more is replaced. Why: docker compose logs SERVICE" >&2
    echo "Put the earlier files and images back, and run this again." >&2
    exit 1
  }
}

# The gateway ends before its api, so the requests on their way are answered and nginx sends the next to the others.
renew() {
  docker compose stop "$@"
  start "$@"
}

away=
find_away() {
  serves "$@" || away="$away $*"
}

replace() {
  unchanged "$@" || renew "$@"
}

hashes=$(docker compose config --hash '*')
docker compose run --rm ${services.gate} || {
  echo "The release failed its own tests, and nothing is replaced." >&2
  exit 1
}
# Replicas that serve nobody come first and all at once, so that the others serve meanwhile.
${forEach("find_away")}
if [ -n "$away" ]; then renew $away; fi
${forEach("replace")}
# The worker, and whatever else has changed.
start $(docker compose config --services | grep -vx${done.map((name) => ` -e ${name}`).join("")})
`
}
