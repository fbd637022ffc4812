import { roleIds } from 'roles.bicep'

// The lake: Data Lake Storage Gen2. Block blobs only; versioning does not exist with hierarchical namespaces, so deleted
// data is kept by soft delete.

@maxLength(24)
param name string
param location string
param tags object
param sku string
param isPrivate bool
param workspaceId string
param containers { raw: string, processed: string, quarantine: string, staging: string, contracts: string }
param softDeleteInDays int
@description('Days after which raw files move to the Cool tier.')
param rawToCoolInDays int
@description('Name of the identity of the app.')
param identityName string
param principalId string
@description('Of the person or pipeline that deploys and uploads the sample; empty for nobody.')
param deployerPrincipalId string
@allowed(['User', 'Group', 'ServicePrincipal'])
param deployerPrincipalType string
@description('Adds a container for snapshots of Qdrant.')
param hasSnapshots bool
@description('Identity of the machine of Qdrant, which writes them.')
param machineIdentityName string
param machinePrincipalId string

var snapshots = 'qdrant-snapshots'
var containerNames = concat(
  [containers.raw, containers.processed, containers.quarantine, containers.staging, containers.contracts],
  hasSnapshots ? [snapshots] : []
)

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: sku }
  properties: {
    accessTier: 'Hot'
    isHnsEnabled: true
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
      deleteRetentionPolicy: { enabled: true, days: softDeleteInDays }
      containerDeleteRetentionPolicy: { enabled: true, days: softDeleteInDays }
    }
  }
}

resource fileSystems 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = [
  for container in containerNames: {
    parent: account::blobs
    name: container
    properties: { publicAccess: 'None' }
  }
]

// A run may wait six days for a decision with its files in `staging`; two weeks leave room for that.
var deletions = concat(
  [
    { container: containers.staging, days: 14 }
    { container: containers.quarantine, days: 90 }
  ],
  hasSnapshots ? [{ container: snapshots, days: 14 }] : []
)

resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2025-06-01' = {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: concat(
        [
          {
            name: 'raw-to-cool'
            enabled: true
            type: 'Lifecycle'
            definition: {
              filters: { blobTypes: ['blockBlob'], prefixMatch: ['${containers.raw}/'] }
              actions: { baseBlob: { tierToCool: { daysAfterModificationGreaterThan: rawToCoolInDays } } }
            }
          }
        ],
        map(deletions, deletion => {
          name: 'delete-${deletion.container}'
          enabled: true
          type: 'Lifecycle'
          definition: {
            filters: { blobTypes: ['blockBlob'], prefixMatch: ['${deletion.container}/'] }
            actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: deletion.days } } }
          }
        })
      )
    }
  }
}

// A run of 100 GB reads each byte twice; a log line for each read would cost more than the run.
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

// The app writes four containers and only reads the contracts.
resource appAssignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for index in range(0, 5): {
    name: guid(fileSystems[index].id, identityName, appRoles[index])
    scope: fileSystems[index]
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', appRoles[index])
    }
  }
]
var appRoles = [
  roleIds.storageBlobDataContributor
  roleIds.storageBlobDataContributor
  roleIds.storageBlobDataContributor
  roleIds.storageBlobDataContributor
  roleIds.storageBlobDataReader
]

// Whoever deploys uploads files to `raw` (0) and contracts to `contracts` (4).
resource deployerAssignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for index in [0, 4]: if (!empty(deployerPrincipalId)) {
    name: guid(fileSystems[index].id, deployerPrincipalId, roleIds.storageBlobDataContributor)
    scope: fileSystems[index]
    properties: {
      principalId: deployerPrincipalId
      principalType: deployerPrincipalType
      roleDefinitionId: subscriptionResourceId(
        'Microsoft.Authorization/roleDefinitions',
        roleIds.storageBlobDataContributor
      )
    }
  }
]

// The machine of Qdrant writes snapshots (5), and sees nothing else of the lake.
resource machineAssignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (hasSnapshots) {
  name: guid(fileSystems[5].id, machineIdentityName, roleIds.storageBlobDataContributor)
  scope: fileSystems[5]
  properties: {
    principalId: machinePrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roleIds.storageBlobDataContributor
    )
  }
}

output id string = account.id
output blobEndpoint string = account.properties.primaryEndpoints.blob
output snapshotAddress string = hasSnapshots ? '${account.properties.primaryEndpoints.blob}${snapshots}' : ''
