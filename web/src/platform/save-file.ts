/** Hands a file to the person through the browser's own downloads. Whether it was kept, only the person knows. */
export function saveFile(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  /* The download has begun in this turn; the address is not needed longer than the browser takes to read it. */
  window.setTimeout(() => URL.revokeObjectURL(url), RELEASE_MS);
}

const RELEASE_MS = 60_000;
