/** An SDK output without what the client adds to it. */
export type Answer<Output extends { $metadata: unknown }> = Omit<Output, '$metadata'>;
