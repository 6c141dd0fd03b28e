"""PyTorch's side of the comparison of servers: Starlette on uvicorn, batches of what waits, a compiled network.

    serve.py images FOLDER                              writes small.jpg, photo.jpg and resnet18.pth
    serve.py NETWORK WEIGHTS PORT BATCH DELAY_MS        serves POST /predictions/NETWORK

WEIGHTS is a .pth of torchvision's, or a .safetensors of resnet4j's for one of the paper's CIFAR networks. Every step of it is
what a careful user would write: decoding in threads beside the network, one thread that runs it, TorchScript frozen and
optimised for inference.
"""

import asyncio
import io
import json
import struct
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import torch
from PIL import Image

import networks

IMAGENET = (256, 224, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


def images(folder):
    """Images whose content does not matter, of the sizes of CIFAR's and of a photograph."""
    import numpy as np
    import torchvision

    random = np.random.default_rng(1)
    for name, width, height in (("small", 32, 32), ("photo", 500, 375)):
        coarse = Image.fromarray(random.integers(0, 256, (12, 16, 3), dtype=np.uint8))
        coarse.resize((width, height), Image.BICUBIC).save("%s/%s.jpg" % (folder, name), quality=90)
    torch.manual_seed(1)
    torch.save(torchvision.models.resnet18().state_dict(), folder + "/resnet18.pth")


def safetensors(file):
    """Names and tensors of a file of resnet4j's."""
    with open(file, "rb") as f:
        header = json.loads(f.read(struct.unpack("<Q", f.read(8))[0]))
        data = f.read()
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        tensors[name] = torch.frombuffer(bytearray(data[begin:end]), dtype=torch.float32).reshape(entry["shape"])
    return metadata, tensors


def cifar_names(depth):
    """The zoo's names of layers, in the order of the network."""
    yield from ("conv1", "bn1")
    for stage in (1, 2, 3):
        for block in range((depth - 2) // 6):
            for layer in ("conv1", "bn1", "conv2", "bn2"):
                yield "layer%d.%d.%s" % (stage, block, layer)
    yield "fc"


def load(network, weights):
    """The network with its weights, and its preprocessing: resize, crop, mean, standard deviation."""
    if weights.endswith(".pth"):
        state = torch.load(weights)
        model = networks.build(network, 3, len(state["fc.bias"]))
        model.load_state_dict(state)
        return model, IMAGENET
    metadata, tensors = safetensors(weights)
    model = networks.build(network, 3, len(tensors["fc.bias"]))
    names = [name + "." + part
             for name in cifar_names(int("".join(c for c in network if c.isdigit())))
             for part in ("weight", "bias", "running_mean", "running_var") if name + "." + part in tensors]
    own = [key for key in model.state_dict() if not key.endswith("num_batches_tracked")]
    assert len(own) == len(names) == len(tensors), "other layers than the zoo's"
    model.load_state_dict({key: tensors[name] for key, name in zip(own, names)}, strict=False)
    mean, std = (tuple(float(v) for v in metadata["resnet4j." + key].split(",")) for key in ("mean", "std"))
    return model, (32, 32, mean, std)


class Batches:
    """Runs what waits together: up to `most` images, after at most `delay` seconds."""

    def __init__(self, model, most, delay):
        self.model, self.most, self.delay = model, most, delay
        self.waiting = asyncio.Queue()
        self.network = ThreadPoolExecutor(1)

    async def ask(self, image):
        answer = asyncio.get_running_loop().create_future()
        await self.waiting.put((image, answer))
        return await answer

    async def work(self):
        loop = asyncio.get_running_loop()
        while True:
            batch = [await self.waiting.get()]
            end = time.monotonic() + self.delay
            while len(batch) < self.most:
                try:
                    batch.append(self.waiting.get_nowait())
                except asyncio.QueueEmpty:
                    left = end - time.monotonic()
                    if left <= 0:
                        break
                    try:
                        batch.append(await asyncio.wait_for(self.waiting.get(), left))
                    except asyncio.TimeoutError:
                        break
            rows = await loop.run_in_executor(self.network, self.run, [image for image, _ in batch])
            for (_, answer), row in zip(batch, rows):
                if not answer.done():
                    answer.set_result(row)

    def run(self, images):
        with torch.inference_mode():
            return self.model(torch.stack(images)).softmax(1)


def compiled(model, crop):
    model.eval()
    example = torch.zeros(1, 3, crop, crop)
    with torch.no_grad():
        fast = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(model, example)))
        for batch in (1, 1, 2, 4, 8, 16):
            fast(torch.zeros(batch, 3, crop, crop))
    return fast


def serve(network, weights, port, most, delay):
    import uvicorn
    from starlette.applications import Starlette
    from starlette.responses import JSONResponse
    from starlette.routing import Route
    from torchvision import transforms

    model, (resize, crop, mean, std) = load(network, weights)
    steps = transforms.Compose([transforms.Resize(resize), transforms.CenterCrop(crop), transforms.ToTensor(),
                                transforms.Normalize(mean, std)])
    decoding = ThreadPoolExecutor(2)
    batches = []

    def prepare(body):
        return steps(Image.open(io.BytesIO(body)).convert("RGB"))

    async def predict(request):
        body = await request.body()
        image = await asyncio.get_running_loop().run_in_executor(decoding, prepare, body)
        values, classes = (await batches[0].ask(image)).topk(5)
        return JSONResponse([{"class": c, "probability": p} for c, p in zip(classes.tolist(), values.tolist())])

    async def start():
        batches.append(Batches(compiled(model, crop), most, delay))
        asyncio.get_running_loop().create_task(batches[0].work())

    routes = [Route("/predictions/" + network, predict, methods=["POST"]),
              Route("/health/ready", lambda request: JSONResponse({"ready": True}))]
    uvicorn.run(Starlette(routes=routes, on_startup=[start]), port=port, log_level="warning", access_log=False)


if sys.argv[1] == "images":
    images(sys.argv[2])
else:
    serve(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5]) / 1000)
