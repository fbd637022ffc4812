// A private endpoint of one part of a service, and its name in a private DNS zone.

param name string
param location string
param tags object
param subnetId string
param serviceId string
@description('The part of the service: blob, dfs, queue, table, postgresqlServer, account, vault or sites.')
param groupId string
param zoneId string

resource endpoint 'Microsoft.Network/privateEndpoints@2025-01-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    subnet: { id: subnetId }
    privateLinkServiceConnections: [
      { name: groupId, properties: { privateLinkServiceId: serviceId, groupIds: [groupId] } }
    ]
  }

  resource names 'privateDnsZoneGroups' = {
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [{ name: groupId, properties: { privateDnsZoneId: zoneId } }]
    }
  }
}
