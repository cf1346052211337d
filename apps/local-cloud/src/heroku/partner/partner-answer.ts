export interface PartnerRequest {
  readonly method: 'POST' | 'PUT' | 'DELETE';
  readonly addonId: string;
  readonly body: string | null;
}

/** What came back. `json` is undefined when the body is not JSON; `fault` says why there is no answer at all. */
export type PartnerAnswer =
  | { readonly fault: null; readonly status: number; readonly json: unknown; readonly text: string }
  | { readonly fault: string };
