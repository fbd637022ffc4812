#!/bin/sh
# Gives the app the certificate of the machine of Qdrant, which signed it itself: the key never leaves the machine.
# Does nothing for a Qdrant elsewhere. Safe to repeat.
set -eu
[ -n "${QDRANT_MACHINE_NAME:-}" ] || exit 0
: "${AZURE_RESOURCE_GROUP:?}" "${SERVICE_API_NAME:?}"

tries=0
certificate=''
while [ -z "$certificate" ]; do
  # The answer has the text between [stdout] and [stderr].
  certificate=$(az vm run-command invoke --resource-group "$AZURE_RESOURCE_GROUP" --name "$QDRANT_MACHINE_NAME" \
    --command-id RunShellScript --scripts 'test -s /var/lib/qdrant/tls/certificate.pem && base64 -w 0 /var/lib/qdrant/tls/certificate.pem' \
    --query 'value[0].message' --output tsv | sed -n '/\[stdout\]/{n;p;}' | grep -E '^[A-Za-z0-9+/=]+$' || true)
  [ -n "$certificate" ] && break
  tries=$((tries + 1))
  if [ "$tries" -ge 20 ]; then
    echo "The machine $QDRANT_MACHINE_NAME has no certificate yet. See /var/log/cloud-init-output.log on it, then run: azd hooks run postprovision" >&2
    exit 1
  fi
  sleep "${RETRY_SECONDS:-30}"
done
[ "$certificate" = "${QDRANT_CERTIFICATE:-}" ] && exit 0
# Kept for the next deployment, and set now.
azd env set QDRANT_CERTIFICATE "$certificate"
az functionapp config appsettings set --resource-group "$AZURE_RESOURCE_GROUP" --name "$SERVICE_API_NAME" \
  --settings "QDRANT_CERTIFICATE=$certificate" --output none
echo "Qdrant: certificate of $QDRANT_MACHINE_NAME" >&2
