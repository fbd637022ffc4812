#!/bin/sh
# Sets the values of the azd environment AZURE_ENV_NAME, in a pipeline that begins without one: those variables of
# infra/main.parameters.json that are set and not empty. An empty one means the default of the parameter.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
: "${AZURE_ENV_NAME:?}" "${AZURE_LOCATION:?}" "${AZURE_SUBSCRIPTION_ID:?}"
cd "$root"
azd env new "$AZURE_ENV_NAME" --location "$AZURE_LOCATION" --subscription "$AZURE_SUBSCRIPTION_ID" --no-prompt
for name in $(grep -Eo '\$\{[A-Z0-9_]+' infra/main.parameters.json | cut -c 3-); do
  value=$(printenv "$name" || true)
  [ -z "$value" ] || azd env set "$name" "$value"
done
