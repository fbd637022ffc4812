import { roleIds } from 'roles.bicep'

// A vault for one secret: the API key of Qdrant, which knows no identities.

@maxLength(24)
param name string
param location string
param tags object
param isPrivate bool
param secretName string
@secure()
@description('The key of a Qdrant that exists. Empty: the first deployment makes up a key, and later ones keep what is in the vault.')
param secretValue string
@description('Identities that read the key.')
param readers { name: string, principalId: string }[]
param workspaceId string

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enablePurgeProtection: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 30
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    // Deployments write the secret through the trusted services, also where the network is closed.
    networkAcls: { defaultAction: isPrivate ? 'Deny' : 'Allow', bypass: 'AzureServices' }
  }
}

// Two modules, because one writes the secret only when it does not exist yet.
module givenKey 'secret.bicep' = if (!empty(secretValue)) {
  name: 'qdrantKeyGiven'
  params: { vaultName: vault.name, secretName: secretName, secretValue: secretValue, tags: tags }
}

module generatedKey 'generatedSecret.bicep' = if (empty(secretValue)) {
  name: 'qdrantKeyGenerated'
  params: { vaultName: vault.name, secretName: secretName, tags: tags }
}

resource secret 'Microsoft.KeyVault/vaults/secrets@2025-05-01' existing = {
  parent: vault
  name: secretName
}

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for reader in readers: {
    name: guid(secret.id, reader.name, roleIds.keyVaultSecretsUser)
    scope: secret
    properties: {
      principalId: reader.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.keyVaultSecretsUser)
    }
    dependsOn: [givenKey, generatedKey]
  }
]

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'logs'
  scope: vault
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'audit', enabled: true }]
  }
}

output id string = vault.id
output name string = vault.name
@description('Address of the secret without a version, so that a new version is picked up.')
output secretAddress string = '${vault.properties.vaultUri}secrets/${secretName}'
