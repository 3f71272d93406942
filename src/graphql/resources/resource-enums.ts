/** The enums of resources. */
import type { ResourceAction, VirusScanPolicy } from '../../domain/resource-settings.ts';
import { builder } from '../builder.ts';

/** What a party may do through a resource. */
export const ResourceActionEnum = builder.enumType('ResourceAction', {
  description: 'What a party may do through a resource.',
  values: {
    SEND: { description: 'To initialize transfers and upload their files.' },
    RECEIVE: { description: 'To be a recipient: download files and confirm.' },
  } as const satisfies Record<ResourceAction, { description: string }>,
});

/** Whether the files of a resource are scanned. */
export const VirusScanPolicyEnum = builder.enumType('VirusScanPolicy', {
  description: 'Whether the files that go through a resource are scanned for malware.',
  values: {
    REQUIRED: { description: 'Every file is scanned before it is published.' },
    OPTIONAL: {
      description:
        'Files are scanned where the broker has a scanner, unless the sender asks, per transfer, to skip it.',
    },
    DISABLED: { description: 'Files are published without a scan.' },
  } as const satisfies Record<VirusScanPolicy, { description: string }>,
});
