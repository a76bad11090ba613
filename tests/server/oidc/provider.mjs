// An OpenID provider on loopback for the tests: `node provider.mjs PORT`. Whoever logs in as somebody is
// them, with any password; `unverified-…` has an e-mail address that was not verified.

import Provider from 'oidc-provider';

const port = Number(process.argv[2]);
const callback = '/account/oidc/sso/login/callback/';

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: 'leitstern',
      client_secret: process.env.TEST_CLIENT_SECRET,
      redirect_uris: [`http://127.0.0.1${callback}`],
    },
  ],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({ sub: id, name: id, email: id.replace('unverified-', ''), email_verified: !id.startsWith('unverified-') }),
  }),
});

// The tests serve at a new port each time.
provider.Client.prototype.redirectUriAllowed = (uri) => new URL(uri).pathname === callback;

provider.listen(port, '127.0.0.1', () => console.log('ready'));
