import { service } from "../../../app/contract/service.ts"
import { certificate, readers, secretsVolume, volumes } from "./places.ts"

/** Where the service `init` finds what it fills. */
export const initFolders = {
  templates: "/templates",
  /** Each volume of a reader, by the volume's name. */
  volumes: "/volumes",
} as const

/** Hexadecimal digits: a URL, a shell and nginx take them as they are. */
const secretBytes = 20
const certificateDays = 365

const data = [volumes.postgres, volumes.redis, volumes.prometheus, volumes.grafana] as const
export const initVolumes: readonly string[] = [
  volumes.values,
  volumes.certificate,
  ...readers.map(secretsVolume),
  ...data,
]

/**
 * The shell script of the service `init`: makes each secret that a template names, once, and never another in its place;
 * fills the templates anew; makes a certificate where there is none; and gives every volume to the one user. `secrets`
 * are those whose values `init keys` prints.
 */
export function initScript(domain: string | undefined, shown: readonly string[]): string {
  const { uid, gid } = service.user
  const name = domain ?? "localhost"
  const names = [...new Set([name, "localhost"])].map((host) => `DNS:${host}`)
  return `#!/bin/sh
# Makes what the stack needs once: secrets and a certificate. Runs before everything else, at every start; what is there
# is kept. "docker compose run --rm init keys" prints the clients' keys.
set -eu
umask 077
volumes=${initFolders.volumes}
values=$volumes/${volumes.values}

if [ "\${1:-}" = keys ]; then
  for name in ${shown.join(" ")}; do
    printf '%s %s\\n' "$name" "$(cat "$values/$name")"
  done
  exit
fi

# A file appears whole or not at all.
put() {
  cat >"$1.new"
  chmod "$2" "$1.new"
  mv "$1.new" "$1"
}

script=$volumes/${volumes.values}/.fill
: >"$script"
for mark in $(grep -rhoE '__SECRET_[A-Z_]+__' ${initFolders.templates} | sort -u); do
  name=$(printf '%s' "$mark" | sed 's/^__SECRET_//; s/__$//' | tr 'A-Z_' 'a-z-')
  [ -s "$values/$name" ] || openssl rand -hex ${secretBytes} | put "$values/$name" 400
  printf 's/%s/%s/g\\n' "$mark" "$(cat "$values/$name")" >>"$script"
done
for template in ${initFolders.templates}/*/*; do
  file=\${template#${initFolders.templates}/}
  sed -f "$script" "$template" | put "$volumes/\${file%%/*}-secrets/\${file#*/}" 400
done
rm "$script"

if [ ! -s $volumes/${volumes.certificate}/${certificate.certificate} ]; then
  cd $volumes/${volumes.certificate}
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days ${certificateDays} \\
    -subj "/CN=${name}" -addext "subjectAltName=${names.join(",")},IP:127.0.0.1" \\
    -keyout ${certificate.key}.new -out ${certificate.certificate}.new 2>/dev/null
  mv ${certificate.key}.new ${certificate.key}
  mv ${certificate.certificate}.new ${certificate.certificate}
  echo "Made a certificate for ${name} that nobody vouches for."
fi

chown ${uid}:${gid} $volumes/*-secrets $volumes/*-data $volumes/${volumes.certificate}
chown ${uid}:${gid} $volumes/*-secrets/* $volumes/${volumes.certificate}/*.pem
chmod 700 $volumes/*
echo "Secrets and certificate are in place."
`
}
