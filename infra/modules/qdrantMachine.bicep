// Qdrant on one virtual machine: for those who want it in their own network. It has no public address, and nobody can sign
// in from outside; `az vm run-command` is the way in. Data is on a managed disk, snapshots go to the lake every night.

param name string
param location string
param tags object
param abbreviations object
param token string
param size string
param diskInGigabytes int
param subnetId string
param networkId string
@description('Private DNS zone of the machine.')
param zoneName string
@description('Identity of the machine: it may read the key and write snapshots, nothing else.')
param identityId string
param identityClientId string
@description('Address of the secret with the API key.')
param keyAddress string
param adminName string
param sshPublicKey string
@description('Version of Qdrant, such as 1.16.3.')
param qdrantVersion string
@description('SHA-256 of the release file qdrant-x86_64-unknown-linux-musl.tar.gz.')
param qdrantSha256 string
@description('Container of the snapshots.')
param snapshotAddress string

var hostName = 'qdrant'
// The fifth address of the subnet; Azure keeps the first four.
var privateAddress = '10.20.2.4'
var dataDiskLun = 0

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: zoneName
  location: 'global'
  tags: tags

  resource link 'virtualNetworkLinks' = {
    name: 'network'
    location: 'global'
    tags: tags
    properties: { registrationEnabled: false, virtualNetwork: { id: networkId } }
  }

  resource record 'A' = {
    name: hostName
    properties: { ttl: 300, aRecords: [{ ipv4Address: privateAddress }] }
  }
}

resource card 'Microsoft.Network/networkInterfaces@2025-01-01' = {
  name: '${abbreviations.networkInterface}qdrant-${token}'
  location: location
  tags: tags
  properties: {
    ipConfigurations: [
      {
        name: 'private'
        properties: {
          subnet: { id: subnetId }
          privateIPAllocationMethod: 'Static'
          privateIPAddress: privateAddress
        }
      }
    ]
  }
}

resource disk 'Microsoft.Compute/disks@2025-01-02' = {
  name: '${abbreviations.disk}qdrant-${token}'
  location: location
  tags: tags
  sku: { name: 'Premium_LRS' }
  properties: {
    creationData: { createOption: 'Empty' }
    diskSizeGB: diskInGigabytes
    networkAccessPolicy: 'DenyAll'
    publicNetworkAccess: 'Disabled'
  }
}

var cloudInit = reduce(
  items({
    KEY_ADDRESS: keyAddress
    CLIENT_ID: identityClientId
    HOST_NAME: '${hostName}.${zoneName}'
    QDRANT_VERSION: qdrantVersion
    QDRANT_SHA256: qdrantSha256
    SNAPSHOT_ADDRESS: snapshotAddress
  }),
  loadTextContent('../qdrant/cloud-init.yaml'),
  (text, item) => replace(text, '{{${item.key}}}', item.value)
)

resource machine 'Microsoft.Compute/virtualMachines@2025-04-01' = {
  name: name
  location: location
  tags: tags
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identityId}': {} } }
  properties: {
    hardwareProfile: { vmSize: size }
    securityProfile: {
      securityType: 'TrustedLaunch'
      encryptionAtHost: true
      uefiSettings: { secureBootEnabled: true, vTpmEnabled: true }
    }
    storageProfile: {
      imageReference: { publisher: 'Canonical', offer: 'ubuntu-24_04-lts', sku: 'server', version: 'latest' }
      osDisk: {
        createOption: 'FromImage'
        deleteOption: 'Delete'
        managedDisk: { storageAccountType: 'StandardSSD_LRS' }
      }
      dataDisks: [
        { lun: dataDiskLun, createOption: 'Attach', deleteOption: 'Detach', managedDisk: { id: disk.id } }
      ]
    }
    osProfile: {
      computerName: hostName
      adminUsername: adminName
      customData: base64(cloudInit)
      linuxConfiguration: {
        disablePasswordAuthentication: true
        ssh: { publicKeys: [{ path: '/home/${adminName}/.ssh/authorized_keys', keyData: sshPublicKey }] }
        patchSettings: { patchMode: 'AutomaticByPlatform', assessmentMode: 'AutomaticByPlatform' }
      }
    }
    networkProfile: { networkInterfaces: [{ id: card.id, properties: { deleteOption: 'Detach' } }] }
    diagnosticsProfile: { bootDiagnostics: { enabled: true } }
  }
}

output id string = machine.id
output name string = machine.name
output address string = 'https://${hostName}.${zoneName}:6333'
