import { roleIds } from 'roles.bicep'

// Azure OpenAI with the deployments that the app asks. Prompts and answers are not logged.

@description('One deployment of a model.')
@export()
type deployment = {
  name: string
  model: string
  version: string
  @description('Thousands of tokens a minute.')
  capacity: int
  @description('A model of embeddings must stay the same: vectors of two versions cannot be compared.')
  keepsVersion: bool
}

param name string
param location string
param tags object
param deployments deployment[]
param isPrivate bool
@description('Name of the identity of the app.')
param identityName string
param principalId string
param workspaceId string

resource account 'Microsoft.CognitiveServices/accounts@2025-06-01' = {
  name: name
  location: location
  tags: tags
  kind: 'OpenAI'
  sku: { name: 'S0' }
  properties: {
    // Tokens of Entra ID are accepted at a name of its own only.
    customSubDomainName: name
    disableLocalAuth: true
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: { defaultAction: isPrivate ? 'Deny' : 'Allow' }
  }
}

@batchSize(1)
resource models 'Microsoft.CognitiveServices/accounts/deployments@2025-06-01' = [
  for item in deployments: {
    parent: account
    name: item.name
    sku: { name: 'GlobalStandard', capacity: item.capacity }
    properties: {
      model: { format: 'OpenAI', name: item.model, version: item.version }
      versionUpgradeOption: item.keepsVersion ? 'NoAutoUpgrade' : 'OnceCurrentVersionExpired'
    }
  }
]

resource user 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account.id, identityName, roleIds.cognitiveServicesOpenAiUser)
  scope: account
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roleIds.cognitiveServicesOpenAiUser
    )
  }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'logs'
  scope: account
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'Audit', enabled: true }]
  }
}

output id string = account.id
output endpoint string = account.properties.endpoint
