export { type AccessPolicy, accessListPolicy } from './access-policy.ts';
export { type ConfigureResource, configureResource } from './configure-resource.ts';
export { findPartyNames, updateViewerParty } from './party-names.ts';
export {
  findResource,
  findResources,
  findVisibleResource,
  listResources,
  type ResourceFilter,
  type ResourceRow,
  toOpenTo,
  toSettings,
} from './resource.ts';
export {
  countResourceAccess,
  grantResourceAccess,
  listResourceAccess,
  type ResourceAccessChange,
  type ResourceAccessRow,
  revokeResourceAccess,
} from './resource-access.ts';
export {
  findServiceOwner,
  findServiceOwnerById,
  findServiceOwners,
  registerServiceOwner,
  type ServiceOwnerRow,
} from './service-owners.ts';
