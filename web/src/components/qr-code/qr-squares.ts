/** Which squares of a QR code are dark, as one path of an SVG picture. No markup is made from text here. */
import qrcode from 'qrcode-generator';

export interface QrSquares {
  /** of the whole picture with its light border, in squares */
  readonly side: number;
  /** one rectangle for each run of dark squares in a row */
  readonly path: string;
}

/** The light border that readers need. */
const BORDER = 4;

/** text: digits, capital letters and dashes, which need the smallest code. */
export function qrSquares(text: string): QrSquares {
  const code = qrcode(0, 'M');
  code.addData(text, 'Alphanumeric');
  code.make();
  const count = code.getModuleCount();
  const runs: string[] = [];
  for (let row = 0; row < count; row += 1) {
    for (let column = 0; column < count; column += 1) {
      const start = column;
      while (column < count && code.isDark(row, column)) column += 1;
      if (column > start) runs.push(`M${start + BORDER} ${row + BORDER}h${column - start}v1h-${column - start}z`);
    }
  }
  return { side: count + 2 * BORDER, path: runs.join('') };
}
