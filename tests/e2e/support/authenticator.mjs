// An authenticator of the browser's own, for passkeys: by default a device with a fingerprint reader that says yes, and with PRF.

/** Chromium. options: of WebAuthn.addVirtualAuthenticator, in place of those here. */
export async function authenticator(page, options = {}) {
  const session = await page.createCDPSession();
  await session.send('WebAuthn.enable');
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2', ctap2Version: 'ctap2_1', transport: 'internal', hasResidentKey: true, hasUserVerification: true,
      isUserVerified: true, automaticPresenceSimulation: true, hasPrf: true, ...options,
    },
  });
  return {
    session,
    authenticatorId,
    remove: () => session.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId }),
    credentials: async () => (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
  };
}
