// The function app on Flex Consumption. Its settings are in this file only: writing app settings replaces all of them.

param planName string
param name string
param location string
param tags object
param serviceTag string
param identityId string
param identityClientId string
@description('Container of the package.')
param packageAddress string
@description('Endpoints of the host storage.')
param hostStorage { blob: string, queue: string, table: string }
@description('Connection string of Application Insights. It is not a secret: telemetry needs a token of Entra ID.')
param telemetryConnection string
param workspaceId string
@allowed([2048, 4096])
param instanceMemoryInMegabytes int
@minValue(40)
@maxValue(1000)
param maximumInstances int
@description('Instances that are always running: {name: http, durable or function:<name>, instanceCount}.')
param alwaysReady array
@description('Subnet that the app sends from; empty without a virtual network.')
param subnetId string
@description('False closes the app to everything outside the virtual network.')
param isPublic bool
@description('Settings of the app itself, by name.')
param appSettings object

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource site 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': serviceTag })
  kind: 'functionapp,linux'
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identityId}': {} } }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    publicNetworkAccess: isPublic ? 'Enabled' : 'Disabled'
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: {
      ftpsState: 'Disabled'
      http20Enabled: true
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packageAddress
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identityId }
        }
      }
      runtime: { name: 'node', version: '22' }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryInMegabytes
        maximumInstanceCount: maximumInstances
        alwaysReady: alwaysReady
      }
    }
  }

  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
    dependsOn: [ftp]
  }

  // The host opens its storage with the identity only when all five are set, and no plain AzureWebJobsStorage is.
  resource settings 'config' = {
    name: 'appsettings'
    properties: union(
      {
        AzureWebJobsStorage__credential: 'managedidentity'
        AzureWebJobsStorage__clientId: identityClientId
        AzureWebJobsStorage__blobServiceUri: hostStorage.blob
        AzureWebJobsStorage__queueServiceUri: hostStorage.queue
        AzureWebJobsStorage__tableServiceUri: hostStorage.table
        APPLICATIONINSIGHTS_CONNECTION_STRING: telemetryConnection
        APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
        AZURE_CLIENT_ID: identityClientId
        AZURE_TOKEN_CREDENTIALS: 'ManagedIdentityCredential'
      },
      appSettings
    )
  }
}

// Traces and requests are in Application Insights already; what is refused before it reaches the app is only here.
resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'logs'
  scope: site
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'AppServiceAuthenticationLogs', enabled: true }]
  }
}

output id string = site.id
output name string = site.name
output address string = 'https://${site.properties.defaultHostName}'
