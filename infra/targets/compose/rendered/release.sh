#!/bin/sh
# Puts what these files say in the place of what runs: "sh release.sh". A release that fails its own tests replaces
# nothing, and replicas are replaced one after the other.
set -eu
cd "$(dirname "$0")"

# The gateway ends before its api, so the requests on their way are answered and nginx sends the next to the others.
replace() {
  docker compose stop "$@"
  docker compose up --detach --no-deps --wait --wait-timeout 300 "$@" || {
    echo "$* did not become healthy, and nothing more is replaced. Why: docker compose logs $*" >&2
    echo "Put the earlier files and images back, and run this again." >&2
    exit 1
  }
}

docker compose run --rm gate || {
  echo "The release failed its own tests, and nothing is replaced." >&2
  exit 1
}
replace api-1 gateway-1
replace api-2 gateway-2
# The worker, and whatever else has changed.
docker compose up --detach
