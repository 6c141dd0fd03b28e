// Classifies images with model.onnx, as `resnet4j export MODEL model.onnx --with-preprocessing --softmax` writes it: the model
// takes the bytes of an RGB image and gives probabilities. What it does not do itself is to resize and crop.
import * as ort from "./node_modules/onnxruntime-web/dist/ort.wasm.min.mjs";

const SHOWN = 5;
const status = document.querySelector("#status");
const canvas = document.querySelector("canvas");
const drop = document.querySelector("label");

/** The texts that an ONNX file says of itself: field 14 of the message, behind the graph, which is skipped. */
function metadata(bytes) {
  const texts = {};
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    if ((tag & 7) === 0) {
      varint();
      continue;
    }
    const end = varint() + at;
    if (tag >> 3 === 14) {
      const pair = ["", ""];
      while (at < end) {
        const field = varint() >> 3;
        const stop = varint() + at;
        pair[field - 1] = new TextDecoder().decode(bytes.subarray(at, stop));
        at = stop;
      }
      texts[pair[0]] = pair[1];
    }
    at = end;
  }
  return texts;
}

/** The image as the model takes it: its shorter side resized, the middle cut out, N×H×W×3 bytes. */
function pixels(image, texts, height, width) {
  const shorter = Number(texts["resnet4j.resize"] ?? Math.min(height, width));
  const scale = shorter / Math.min(image.width, image.height);
  const across = Math.round(image.width * scale);
  const down = Math.round(image.height * scale);
  canvas.width = width;
  canvas.height = height;
  canvas.hidden = false;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.drawImage(image, Math.round((width - across) / 2), Math.round((height - down) / 2), across, down);
  const rgba = context.getImageData(0, 0, width, height).data;
  return new Uint8Array(width * height * 3).map((_, i) => rgba[Math.floor(i / 3) * 4 + (i % 3)]);
}

function show(probabilities, classes) {
  const best = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]).slice(0, SHOWN);
  document.querySelector("#classes").replaceChildren(
    ...best.map((i) => {
      const row = document.createElement("tr");
      const meter = document.createElement("meter");
      meter.value = probabilities[i];
      for (const content of [classes[i] ?? `class ${i}`, (100 * probabilities[i]).toFixed(2) + " %", meter]) {
        row.insertCell().append(content);
      }
      return row;
    }),
  );
  return best[0];
}

async function main() {
  const response = await fetch("model.onnx");
  if (!response.ok) {
    throw new Error("There is no model.onnx beside this page; write one with `resnet4j export`.");
  }
  const bytes = new Uint8Array(await response.arrayBuffer());
  const texts = metadata(bytes);
  const classes = JSON.parse(texts.classes ?? "[]");
  ort.env.wasm.numThreads = 1; // threads need headers that a plain file server does not send
  const session = await ort.InferenceSession.create(bytes);
  const [, height, width] = session.inputMetadata[0].shape;

  async function classify(blob) {
    const image = await createImageBitmap(blob);
    const input = new ort.Tensor("uint8", pixels(image, texts, height, width), [1, height, width, 3]);
    const began = performance.now();
    const { probabilities } = await session.run({ [session.inputNames[0]]: input });
    const best = show(probabilities.data, classes);
    status.textContent = `${classes[best] ?? best}, in ${(performance.now() - began).toFixed(0)} ms`;
  }

  const tried = (blob) => classify(blob).catch((error) => (status.textContent = `That is no image: ${error.message}`));
  drop.querySelector("input").addEventListener("change", (event) => tried(event.target.files[0]));
  for (const [type, over] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
    drop.addEventListener(type, (event) => {
      event.preventDefault();
      drop.classList.toggle("over", over);
      if (type === "drop" && event.dataTransfer.files.length > 0) tried(event.dataTransfer.files[0]);
    });
  }
  status.textContent = "Ready.";
  const example = new URLSearchParams(location.search).get("image");
  if (example) await classify(await (await fetch(example)).blob());
}

main().catch((error) => (status.textContent = error.message));
