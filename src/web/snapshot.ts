import type { Stage } from './stage.js';

/** The view as a PNG of as many pixels as the screen shows of it. */
export async function snapshot(stage: Stage, element: HTMLElement): Promise<Blob | null> {
  const canvas = document.createElement('canvas');
  const box = element.getBoundingClientRect();
  canvas.width = Math.round(box.width * devicePixelRatio);
  canvas.height = Math.round(box.height * devicePixelRatio);
  const context = canvas.getContext('2d');
  if (context === null) return null;
  context.fillStyle = getComputedStyle(document.body).backgroundColor;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.scale(devicePixelRatio, devicePixelRatio);
  context.translate(-box.left, -box.top);
  for (const layer of stage.layers) {
    for (const { image, cell } of layer.pictures()) {
      const at = cell.getBoundingClientRect();
      const enlarged = Math.round(image.width / cell.offsetWidth);
      const { e, f } = new DOMMatrix(getComputedStyle(image).transform);
      const side = image.naturalWidth / enlarged;
      const [left, top] = [
        (-e / image.width) * image.naturalWidth,
        (-f / image.height) * image.naturalHeight,
      ];
      context.save();
      context.translate(at.left, at.top);
      if (cell.className === 'mirrored') context.transform(1, 0, 0, -1, 0, at.height);
      // A little over the edge, or the ground shines through between two.
      context.drawImage(image, left, top, side, side, 0, 0, at.width + 0.5, at.height + 0.5);
      context.restore();
    }
  }
  return await new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
}
