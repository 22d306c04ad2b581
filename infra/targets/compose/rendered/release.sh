#!/bin/sh
# Puts what these files say in the place of what runs, or starts it: "sh release.sh". A release that fails its own
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
    hash=$(its "$service" 'index .Config.Labels "com.docker.compose.config-hash"')
    echo "$hashes" | grep -qx "$service $hash" || return 1
    # Its name may lead to another image by now.
    image=$(docker image inspect --format '{{.Id}}' "$(its "$service" .Config.Image)")
    [ "$(its "$service" .Image)" = "$image" ] || return 1
  done
}

# Starts these as the files say, and waits until they are healthy.
start() {
  docker compose up --detach --no-deps --wait --wait-timeout 300 "$@" || {
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
docker compose run --rm gate || {
  echo "The release failed its own tests, and nothing is replaced." >&2
  exit 1
}
# Replicas that serve nobody come first and all at once, so that the others serve meanwhile.
find_away api-1 gateway-1
find_away api-2 gateway-2
if [ -n "$away" ]; then renew $away; fi
replace api-1 gateway-1
replace api-2 gateway-2
# The worker, and whatever else has changed.
start $(docker compose config --services | grep -vx -e init -e gate -e api-1 -e gateway-1 -e api-2 -e gateway-2)
