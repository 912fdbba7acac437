// Vectors that nobody here wrote, and that are not committed: the folder FK_VECTORS, else shared/vectors beside the checkout.
import path from 'node:path';

import { root } from './web-modules.mjs';

export const vectorsDir = process.env.FK_VECTORS ?? path.join(root, '../shared/vectors');
