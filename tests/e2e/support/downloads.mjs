// Files that the app hands over to be saved, taken out of the page instead of the browser's own downloads.

/** Runs in every document: keeps what is handed over. */
export function keepDownloads() {
  const original = URL.createObjectURL.bind(URL);
  URL.createObjectURL = (blob) => {
    globalThis.fkDownload = blob;
    return original(blob);
  };
  HTMLAnchorElement.prototype.click = function click() {
    globalThis.fkDownloadName = this.download;
  };
}

/** The newest, as a buffer. */
export async function download(page) {
  const base64 = await page.evaluate(async () => {
    const bytes = new Uint8Array(await globalThis.fkDownload.arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  });
  return Buffer.from(base64, 'base64');
}
