// An OpenID Connect provider on loopback: the certified oidc-provider with a sign-in page where the user is
// entered. It can be down, and its users can change.

import { once } from 'node:events';
import { type IncomingMessage, type Server as HttpServer, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import Provider from 'oidc-provider';

const CLIENT = 'duo-console';
const SECRET = 'the-secret-of-the-client';
const SCOPES = 'openid profile email groups';

export interface Account {
  email?: string;
  email_verified?: boolean;
  name?: string;
  groups?: string[];
}

export class SignInProvider {
  /** By what is typed on its sign-in page. */
  accounts: Record<string, Account> = {};

  private provider: Provider | undefined;
  private http: HttpServer | undefined;

  private constructor(private readonly port: number) {}

  /** One that does not answer yet, at a port that is free. */
  static async down(): Promise<SignInProvider> {
    const http = createServer().listen(0, '127.0.0.1');
    await once(http, 'listening');
    const { port } = http.address() as AddressInfo;
    http.close();
    await once(http, 'close');
    return new SignInProvider(port);
  }

  get issuer(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** What `serve` is told about it. The secret comes by a file. */
  options(secretFile: string): string[] {
    return [
      ['--oidc-issuer', this.issuer],
      ['--oidc-client-id', CLIENT],
      ['--oidc-client-secret-file', secretFile],
      ['--oidc-name', 'Sign in with Example'],
      ['--oidc-scopes', SCOPES],
      ['--oidc-groups-claim', 'groups'],
      ['--oidc-group-map', 'acme-admins=acme:owner; initech-devs=initech:developer'],
    ].flat();
  }

  get secret(): string {
    return SECRET;
  }

  /** Begins to answer; `console` is the server whose people sign in. */
  async up(console: string): Promise<void> {
    this.provider = new Provider(this.issuer, {
      clients: [
        {
          client_id: CLIENT,
          client_secret: SECRET,
          redirect_uris: [`${console}/users/auth/openid_connect/callback`],
          post_logout_redirect_uris: [`${console}/users/sign_in`],
        },
      ],
      claims: {
        openid: ['sub'],
        profile: ['name', 'preferred_username'],
        email: ['email', 'email_verified'],
        groups: ['groups'],
      },
      cookies: { keys: ['for the tests alone'] },
      features: { devInteractions: { enabled: false } },
      findAccount: async (_context, sub) => ({
        accountId: sub,
        claims: async () => ({ sub, preferred_username: sub, ...this.accounts[sub] }),
      }),
      interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
      // Nobody is asked to consent: the client is the operator's own.
      loadExistingGrant: async ({ oidc }) => {
        const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
        grant.addOIDCScope(SCOPES);
        await grant.save();
        return grant;
      },
      pkce: { required: () => true },
      ttl: { AccessToken: 600, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    });
    const answer = this.provider.callback();
    this.http = createServer((request, response) => {
      if (request.url?.startsWith('/interaction/') === true) void this.interaction(request, response);
      else void answer(request, response);
    }).listen(this.port, '127.0.0.1');
    await once(this.http, 'listening');
  }

  async stop(): Promise<void> {
    if (this.http === undefined) return;
    this.http.close();
    this.http.closeAllConnections();
    await once(this.http, 'close');
    this.http = undefined;
  }

  private async interaction(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST') {
      response.setHeader('content-type', 'text/html');
      response.end(`<!DOCTYPE html><html lang="en"><title>Example</title><link rel="icon" href="data:,">
        <form method="post"><label>Account <input name="account"></label>
        <button>Continue</button><button name="cancel" value="yes">Cancel</button></form></html>`);
      return;
    }
    let body = '';
    for await (const part of request) body += String(part);
    const form = new URLSearchParams(body);
    const result = form.has('cancel')
      ? { error: 'access_denied', error_description: 'The user said no' }
      : { login: { accountId: form.get('account') ?? '' } };
    await this.provider?.interactionFinished(request, response, result);
  }
}
