import type { AuditEntry } from '@dockhero/database/audit-log';
import type { LifecycleLine } from './lifecycle-lines.js';

/** Kinds of the audit trail that say something to the app's people. */
export const toldKinds = ['desired', 'step', 'trouble', 'notice', 'warning'] as const;

/** The line of an entry of the audit trail; null for what only operators want to know. */
export function auditLine({ kind, text }: Pick<AuditEntry, 'kind' | 'text'>): LifecycleLine | null {
  switch (kind) {
    case 'step':
      return text === 'tell heroku: done' ? { severity: 'info', text: 'the add-on is ready' } : null;
    case 'trouble':
    case 'warning':
      return { severity: 'error', text };
    default:
      return { severity: 'info', text };
  }
}
