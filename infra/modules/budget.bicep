param name string
@description('In the currency of the subscription, for each month.')
param amount int
@description('First day of a month. It must not change after the first deployment.')
param startDate string
param emails string[]
param actionGroupId string

resource budget 'Microsoft.Consumption/budgets@2026-06-01' = {
  name: name
  properties: {
    category: 'Cost'
    amount: amount
    timeGrain: 'Monthly'
    timePeriod: { startDate: startDate }
    notifications: toObject(
      [
        { name: 'actual80', threshold: 80, type: 'Actual' }
        { name: 'actual100', threshold: 100, type: 'Actual' }
        { name: 'forecasted100', threshold: 100, type: 'Forecasted' }
      ],
      item => item.name,
      item => {
        enabled: true
        operator: 'GreaterThanOrEqualTo'
        threshold: item.threshold
        thresholdType: item.type
        contactEmails: emails
        contactGroups: [actionGroupId]
      }
    )
  }
}
