// The files of the app's origin as they are on the disk: digests for comparing, and what a test puts there as a fault would.

/** One line for each file: its path and the SHA-256 of its bytes. `under`: only of this directory of a vault. */
export function digestFiles(page, under = '') {
  return page.evaluate(async (wanted) => {
    const lines = [];
    const walk = async (folder, at) => {
      for await (const [entry, handle] of folder.entries()) {
        if (handle.kind === 'directory') await walk(handle, `${at}/${entry}`);
        else if (at.includes(wanted)) {
          const bytes = await (await handle.getFile()).arrayBuffer();
          lines.push(`${at}/${entry} ${[...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))].join(' ')}`);
        }
      }
    };
    await walk(await navigator.storage.getDirectory(), '');
    return lines.sort();
  }, under);
}

export function vaultDirectories(page) {
  return page.evaluate(async () => {
    const names = [];
    const root = await navigator.storage.getDirectory();
    for await (const name of (await root.getDirectoryHandle('vaults', { create: true })).keys()) names.push(name);
    return names.sort();
  });
}

/** Replaces one file of a vault's directory; makes both where they are not. */
export function putFile(page, directory, name, text) {
  return page.evaluate(async (folder, file, content) => {
    const vaults = await (await navigator.storage.getDirectory()).getDirectoryHandle('vaults');
    const handle = await (await vaults.getDirectoryHandle(folder, { create: true })).getFileHandle(file, { create: true });
    const writable = await handle.createWritable();
    await writable.write(content);
    await writable.close();
  }, directory, name, text);
}
