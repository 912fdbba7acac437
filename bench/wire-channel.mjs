// In the store worker before its own script: the bytes of every push, told to whoever asks on a channel.

export const WIRE_CHANNEL = 'bench-wire';

/** How much a worker's own fetch was given to send to /v1/push. */
export const WIRE_COUNTER = `{
  const send = globalThis.fetch;
  const channel = new BroadcastChannel('${WIRE_CHANNEL}');
  let pushedBytes = 0;
  channel.onmessage = () => channel.postMessage(pushedBytes);
  globalThis.fetch = (url, init) => {
    if (String(url).endsWith('/v1/push')) pushedBytes += init.body.byteLength;
    return send(url, init);
  };
}
`;
