/**
 * Waits until the gate's container has ended, and ends as it did. It runs in Azure's own container for deployment
 * scripts, with an identity that may only look at groups, start and stop them.
 */

/** Of the image mcr.microsoft.com/azure-cli: https://mcr.microsoft.com/v2/azure-cli/tags/list */
export const azureCliVersion = "2.75.0"

/** How often it looks, in seconds. */
const pause = 5

/** The names of the variables that it is told by. */
export const gateVariables = {
  group: "GROUP_NAME",
  resourceGroup: "RESOURCE_GROUP",
  deadline: "DEADLINE_SECONDS",
} as const

const named = Object.fromEntries(Object.entries(gateVariables).map(([key, name]) => [key, `"$${name}"`]))
const of = `--resource-group ${named.resourceGroup} --name ${named.group}`

/**
 * A group that had already failed when this begins is run once more: an attempt before this one left it behind, and
 * nothing of it has changed, or it would have another name.
 */
export const gateScript = `set -euo pipefail

state() {
  az container show ${of} --query "containers[0].instanceView.currentState.$1" --output tsv
}

if [ "$(state state)" = Terminated ] && [ "$(state exitCode)" != 0 ]; then
  echo "The gate has failed before: it is run again"
  az container start ${of} --output none
fi

until [ "$(state state)" = Terminated ]; do
  if [ "$SECONDS" -ge ${named.deadline} ]; then
    az container logs ${of} >&2 || true
    az container stop ${of} --output none
    echo "The gate took longer than $${gateVariables.deadline} seconds and was stopped: nothing of this release serves" >&2
    exit 1
  fi
  sleep ${pause}
done

code="$(state exitCode)"
if [ "$code" != 0 ]; then
  az container logs ${of} >&2 || true
  echo "The gate ended with $code: nothing of this release serves" >&2
  exit 1
fi
echo "The gate passed"
`
