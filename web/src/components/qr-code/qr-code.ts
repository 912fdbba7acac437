/** A QR code as a picture with a text alternative. Black on white whatever the colours of the page are: cameras need that. */
import { html, svg, type TemplateResult } from 'lit-html';
import { qrSquares } from './qr-squares.ts';

export function qrCode(text: string, label: string): TemplateResult {
  const { side, path } = qrSquares(text);
  return html`<svg class="app-qr" viewBox="0 0 ${side} ${side}" role="img" aria-label=${label} shape-rendering="crispEdges">
    ${svg`<rect width=${side} height=${side} fill="#fff"></rect><path d=${path} fill="#000"></path>`}
  </svg>`;
}
