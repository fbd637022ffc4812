#!/bin/sh
# After deploying: uploads the sample, then proves that the app ingests it. SMOKE_TEST=false leaves it out, and
# SMOKE_TEST=health only waits until the app is healthy.
set -eu
here=$(dirname "$0")
[ "${SMOKE_TEST:-true}" != false ] || exit 0
[ "${SMOKE_TEST:-true}" = health ] || sh "$here/uploadSample.sh"
sh "$here/smokeTest.sh"
