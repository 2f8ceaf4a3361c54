// What the tests use of oidc-provider, which has no types of its own.

declare module 'oidc-provider' {
  import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

  interface Grant {
    addOIDCScope(scope: string): void;
    save(): Promise<string>;
  }

  interface Context {
    oidc: {
      client: { clientId: string };
      session: { accountId: string };
      provider: { Grant: new (of: { clientId: string; accountId: string }) => Grant };
    };
  }

  interface Configuration {
    clients: Array<Record<string, unknown>>;
    claims: Record<string, string[]>;
    cookies: { keys: string[] };
    features: Record<string, { enabled: boolean }>;
    findAccount: (context: unknown, sub: string) => Promise<{ accountId: string; claims: () => Promise<object> }>;
    interactions: { url: (context: unknown, interaction: { uid: string }) => string };
    loadExistingGrant: (context: Context) => Promise<Grant>;
    pkce: { required: () => boolean };
    ttl: Record<string, number>;
  }

  export default class Provider {
    constructor(issuer: string, configuration: Configuration);
    callback(): RequestListener;
    interactionFinished(request: IncomingMessage, response: ServerResponse, result: object): Promise<void>;
  }
}
