// What the figures of 06 share in the browser: a network of Dense layers, and an image on a canvas. Their own files
// stand below this text in one module: explorer.js, pad.js.

// --- a network: Dense layers with ReLU between them ---

// float32, little-endian -> numbers.
export function readNumbers(view) {
  return Float32Array.from({ length: view.byteLength / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

// Numbers (each layer's kernel row by row, then its bias) -> layers.
export function readLayers(sizes, numbers) {
  let at = 0;
  return sizes.slice(1).map((outputs, i) => {
    const kernel = numbers.subarray(at, (at += sizes[i] * outputs));
    return { kernel, bias: numbers.subarray(at, (at += outputs)) };
  });
}

// What the network gives for one input, such as a point z -> the logits of its image.
export function forward(layers, input) {
  let values = Float64Array.from(input);
  layers.forEach(({ kernel, bias }, number) => {
    const outputs = Float64Array.from(bias);
    values.forEach((value, i) => {
      if (number > 0 && value <= 0) return; // ReLU: this unit is 0
      for (let j = 0, k = i * outputs.length; j < outputs.length; j++, k++) outputs[j] += value * kernel[k];
    });
    values = outputs;
  });
  return values;
}

export const sigmoid = (logit) => 1 / (1 + Math.exp(-logit));

// --- drawing ---

// An image, values in [0, 1], as ink on paper, at a place of a canvas.
function drawImage(canvas, values, x = 0, y = 0) {
  const context = canvas.getContext("2d");
  const side = Math.sqrt(values.length);
  const pixels = context.createImageData(side, side);
  values.forEach((value, i) => {
    pixels.data.fill(255 * (1 - value), 4 * i, 4 * i + 3);
    pixels.data[4 * i + 3] = 255;
  });
  context.putImageData(pixels, x, y);
}

const figure = (name, side) => `<figure>
  <canvas class="image" width="${side}" height="${side}" role="img" aria-label="${name}"></canvas>
  <figcaption aria-live="polite">${name}</figcaption></figure>`;

const number = (value, digits = 2) => value.toFixed(digits).replace(/^-(0\.?0*)$/, "$1").replace("-", "\u2212");
const words = (z) => `(${z.map((value) => number(value)).join(", ")})`;
