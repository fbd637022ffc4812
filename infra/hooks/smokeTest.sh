#!/bin/sh
# Waits until the app is healthy, starts the ingest of the sample and waits until it is complete. SMOKE_TEST=health: only the
# first.
#
# Behind the link the function app answers the web app only, and the web app passes on no token of a script. So the nightly
# function is started by Azure Resource Manager, and the end of the run is looked up in the log. Without the link the API is
# asked, with a token for ENTRA_AUDIENCE.
set -eu
here=$(dirname "$0")
: "${SERVICE_API_ID:?run azd provision first}" "${SERVICE_API_ADDRESS:?}" "${SERVICE_WEB_ADDRESS:?}"
. "$here/sampleDate.sh"
run="ingest-$sampleDataset-$sampleDate"
if [ "${WEB_APP_LINKED:-true}" = true ]; then address=$SERVICE_WEB_ADDRESS; else address=$SERVICE_API_ADDRESS; fi

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

# 1. Health. The first start loads the app and applies the migrations.
tries=0
until status=$(curl --silent --output /dev/null --write-out '%{http_code}' --max-time 60 "$address/api/health") && [ "$status" = 200 ]; do
  tries=$((tries + 1))
  [ "$tries" -lt 30 ] || fail "$address/api/health answers ${status:-nothing}. A wrong setting stops the app: az webapp log tail --name ${SERVICE_API_NAME:-<app>} --resource-group ${AZURE_RESOURCE_GROUP:-<group>}"
  sleep "${RETRY_SECONDS:-10}"
done
say "$address/api/health: ok"
[ "${SMOKE_TEST:-true}" != health ] || exit 0

# 2. Start.
if [ "${WEB_APP_LINKED:-true}" = true ]; then
  : "${LOG_WORKSPACE_ID:?}"
  started=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  az rest --method post --url "$SERVICE_API_ID/hostruntime/admin/functions/nightlyIngest?api-version=2025-03-01" \
    --body '{"input":""}' --output none ||
    fail 'Azure refused to start the nightly function. The app is deployed and healthy, and the sample is uploaded: start its run on the runs page, or wait for 01:00 UTC.'
  events="AppTraces | where TimeGenerated >= datetime($started) and Message startswith 'run-event '"
  events="$events | extend run = parse_json(substring(Message, 10))"
  events="$events | where run.dataset == '$sampleDataset' and run.date == '$sampleDate'"
  events="$events | top 1 by TimeGenerated desc | project tostring(run.event)"
  # A line reaches the workspace minutes after it was written.
  ask() {
    az rest --method post --url "https://api.loganalytics.io/v1/workspaces/$LOG_WORKSPACE_ID/query" \
      --resource https://api.loganalytics.io --body "{\"query\":\"$events\"}" --query 'tables[0].rows[0][0]' --output tsv
  }
else
  [ -n "${ENTRA_AUDIENCE:-}" ] || fail 'ENTRA_AUDIENCE is not set, so no script can call the API. The sample is uploaded; nothing was started.'
  token=$(az account get-access-token --scope "$ENTRA_AUDIENCE/.default" --query accessToken --output tsv)
  call() { curl --silent --show-error --fail-with-body --max-time 60 --header "authorization: Bearer $token" "$@"; }
  call --request POST --header 'content-type: application/json' \
    --data "{\"dataset\":\"$sampleDataset\",\"date\":\"$sampleDate\"}" "$address/api/runs" >/dev/null ||
    fail 'The run could not be started. The caller needs the role operator.'
  ask() { call "$address/api/runs/$run" | node -p 'JSON.parse(require("node:fs").readFileSync(0, "utf8")).status'; }
fi
say "$run: started"

# 3. End.
tries=0
while :; do
  status=$(ask || echo Unknown)
  case $status in
    Completed) break ;;
    Failed | Terminated | Canceled | Cancelled | Blocked) fail "$run: $status. $address shows why." ;;
  esac
  tries=$((tries + 1))
  [ "$tries" -lt 120 ] || fail "$run: still ${status:-without an end}"
  sleep "${RETRY_SECONDS:-10}"
done
say "$run: complete"
