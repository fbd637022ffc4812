// Alerts: what a person should hear of. Each log alert has its query in infra/queries, which the workbook shows too.

param location string
param tags object
param token string
param abbreviations object
param emails string[]
param workspaceId string
param hostStorageId string
@description('False with the Durable Task Scheduler: its tasks are not in queues of Azure Storage.')
param hasTaskHub bool
@description('Tasks that may wait in the queues of the task hub.')
param queueDepth int
param postgresId string
@description('Connections that the server keeps for users.')
param postgresConnections int
param hasModels bool
@description('Azure OpenAI, where there is one.')
param openAiId string
param hasQdrantMachine bool
@description('The machine of Qdrant, where there is one.')
param qdrantMachineId string

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${abbreviations.actionGroup}${token}'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'pipeline-x'
    emailReceivers: [
      for (email, index) in emails: { name: 'email${index}', emailAddress: email, useCommonAlertSchema: true }
    ]
  }
}

var logAlerts = [
  {
    name: 'run-failed'
    description: 'An ingest run failed. Its record says why: GET /api/runs/{id}.'
    severity: 1
    query: loadTextContent('../queries/failedRuns.kql')
    every: 'PT15M'
    window: 'PT15M'
  }
  {
    name: 'gate-blocked'
    description: 'The quality gate blocked a run more than a day ago, and nobody has approved or rejected it.'
    severity: 2
    query: loadTextContent('../queries/blockedRuns.kql')
    every: 'PT1H'
    window: 'P2D'
  }
  {
    name: 'error-rate'
    description: 'More than one in twenty requests of the last quarter of an hour ended with a status of 500 or more.'
    severity: 2
    query: loadTextContent('../queries/errorRate.kql')
    every: 'PT5M'
    window: 'PT15M'
  }
  {
    name: 'host-errors'
    description: 'The Functions host reports errors. A wrong setting stops the app, and is then seen only here.'
    severity: 1
    query: loadTextContent('../queries/hostErrors.kql')
    every: 'PT15M'
    window: 'PT15M'
  }
]

// At the first deployment the tables are empty, so the queries are not checked against them.
resource logRules 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for alert in logAlerts: {
    name: '${alert.name}-${token}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: alert.name
      description: alert.description
      enabled: true
      severity: alert.severity
      scopes: [workspaceId]
      evaluationFrequency: alert.every
      windowSize: alert.window
      autoMitigate: true
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: alert.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: [people.id] }
    }
  }
]

var metricAlerts = concat(
  hasTaskHub
    ? [
        {
          name: 'queue-depth'
          description: 'Tasks pile up in the queues of the task hub. The metric has one value an hour.'
          severity: 2
          scope: '${hostStorageId}/queueServices/default'
          namespace: 'Microsoft.Storage/storageAccounts/queueServices'
          metric: 'QueueMessageCount'
          aggregation: 'Average'
          operator: 'GreaterThan'
          threshold: queueDepth
          every: 'PT1H'
          window: 'PT1H'
          dimensions: []
        }
      ]
    : [],
  [
    {
      name: 'postgres-cpu'
      description: 'PostgreSQL is busy: more than 90 % of its processors for a quarter of an hour.'
      severity: 2
      scope: postgresId
      namespace: 'Microsoft.DBforPostgreSQL/flexibleServers'
      metric: 'cpu_percent'
      aggregation: 'Average'
      operator: 'GreaterThan'
      threshold: 90
      every: 'PT5M'
      window: 'PT15M'
      dimensions: []
    }
    {
      name: 'postgres-storage'
      description: 'The disk of PostgreSQL is more than 85 % full. At 95 % the server becomes read-only.'
      severity: 1
      scope: postgresId
      namespace: 'Microsoft.DBforPostgreSQL/flexibleServers'
      metric: 'storage_percent'
      aggregation: 'Average'
      operator: 'GreaterThan'
      threshold: 85
      every: 'PT5M'
      window: 'PT15M'
      dimensions: []
    }
    {
      name: 'postgres-connections'
      description: 'More than four fifths of the connections of PostgreSQL are in use.'
      severity: 2
      scope: postgresId
      namespace: 'Microsoft.DBforPostgreSQL/flexibleServers'
      metric: 'active_connections'
      aggregation: 'Average'
      operator: 'GreaterThan'
      threshold: postgresConnections * 4 / 5
      every: 'PT5M'
      window: 'PT15M'
      dimensions: []
    }
    {
      name: 'postgres-down'
      description: 'PostgreSQL does not answer.'
      severity: 0
      scope: postgresId
      namespace: 'Microsoft.DBforPostgreSQL/flexibleServers'
      metric: 'is_db_alive'
      aggregation: 'Maximum'
      operator: 'LessThan'
      threshold: 1
      every: 'PT1M'
      window: 'PT5M'
      dimensions: []
    }
  ],
  hasModels
    ? [
        {
          name: 'openai-throttled'
          description: 'Azure OpenAI refuses requests with 429: the quota is too low for the load.'
          severity: 2
          scope: openAiId
          namespace: 'Microsoft.CognitiveServices/accounts'
          metric: 'AzureOpenAIRequests'
          aggregation: 'Total'
          operator: 'GreaterThan'
          threshold: 20
          every: 'PT5M'
          window: 'PT15M'
          dimensions: [{ name: 'StatusCode', operator: 'Include', values: ['429'] }]
        }
      ]
    : [],
  hasQdrantMachine
    ? [
        {
          name: 'qdrant-down'
          description: 'The machine of Qdrant does not run.'
          severity: 0
          scope: qdrantMachineId
          namespace: 'Microsoft.Compute/virtualMachines'
          metric: 'VmAvailabilityMetric'
          aggregation: 'Average'
          operator: 'LessThan'
          threshold: 1
          every: 'PT1M'
          window: 'PT5M'
          dimensions: []
        }
      ]
    : []
)

resource metricRules 'Microsoft.Insights/metricAlerts@2026-01-01' = [
  for alert in metricAlerts: {
    name: '${alert.name}-${token}'
    location: 'global'
    tags: tags
    properties: {
      description: alert.description
      enabled: true
      severity: alert.severity
      scopes: [alert.scope]
      evaluationFrequency: alert.every
      windowSize: alert.window
      autoMitigate: true
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            name: alert.name
            criterionType: 'StaticThresholdCriterion'
            metricNamespace: alert.namespace
            metricName: alert.metric
            timeAggregation: alert.aggregation
            operator: alert.operator
            threshold: alert.threshold
            dimensions: alert.dimensions
            skipMetricValidation: true
          }
        ]
      }
      actions: [{ actionGroupId: people.id }]
    }
  }
]

output actionGroupId string = people.id
