# The date of the sample: the day that has ended, which the nightly run takes; without the link the run is started by hand,
# and takes the date of the sample itself.
sampleDataset=state-of-the-union
if [ "${WEB_APP_LINKED:-true}" = true ]; then
  sampleDate=$(node -p 'new Date(Date.now() - 864e5).toISOString().slice(0, 10)')
else
  sampleDate=2021-04-28
fi
