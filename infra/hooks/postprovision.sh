#!/bin/sh
# After provisioning: what templates cannot do. Safe to repeat.
set -eu
here=$(dirname "$0")
sh "$here/databaseRole.sh"
sh "$here/qdrantCertificate.sh"
