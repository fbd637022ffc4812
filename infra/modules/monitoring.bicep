import { roleIds } from 'roles.bicep'

param workspaceName string
param componentName string
param location string
param tags object
param retentionInDays int
@description('Gigabytes of logs a day; the workspace drops what is above.')
param dailyQuotaInGigabytes int
@description('Name of the identity of the app.')
param identityName string
@description('Its object id: it sends telemetry.')
param principalId string

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-07-01' = {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: retentionInDays
    workspaceCapping: { dailyQuotaGb: dailyQuotaInGigabytes }
    features: { disableLocalAuth: true }
  }
}

resource workspaceLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'logs'
  scope: workspace
  properties: {
    workspaceId: workspace.id
    logs: [{ categoryGroup: 'audit', enabled: true }]
  }
}

// Telemetry is accepted with a token of Entra ID only; the connection string alone lets nobody write.
resource component 'Microsoft.Insights/components@2020-02-02' = {
  name: componentName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    DisableLocalAuth: true
  }
}

resource publisher 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(component.id, identityName, roleIds.monitoringMetricsPublisher)
  scope: component
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roleIds.monitoringMetricsPublisher
    )
  }
}

output workspaceId string = workspace.id
@description('What queries call the workspace.')
output workspaceKey string = workspace.properties.customerId
output componentId string = component.id
output connectionString string = component.properties.ConnectionString
