"""PyTorch's side of the benchmark; see the protocol in bench/README.md.

    peer.py NETWORK CxHxW CLASSES train|infer BATCH THREADS nchw|channels_last|jit
"""

import copy
import sys
import time
import traceback

# The standard output belongs to the protocol; whatever else is printed goes to the standard error.
answers, sys.stdout = sys.stdout, sys.stderr


def say(*words):
    print(*words, file=answers, flush=True)


def blas():
    """What is wrong with torch's matrix products, or nothing."""
    import torch

    if torch.backends.mkl.is_available():
        return ""
    try:
        with open("/proc/self/maps") as maps:
            if "openblas" in maps.read():
                return ""
    except OSError:
        return ""
    return "; without OpenBLAS, batch 1 means nothing (Debian: apt-get install libopenblas0-pthread)"


def fastest(candidates):
    """The name of the step that takes the shortest time, at its best of about a second."""
    best = {}
    for name, step in candidates.items():
        # TorchScript optimises in the first two calls.
        for _ in range(2):
            step()
        times = []
        begin = time.perf_counter()
        while len(times) < 2 or time.perf_counter() - begin < 1:
            start = time.perf_counter()
            step()
            times.append(time.perf_counter() - start)
        best[name] = min(times)
    return min(best, key=best.get)


def trainer(model, images, labels):
    """A step of training, and its name: of a classifier of images or of pixels or, where labels are real numbers, of what makes images."""
    import torch
    import torch.nn.functional as F

    model.train()
    makes_images = labels.is_floating_point()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-4)

    def train():
        optimizer.zero_grad(set_to_none=True)
        logits = model(images)
        loss = F.l1_loss(logits, labels) if makes_images else F.cross_entropy(logits, labels)
        loss.backward()
        optimizer.step()
        if makes_images:
            return loss.item(), 0
        return loss.item(), (logits.argmax(1) == labels).sum().item()

    return train, "torch.optim.SGD"


def inferrer(model, images):
    """A step of inference."""
    import torch

    def infer():
        with torch.inference_mode():
            return model(images)

    return infer, "eager"


def compiled(model, images):
    """A step of inference by whatever of TorchScript's optimisers and layouts is fastest here, and its name."""
    import torch

    candidates = {}
    for memory_format in (torch.contiguous_format, torch.channels_last):
        for optimize in (torch.jit.freeze, torch.jit.optimize_for_inference):
            name = "%s, %s" % (optimize.__name__, str(memory_format).replace("torch.", ""))
            batch = images.contiguous(memory_format=memory_format)
            try:
                with torch.no_grad():
                    own = copy.deepcopy(model).to(memory_format=memory_format)
                    module = optimize(torch.jit.trace(own, batch))
            except (AttributeError, RuntimeError):
                traceback.print_exc()
                continue
            candidates[name], _ = inferrer(module, batch)
    if not candidates:
        raise RuntimeError("this PyTorch has none of the optimisers for inference")
    name = fastest(candidates)
    return candidates[name], name


def main():
    network, shape, classes, mode, batch, threads, layout = sys.argv[1:]
    batch, classes = int(batch), int(classes)
    channels, height, width = map(int, shape.split("x"))
    try:
        import torch
        import networks
    except ImportError as e:
        return say("absent", "%s cannot import torch (%s)" % (sys.executable, e))
    torch.set_num_threads(int(threads))
    torch.manual_seed(1)
    try:
        model = networks.build(network, channels, classes)
    except networks.Absent as e:
        return say("absent", e)
    memory_format = torch.channels_last if layout == "channels_last" else torch.contiguous_format
    model = model.to(memory_format=memory_format)
    count = networks.parameters(model)
    images = torch.randn(batch, channels, height, width).contiguous(memory_format=memory_format)
    if mode == "train":
        if isinstance(model, networks.Logits):
            labels = (torch.arange(batch * height * width) % classes).reshape(batch, height, width)
        elif networks.classifies(network):
            labels = torch.arange(batch) % classes
        else:
            with torch.no_grad():
                labels = torch.randn_like(model(images))
        step, how = trainer(model, images, labels)
    else:
        model = torch.nn.Sequential(model, torch.nn.Softmax(1)) if networks.classifies(network) else model
        model = model.eval()
        step, how = (compiled if layout == "jit" else inferrer)(model, images)
    say("ready", count, "PyTorch %s %s, %s%s" % (torch.__version__, layout, how, blas()))
    for line in sys.stdin:
        seconds = float(line.split()[1])
        done = 0
        start = time.perf_counter()
        while True:
            step()
            done += batch
            elapsed = time.perf_counter() - start
            if elapsed >= seconds:
                break
        say("done", done, elapsed)


if __name__ == "__main__":
    try:
        main()
    except Exception as e:
        traceback.print_exc()
        say("failed", " ".join(str(e).split()) or type(e).__name__)
        sys.exit(1)
