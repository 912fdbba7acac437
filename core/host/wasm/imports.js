// The names wasm-ld may leave undefined, for `emcc --js-library`. An import that is not here fails the link.
// The functions themselves are passed in by web/src/worker/core.ts; no JavaScript of emcc is used.
mergeInto(LibraryManager.library, {
  sah_read: function () {},
  sah_write: function () {},
  sah_flush: function () {},
  sah_truncate: function () {},
  sah_size: function () {},
  now_ms: function () {},
  monotonic_ms: function () {},
  random: function () {},
  panic: function () {},
});
