/** How the queue treats a failed pass: `later` backs off and tries again, `never` asks a person at once. */
type Retry = 'later' | 'never';

interface ErrorKind {
  /** HTTP status when the error reaches a caller. */
  readonly status: number;
  readonly retry: Retry;
  /** A sentence for the customer: what happened, whose fault it is, what to do. */
  readonly message: string;
}

/** Every error we raise on purpose: code, status, retry and the customer's sentence in one place. */
export const errorCatalog = {
  unauthorized: { status: 401, retry: 'never', message: 'The credentials of this request are not those of the add-on.' },
  invalid_request: { status: 422, retry: 'never', message: 'The request is not valid.' },
  malformed_request: { status: 400, retry: 'never', message: 'The request could not be read.' },
  request_too_large: { status: 413, retry: 'never', message: 'The request is too large.' },
  media_type_unsupported: { status: 415, retry: 'never', message: 'The request’s Content-Type is not one we read; send JSON.' },
  address_unknown: { status: 404, retry: 'never', message: 'There is nothing at this address.' },
  plan_unknown: {
    status: 422,
    retry: 'never',
    message: 'This plan does not exist. Choose one of the plans listed by `heroku addons:plans dockhero`.',
  },
  plan_change_unsupported: {
    status: 422,
    retry: 'never',
    message:
      'This plan change needs another number of hosts and cannot be done in place. Create a second add-on with the new plan and move your stack to it.',
  },
  region_unsupported: { status: 422, retry: 'never', message: 'Dockhero does not serve this region yet.' },
  resource_not_found: { status: 404, retry: 'never', message: 'This add-on does not exist or has been removed.' },
  resource_gone: {
    status: 410,
    retry: 'never',
    message: 'This add-on has been removed. Create a new one with `heroku addons:create dockhero`.',
  },
  resource_failed: { status: 422, retry: 'never', message: 'This add-on could not be provisioned. Remove it and create it again.' },
  not_ready: { status: 409, retry: 'later', message: 'The add-on is still being created. Run `heroku addons:wait` and try again.' },
  bundle_disabled: {
    status: 403,
    retry: 'never',
    message:
      'The long-lived certificates of this add-on are switched off. Update the plugin with `heroku plugins:update`: it makes its own. Or switch them on with `heroku dh:certs:bundle on`.',
  },
  too_many_certificates: {
    status: 429,
    retry: 'never',
    message: 'This add-on has handed out 1,000 certificates of this kind that are still valid. Revoke them with `heroku dh:certs:rotate`.',
  },
  certificate_not_found: {
    status: 404,
    retry: 'never',
    message: 'This add-on has no valid certificate of this serial number: it was never handed out, or it has expired.',
  },
  webhook_not_https: { status: 422, retry: 'never', message: 'Webhooks must be https:// URLs: alerts do not travel unencrypted.' },
  webhook_never_called: {
    status: 422,
    retry: 'never',
    message:
      'Webhooks are called at port 443 or 8443 only, and without a user name or password in the URL: this one would never get anything.',
  },
  unsubscribe_link_unknown: {
    status: 404,
    retry: 'never',
    message: 'This link is not one of ours, or too old. Who is told of alerts is set with `heroku dh:alerts:set`.',
  },
  too_many_silences: {
    status: 429,
    retry: 'never',
    message: 'This add-on has 100 silences already. End some with `heroku dh:alerts:unsilence`.',
  },
  silence_not_found: { status: 404, retry: 'never', message: 'There is no such silence: it was never made, or it has ended.' },
  bootstrap_token_invalid: { status: 403, retry: 'never', message: 'The bootstrap token is unknown, expired or already used.' },
  grant_expired: {
    status: 422,
    retry: 'never',
    message: 'Heroku’s authorization for this add-on expired before it could be used. Remove the add-on and create it again.',
  },
  heroku_unavailable: { status: 503, retry: 'later', message: 'Heroku’s API does not answer as it should. We keep trying.' },
  heroku_forbidden: { status: 503, retry: 'later', message: 'Heroku refuses our authorization for this add-on. We keep trying.' },
  heroku_addon_gone: { status: 410, retry: 'never', message: 'Heroku no longer knows this add-on.' },
  heroku_rejected: { status: 503, retry: 'never', message: 'Heroku refused what we sent for this add-on.' },
  host_capacity: { status: 503, retry: 'later', message: 'AWS has no room for this plan now. We keep trying.' },
  provision_late: { status: 503, retry: 'never', message: 'This add-on could not be made ready in time.' },
  host_boot_failed: { status: 503, retry: 'never', message: 'AWS started the hosts of this add-on several times, but none came up.' },
  aws_throttled: { status: 503, retry: 'later', message: 'AWS asks us to slow down. We keep trying.' },
  aws_unavailable: { status: 503, retry: 'later', message: 'AWS does not answer as it should. We keep trying.' },
  aws_lagging: { status: 503, retry: 'later', message: 'AWS does not show yet what was just made. We look again in a moment.' },
  aws_rejected: { status: 503, retry: 'never', message: 'AWS refused a request for this add-on. Our operators have been told.' },
  disk_limit: { status: 503, retry: 'never', message: 'AWS gives us no further disk. Our operators have been told.' },
  disk_in_use: { status: 409, retry: 'later', message: 'Another host has this volume.' },
  disk_zone: { status: 409, retry: 'never', message: 'The volume is in another availability zone than the host.' },
  disk_change_too_soon: {
    status: 409,
    retry: 'later',
    message: 'AWS changes a volume four times a day at most, one change after the other.',
  },
  snapshot_limit: { status: 503, retry: 'later', message: 'Too many backups of this volume are under way. We try again.' },
  volume_not_found: { status: 404, retry: 'never', message: 'There is no such volume. `heroku dh:volumes` lists them.' },
  volume_exists: { status: 409, retry: 'never', message: 'There is a volume of this name already.' },
  volume_options: { status: 422, retry: 'never', message: 'The options of this volume are not valid.' },
  volume_limit: { status: 422, retry: 'never', message: 'The plan of this add-on holds no further volume of this size.' },
  volume_lost: {
    status: 503,
    retry: 'never',
    message: 'AWS does not know the disk of this volume any more. Restore its latest backup with `heroku dh:backups:restore`.',
  },
  volume_blank: { status: 409, retry: 'later', message: 'This volume holds nothing yet: no container has used it.' },
  volume_in_use: { status: 409, retry: 'never', message: 'A container uses this volume. Stop it first.' },
  volume_shrink: { status: 422, retry: 'never', message: 'A volume only grows. To make it smaller, create another and copy.' },
  volume_kept_no_more: { status: 410, retry: 'never', message: 'The content of this volume is not kept any more.' },
  backup_not_found: { status: 404, retry: 'never', message: 'There is no such backup. `heroku dh:backups` lists them.' },
  backup_not_ready: { status: 409, retry: 'later', message: 'This backup is not complete yet. Try again in a few minutes.' },
  backup_failed: { status: 409, retry: 'never', message: 'This backup failed: there is nothing to restore from it.' },
  owner_unknown: {
    status: 503,
    retry: 'later',
    message: 'Heroku does not say at the moment who owns this app. Try again in a few minutes.',
  },
  too_many_backups: { status: 429, retry: 'never', message: 'This volume has 100 backups made by hand. Wait until old ones end.' },
  block_not_found: { status: 404, retry: 'never', message: 'This block of the backup was never written: it is zeros.' },
  download_too_fast: { status: 429, retry: 'later', message: 'This add-on downloads more than we can send. Go on in a few seconds.' },
  download_unavailable: {
    status: 503,
    retry: 'never',
    message: 'Backups cannot be downloaded from here. Restore this one into a volume instead.',
  },
  host_certificate: { status: 403, retry: 'never', message: 'This certificate is not that of a host of ours.' },
  docker_unreachable: { status: 503, retry: 'later', message: 'The host’s Docker Engine does not answer.' },
  docker_rejected: { status: 503, retry: 'later', message: 'The host’s Docker Engine refused a request of ours.' },
  agent_unreachable: { status: 503, retry: 'later', message: 'Our agent on the host does not answer.' },
  storage_unavailable: { status: 503, retry: 'later', message: 'Our database does not answer. Nothing was lost; try again in a minute.' },
  lease_lost: { status: 503, retry: 'later', message: 'Another worker took over this add-on.' },
  internal: { status: 500, retry: 'later', message: 'Something went wrong on our side. We have been told.' },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof errorCatalog;

/** `message` is safe to show to a customer; `detail` and `cause` go to the log only. */
export class AppError extends Error {
  override readonly name = 'AppError';

  constructor(
    readonly code: ErrorCode,
    readonly detail: Readonly<Record<string, unknown>> = {},
    options: { cause?: unknown; message?: string } = {},
  ) {
    super(options.message ?? errorCatalog[code].message, { cause: options.cause });
  }

  get status(): number {
    return errorCatalog[this.code].status;
  }

  get retry(): Retry {
    return errorCatalog[this.code].retry;
  }
}

/** True when `error` is ours and carries one of `codes`. */
export function hasCode(error: unknown, ...codes: ErrorCode[]): error is AppError {
  return error instanceof AppError && codes.includes(error.code);
}
