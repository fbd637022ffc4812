#!/bin/sh
# Uploads the contracts and the files of the sample with the sign-in of whoever deploys. Needs `npm ci` and `npm run build`.
set -eu
here=$(dirname "$0")
root=$(cd "$here/../.." && pwd)
: "${LAKE_ACCOUNT_NAME:?run azd provision first}" "${LAKE_RAW_CONTAINER:?}" "${CONTRACTS_CONTAINER:?}"
. "$here/sampleDate.sh"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
node -e '
  const { writeFileSync } = require("node:fs");
  const { join } = require("node:path");
  const [root, folder] = process.argv.slice(1);
  const { stateOfTheUnion } = require(join(root, "dist/samples/stateOfTheUnion.js"));
  for (const { name, content } of stateOfTheUnion()) writeFileSync(join(folder, name), content);
' "$root" "$folder"

upload() {
  az storage blob upload-batch --auth-mode login --account-name "$LAKE_ACCOUNT_NAME" --overwrite --no-progress \
    --output none "$@"
}
# A role that was just given is not known everywhere at once.
tries=0
until upload --destination "$CONTRACTS_CONTAINER" --source "$root/samples/contracts" --pattern '*.yaml' &&
  upload --destination "$LAKE_RAW_CONTAINER" --destination-path "$sampleDataset/$sampleDate" --source "$folder"; do
  tries=$((tries + 1))
  if [ "$tries" -ge 10 ]; then
    echo "The lake $LAKE_ACCOUNT_NAME did not take the sample. In private mode run the hook inside the network." >&2
    exit 1
  fi
  sleep "${RETRY_SECONDS:-30}"
done
echo "$LAKE_ACCOUNT_NAME: $LAKE_RAW_CONTAINER/$sampleDataset/$sampleDate" >&2
