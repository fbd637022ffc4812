// A virtual network with three subnets. Everything leaves through one NAT gateway: subnets of new networks have no way out
// of their own, and its fixed address is the one that firewalls let in.

param name string
param location string
param tags object
param abbreviations object
param token string
param workspaceId string

var prefix = '10.20.0.0/22'
var functionsPrefix = '10.20.0.0/24'
var endpointsPrefix = '10.20.1.0/24'
var qdrantPrefix = '10.20.2.0/27'
var qdrantPort = '6333'

var denyOthers = {
  name: 'deny-other-inbound'
  properties: {
    priority: 4000
    direction: 'Inbound'
    access: 'Deny'
    protocol: '*'
    sourceAddressPrefix: '*'
    sourcePortRange: '*'
    destinationAddressPrefix: '*'
    destinationPortRange: '*'
  }
}

resource functionsRules 'Microsoft.Network/networkSecurityGroups@2025-01-01' = {
  name: '${abbreviations.networkSecurityGroup}functions-${token}'
  location: location
  tags: tags
  properties: { securityRules: [denyOthers] }
}

resource endpointsRules 'Microsoft.Network/networkSecurityGroups@2025-01-01' = {
  name: '${abbreviations.networkSecurityGroup}endpoints-${token}'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'allow-services-from-network'
        properties: {
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: prefix
          sourcePortRange: '*'
          destinationAddressPrefix: endpointsPrefix
          destinationPortRanges: ['443', '5432']
        }
      }
      denyOthers
    ]
  }
}

resource qdrantRules 'Microsoft.Network/networkSecurityGroups@2025-01-01' = {
  name: '${abbreviations.networkSecurityGroup}qdrant-${token}'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'allow-qdrant-from-functions'
        properties: {
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: functionsPrefix
          sourcePortRange: '*'
          destinationAddressPrefix: qdrantPrefix
          destinationPortRange: qdrantPort
        }
      }
      denyOthers
    ]
  }
}

resource address 'Microsoft.Network/publicIPAddresses@2025-01-01' = {
  name: '${abbreviations.publicIp}${token}'
  location: location
  tags: tags
  sku: { name: 'Standard' }
  properties: { publicIPAllocationMethod: 'Static', publicIPAddressVersion: 'IPv4' }
}

resource gateway 'Microsoft.Network/natGateways@2025-01-01' = {
  name: '${abbreviations.natGateway}${token}'
  location: location
  tags: tags
  sku: { name: 'Standard' }
  properties: { publicIpAddresses: [{ id: address.id }], idleTimeoutInMinutes: 4 }
}

resource network 'Microsoft.Network/virtualNetworks@2025-01-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: [prefix] }
    subnets: [
      {
        // Flex Consumption wants a subnet of its own, without an underscore in its name.
        name: 'functions'
        properties: {
          addressPrefix: functionsPrefix
          defaultOutboundAccess: false
          natGateway: { id: gateway.id }
          networkSecurityGroup: { id: functionsRules.id }
          delegations: [
            { name: 'flex-consumption', properties: { serviceName: 'Microsoft.App/environments' } }
          ]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: endpointsPrefix
          defaultOutboundAccess: false
          networkSecurityGroup: { id: endpointsRules.id }
          privateEndpointNetworkPolicies: 'Enabled'
        }
      }
      {
        name: 'qdrant'
        properties: {
          addressPrefix: qdrantPrefix
          defaultOutboundAccess: false
          natGateway: { id: gateway.id }
          networkSecurityGroup: { id: qdrantRules.id }
        }
      }
    ]
  }

  resource functionsSubnet 'subnets' existing = { name: 'functions' }
  resource endpointsSubnet 'subnets' existing = { name: 'endpoints' }
  resource qdrantSubnet 'subnets' existing = { name: 'qdrant' }
}

resource networkLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'logs'
  scope: network
  properties: { workspaceId: workspaceId, logs: [{ categoryGroup: 'allLogs', enabled: true }] }
}

resource addressLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'logs'
  scope: address
  properties: { workspaceId: workspaceId, logs: [{ categoryGroup: 'allLogs', enabled: true }] }
}

resource functionsRulesLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'logs'
  scope: functionsRules
  properties: { workspaceId: workspaceId, logs: [{ categoryGroup: 'allLogs', enabled: true }] }
}

resource endpointsRulesLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'logs'
  scope: endpointsRules
  properties: { workspaceId: workspaceId, logs: [{ categoryGroup: 'allLogs', enabled: true }] }
}

resource qdrantRulesLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'logs'
  scope: qdrantRules
  properties: { workspaceId: workspaceId, logs: [{ categoryGroup: 'allLogs', enabled: true }] }
}

output networkId string = network.id
output functionsSubnetId string = network::functionsSubnet.id
output endpointsSubnetId string = network::endpointsSubnet.id
output qdrantSubnetId string = network::qdrantSubnet.id
@description('The address that everything outside the network sees.')
output outboundAddress string = address.properties.ipAddress
