#!/bin/sh
# Docker and Docker Compose for who reads and runs a release's script: what each service was made of is a file of
# "made/", with a line each for health, hash and the image's id. "wanted/" has the hashes that the files ask for, "images/"
# the ids that names lead to; "broken" lists services that never become healthy. Whatever changes something is a line of "calls".
set -eu
here=$(dirname "$0")
line() {
  [ -f "$here/made/$1" ] && sed -n "$2p" "$here/made/$1"
}
case "$1 $2 ${3:-}" in
"compose config --hash") cd "$here/wanted" && for name in *; do echo "$name $(cat "$name")"; done ;;
"compose config --services") ls "$here/wanted" ;;
"compose ps --quiet") [ ! -f "$here/made/$4" ] || echo "$4" ;;
"compose run --rm")
  echo "run $4" >>"$here/calls"
  ! grep -qx "$4" "$here/broken"
  ;;
"compose stop "*)
  shift 2
  echo "stop $*" >>"$here/calls"
  for name; do rm -f "$here/made/$name"; done
  ;;
"compose up --detach")
  [ "$4 $5 $6 $7" = "--no-deps --wait --wait-timeout 300" ]
  shift 7
  echo "up $*" >>"$here/calls"
  for name; do
    health=healthy
    if grep -qx "$name" "$here/broken"; then health=unhealthy; fi
    printf '%s\n' "$health" "$(cat "$here/wanted/$name")" "$(cat "$here/images/$name")" >"$here/made/$name"
  done
  for name; do [ "$(line "$name" 1)" = healthy ]; done
  ;;
"inspect --format {{.State.Health.Status}}") line "$4" 1 ;;
'inspect --format {{index .Config.Labels "com.docker.compose.config-hash"}}') line "$4" 2 ;;
"inspect --format {{.Image}}") line "$4" 3 ;;
"inspect --format {{.Config.Image}}") line "$4" 1 >/dev/null && echo "$4" ;;
"image inspect --format") cat "$here/images/$5" ;;
*)
  echo "Nobody expects docker $*" >&2
  exit 9
  ;;
esac
