// The page that starts a worker of either side and hands its numbers on.
const policy = globalThis.trustedTypes?.createPolicy('fk-url', { createScriptURL: (url) => url }) ?? { createScriptURL: (url) => url };

globalThis.bench = (script, sizes) => new Promise((resolve, reject) => {
  const worker = new Worker(policy.createScriptURL(script), { type: 'module' });
  const end = (settle, value) => {
    worker.terminate();
    settle(value);
  };
  worker.onerror = (event) => end(reject, new Error(`${script}: ${event.message}`));
  worker.onmessage = ({ data }) => (data.ok ? end(resolve, data.reply) : end(reject, new Error(data.error)));
  worker.postMessage(sizes);
});
