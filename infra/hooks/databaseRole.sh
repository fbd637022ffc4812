#!/bin/sh
# Gives the identity of the app a role in PostgreSQL with the rights that its migrations and its work need. Safe to repeat.
# Whoever runs it is the Entra ID administrator of the server, which the deployment made the person who deploys.
set -eu
here=$(dirname "$0")
: "${POSTGRES_HOST:?run azd provision first}" "${POSTGRES_DATABASE:?}" "${POSTGRES_ADMINISTRATOR:?}"
: "${APP_IDENTITY_NAME:?}" "${APP_IDENTITY_PRINCIPAL_ID:?}"

command -v psql >/dev/null || { echo 'psql is not on PATH. Install the PostgreSQL client, then run: azd hooks run postprovision' >&2; exit 1; }

# The password is a token, so the server must prove who it is. Clients before 16 cannot ask for public authorities.
PGSSLMODE=require
major=$(psql --version | sed -E 's/^[^0-9]*([0-9]+).*/\1/')
if [ "$major" -ge 16 ]; then
  PGSSLMODE=verify-full
  PGSSLROOTCERT=system
  export PGSSLROOTCERT
fi
PGPASSWORD=$(az account get-access-token --resource-type oss-rdbms --query accessToken --output tsv)
PGHOST=$POSTGRES_HOST
PGUSER=$POSTGRES_ADMINISTRATOR
PGCONNECT_TIMEOUT=15
export PGSSLMODE PGPASSWORD PGHOST PGUSER PGCONNECT_TIMEOUT

run() {
  psql --no-psqlrc --quiet --tuples-only --set ON_ERROR_STOP=1 --set "role=$APP_IDENTITY_NAME" \
    --set "object_id=$APP_IDENTITY_PRINCIPAL_ID" --dbname "$1" --file "$here/$2"
}

# A new administrator is not known everywhere at once, and a server that was just changed refuses connections for a while.
tries=0
until run postgres databaseRole.sql && run "$POSTGRES_DATABASE" databaseRights.sql; do
  tries=$((tries + 1))
  if [ "$tries" -ge 5 ]; then
    echo "PostgreSQL did not take the role of the app. Can this machine reach $POSTGRES_HOST (port 5432)?" >&2
    echo 'Let it in with: azd env set ALLOWED_ADDRESS <your address>, then azd provision. In private mode run the hook inside the network.' >&2
    exit 1
  fi
  sleep "${RETRY_SECONDS:-20}"
done
echo "PostgreSQL: role $APP_IDENTITY_NAME" >&2
