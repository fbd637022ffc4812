import { roleIds } from 'roles.bicep'

// The Durable Task Scheduler, in the place of the task hub in Azure Storage.

param name string
param location string
param tags object
param hubName string
@description('Addresses that may connect, in CIDR form. An empty list would refuse everybody.')
@minLength(1)
param allowedAddresses string[]
@description('Name of the identity of the app.')
param identityName string
param principalId string

resource scheduler 'Microsoft.DurableTask/schedulers@2026-02-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    ipAllowlist: allowedAddresses
    sku: { name: 'Consumption' }
  }

  resource hub 'taskHubs' = {
    name: hubName
  }
}

resource contributor 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(scheduler::hub.id, identityName, roleIds.durableTaskDataContributor)
  scope: scheduler::hub
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roleIds.durableTaskDataContributor
    )
  }
}

output endpoint string = scheduler.properties.endpoint
