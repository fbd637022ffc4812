import { roleIds } from 'roles.bicep'

// The Functions host's own storage: locks, timers, the task hub and the deployment package. The lake is another account, so
// that the queues of the task hub and the data do not share limits, and nobody needs queue or table rights on the data.

@maxLength(24)
param name string
param location string
param tags object
param sku string
param isPrivate bool
param workspaceId string
@description('Name of the identity of the app.')
param identityName string
param principalId string
@description('False with the Durable Task Scheduler: only the task hub of Azure Storage has queues.')
param hasTaskHub bool

var packageContainer = 'packages'

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: sku }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: { defaultAction: isPrivate ? 'Deny' : 'Allow', bypass: 'None' }
  }

  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      deleteRetentionPolicy: { enabled: true, days: 7 }
      containerDeleteRetentionPolicy: { enabled: true, days: 7 }
    }

    resource packages 'containers' = {
      name: packageContainer
      properties: { publicAccess: 'None' }
    }
  }
}

// Reads are not logged: the host reads its leases and its package all the time.
resource blobLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'logs'
  scope: account::blobs
  properties: {
    workspaceId: workspaceId
    logs: [
      { category: 'StorageWrite', enabled: true }
      { category: 'StorageDelete', enabled: true }
    ]
  }
}

// The host takes blob leases for timers and locks, which only the owner role covers; the task hub is in queues and tables,
// and the host writes diagnostic events to a table.
var roles = concat(
  [roleIds.storageBlobDataOwner, roleIds.storageTableDataContributor],
  hasTaskHub ? [roleIds.storageQueueDataContributor] : []
)

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in roles: {
    name: guid(account.id, identityName, role)
    scope: account
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    }
  }
]

output id string = account.id
output packageAddress string = '${account.properties.primaryEndpoints.blob}${packageContainer}'
output blobAddress string = account.properties.primaryEndpoints.blob
output queueAddress string = account.properties.primaryEndpoints.queue
output tableAddress string = account.properties.primaryEndpoints.table
