#!/bin/sh
# After deploying: uploads the sample, then proves that the app ingests it. SMOKE_TEST=false leaves it out.
set -eu
here=$(dirname "$0")
[ "${SMOKE_TEST:-true}" = true ] || exit 0
sh "$here/uploadSample.sh"
sh "$here/smokeTest.sh"
