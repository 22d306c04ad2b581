#!/bin/sh
# Makes what the stack needs once: secrets and a certificate. Runs before everything else, at every start; what is there
# is kept. "docker compose run --rm init keys" prints the clients' keys.
set -eu
umask 077
volumes=/volumes
values=$volumes/secrets

if [ "${1:-}" = keys ]; then
  for name in web-app-key mobile-app-key operator-key; do
    printf '%s %s\n' "$name" "$(cat "$values/$name")"
  done
  exit
fi

# A file appears whole or not at all.
put() {
  cat >"$1.new"
  chmod "$2" "$1.new"
  mv "$1.new" "$1"
}

script=$volumes/secrets/.fill
: >"$script"
for mark in $(grep -rhoE '__SECRET_[A-Z_]+__' /templates | sort -u); do
  name=$(printf '%s' "$mark" | sed 's/^__SECRET_//; s/__$//' | tr 'A-Z_' 'a-z-')
  [ -s "$values/$name" ] || openssl rand -hex 20 | put "$values/$name" 400
  printf 's/%s/%s/g\n' "$mark" "$(cat "$values/$name")" >>"$script"
done
for template in /templates/*/*; do
  file=${template#/templates/}
  sed -f "$script" "$template" | put "$volumes/${file%%/*}-secrets/${file#*/}" 400
done
rm "$script"

if [ ! -s $volumes/certificate/cert.pem ]; then
  cd $volumes/certificate
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 365 \
    -subj "/CN=optimizer.example.com" -addext "subjectAltName=DNS:optimizer.example.com,DNS:localhost,IP:127.0.0.1" \
    -keyout key.pem.new -out cert.pem.new 2>/dev/null
  mv key.pem.new key.pem
  mv cert.pem.new cert.pem
  echo "Made a certificate for optimizer.example.com that nobody vouches for."
fi

chown 1000:1000 $volumes/*-secrets $volumes/*-data $volumes/certificate
chown 1000:1000 $volumes/*-secrets/* $volumes/certificate/*.pem
chmod 700 $volumes/*
echo "Secrets and certificate are in place."
