#!/bin/sh
# Before provisioning: registers what the subscription needs, and fills in values that are chosen once. Safe to repeat.
set -eu

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

if [ "${QDRANT:-url}" = url ] && [ -z "${QDRANT_URL:-}" ]; then
  fail 'QDRANT_URL is not set. Run: azd env set QDRANT_URL https://<your Qdrant>:6333 (or: azd env set QDRANT vm).'
fi
if [ "${QDRANT:-url}" = vm ] && ! printf '%s' "${QDRANT_SHA256:-}" | grep -Eq '^[0-9a-f]{64}$'; then
  fail 'QDRANT_SHA256 is not set. Run: azd env set QDRANT_SHA256 <SHA-256 of qdrant-x86_64-unknown-linux-musl.tar.gz of the release>.'
fi

# Without Microsoft.App the function app gets no virtual network; az does not register it by itself.
providers='Microsoft.App Microsoft.CognitiveServices Microsoft.Compute Microsoft.Consumption Microsoft.DBforPostgreSQL
  Microsoft.DurableTask Microsoft.Insights Microsoft.KeyVault Microsoft.ManagedIdentity Microsoft.Network
  Microsoft.OperationalInsights Microsoft.Storage Microsoft.Web'
for provider in $providers; do
  state=$(az provider show --namespace "$provider" --query registrationState --output tsv 2>/dev/null || echo Unknown)
  [ "$state" = Registered ] && continue
  say "registering $provider"
  az provider register --namespace "$provider" --wait --output none
done

if [ "${QDRANT:-url}" = vm ]; then
  state=$(az feature show --namespace Microsoft.Compute --name EncryptionAtHost --query properties.state --output tsv)
  if [ "$state" != Registered ]; then
    say 'registering encryption at host, which takes some minutes'
    az feature register --namespace Microsoft.Compute --name EncryptionAtHost --output none
    tries=0
    until [ "$(az feature show --namespace Microsoft.Compute --name EncryptionAtHost --query properties.state --output tsv)" = Registered ]; do
      tries=$((tries + 1))
      [ "$tries" -lt 60 ] || fail 'Encryption at host is still not registered. Try again later.'
      sleep "${RETRY_SECONDS:-20}"
    done
    az provider register --namespace Microsoft.Compute --wait --output none
  fi
  if [ -z "${QDRANT_SSH_PUBLIC_KEY:-}" ]; then
    # A machine needs a public key, and nobody signs in: the private half is deleted at once.
    folder=$(mktemp -d)
    ssh-keygen -q -t ed25519 -N '' -C pipeline-x -f "$folder/key"
    azd env set QDRANT_SSH_PUBLIC_KEY "$(cat "$folder/key.pub")"
    rm -rf "$folder"
  fi
fi

# A budget must keep the month in which it began.
if [ "${MONTHLY_BUDGET:-0}" != 0 ] && [ -z "${BUDGET_START:-}" ]; then
  azd env set BUDGET_START "$(date -u +%Y-%m-01)"
fi
